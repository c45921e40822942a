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

/** The bytes of all files below a folder. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + bytesBelow(path);
    return sum + (entry.isFile() ? statSync(path).size : 0);
  }, 0);
}
