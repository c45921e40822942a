/** @file The size of an installation on disk. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A package with all its files, and their size in bytes. */
export interface Weight {
  readonly name: string;
  readonly bytes: number;
}

/** The packages in a `node_modules` folder, the largest first. */
export function weights(modules: string): Weight[] {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .map((name) => ({ name, bytes: bytesBelow(join(modules, name)) }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** Tolerance for the size of an installation that a page states. */
const ALLOWED = 0.02;

/** What is wrong with the size that a page states ("537 MiB of disk"); `undefined` if it is right. */
export function weightFault(page: string, text: string, bytes: number): string | undefined {
  const stated = /(\d+) MiB of disk/.exec(text)?.[1];
  const found = bytes / 2 ** 20;
  if (stated !== undefined && Math.abs(Number(stated) - found) <= ALLOWED * found) return undefined;
  return `${page} says ${stated === undefined ? 'nothing' : `${stated} MiB of disk`}, an installation takes ${found.toFixed(0)}`;
}

/** Total size of all files below a folder, in bytes. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + bytesBelow(path);
    return sum + (entry.isFile() ? statSync(path).size : 0);
  }, 0);
}
