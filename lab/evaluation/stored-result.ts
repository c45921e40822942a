/** @file A cache for results that take long to compute, beside the files that they were measured on. */

import { readFile } from 'node:fs/promises';
import { writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';

/** Stores a result under the identity of everything that it depends on. */
export async function storeResult(path: string, identity: string, result: object): Promise<void> {
  await writeJsonAtomically(path, { identity, ...result });
}

/** The result stored under this identity; `undefined` if there is none, or the file is damaged. */
export async function storedResult<T extends object>(path: string, identity: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => 'null');
  const { identity: found, ...result } = parsed(text) as T & { identity?: string };
  return found === identity ? (result as unknown as T) : undefined;
}

function parsed(text: string): object {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
