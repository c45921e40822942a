/** @file Where fuzzed readers' files are written: in memory where the system offers such a folder. */
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';

/** A new folder, to be removed by whoever asked for it. */
export function scratchFolder(): string {
  return mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), 'lamp-fuzz-'));
}

/** Makes a reader's own folder inside `folder`, and a function from names to paths in it. */
export function readersFolder(folder: string, name: string): (name: string) => string {
  const own = join(folder, name);
  mkdirSync(own);
  return (file) => join(own, file);
}
