/** @file Finds the files of `lab/assets/world/`. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { MediaError } from '../../src/errors.ts';

/** The absolute path of something under `lab/assets/world/`. */
export function worldAsset(relative: string): string {
  return fileURLToPath(new URL(`../assets/world/${relative}`, import.meta.url));
}

/** Reads and checks a JSON file under `lab/assets/world/`. Throws `MediaError` when it is missing or damaged. */
export async function readWorldList<T>(relative: string, schema: z.ZodType<T>): Promise<T> {
  const path = worldAsset(relative);
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason = (error as Error).message.split('\n', 1)[0];
    throw new MediaError(`cannot read "${path}" (${reason}). Install the package again.`, { cause: error });
  }
}
