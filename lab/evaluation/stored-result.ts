/** @file Results that took long, kept beside what they were measured of, so that they need not be measured again. */

import { readFile } from 'node:fs/promises';
import { writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';

/** Keeps a result under the identity of all that decides it. */
export async function storeResult(path: string, identity: string, result: object): Promise<void> {
  await writeJsonAtomically(path, { identity, ...result });
}

/** What `storeResult` kept under this very identity. `undefined` for another one, for no file and for a damaged one. */
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
