/** @file Finds the files that come with the package under `assets/world/`. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { MediaError } from '../errors.ts';

/** The absolute path of something under `assets/world/`. The same from `src/` and from `dist/`. */
export function worldAsset(relative: string): string {
  return fileURLToPath(new URL(`../../assets/world/${relative}`, import.meta.url));
}

/** Reads and checks a JSON file under `assets/world/`. Throws `MediaError` when it is missing or damaged. */
export async function readWorldList<T>(relative: string, schema: z.ZodType<T>): Promise<T> {
  const path = worldAsset(relative);
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason = (error as Error).message.split('\n', 1)[0];
    throw new MediaError(`cannot read "${path}" (${reason}). Install the package again.`, { cause: error });
  }
}
