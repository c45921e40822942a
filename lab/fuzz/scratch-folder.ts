/** @file Folders for fuzzed readers' files: in memory if the system has such a folder. */
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';

/** A new folder, which the caller removes. */
export function scratchFolder(): string {
  return mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), 'lamp-fuzz-'));
}

/** Makes a reader's own folder inside `folder`, and a function from names to paths in it. */
export function readersFolder(folder: string, name: string): (name: string) => string {
  const own = join(folder, name);
  mkdirSync(own);
  return (file) => join(own, file);
}
