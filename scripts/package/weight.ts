/** @file What an installation weighs. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A package with all its files, and their bytes. */
export interface Weight {
  readonly name: string;
  readonly bytes: number;
}

/** The packages in a `node_modules` folder, the heaviest first. */
export function weights(modules: string): Weight[] {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .map((name) => ({ name, bytes: bytesBelow(join(modules, name)) }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** How far a page may be off in what it says an installation weighs. */
const ALLOWED = 0.02;

/** What is wrong with what a page says of `bytes` ("537 MiB of disk"); `undefined` when it is right. */
export function weightFault(page: string, text: string, bytes: number): string | undefined {
  const stated = /(\d+) MiB of disk/.exec(text)?.[1];
  const found = bytes / 2 ** 20;
  if (stated !== undefined && Math.abs(Number(stated) - found) <= ALLOWED * found) return undefined;
  return `${page} says ${stated === undefined ? 'nothing' : `${stated} MiB of disk`}, an installation takes ${found.toFixed(0)}`;
}

/** The bytes of all files below a folder. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + bytesBelow(path);
    return sum + (entry.isFile() ? statSync(path).size : 0);
  }, 0);
}
