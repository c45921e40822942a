/** @file File names that the server makes of what people call things. */
import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';

/** A name in two parts. */
export interface SafeName {
  readonly stem: string;
  /** With its dot; empty where there is none. */
  readonly ending: string;
}

/**
 * A file name of letters, digits, `-` and `_` that reminds of the given one, and its ending in lower case. A name
 * without a letter or digit becomes a random one.
 */
export function safeName(given: string): SafeName {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const ending = extname(last);
  const stem = last
    .slice(0, last.length - ending.length)
    .replace(/[^\p{L}\p{N}_-]+/gu, '_')
    .replace(/^[_-]+|_+$/g, '')
    .slice(0, 80);
  return { stem: stem || randomBytes(4).toString('hex'), ending: ending.toLowerCase() };
}

/** The first of `stem`, `stem-2`, `stem-3`, … that is not taken; case does not tell names apart. */
export function freeName(stem: string, taken: readonly string[]): string {
  const known = new Set(taken.map((name) => name.toLowerCase()));
  for (let n = 1; ; n++) {
    const name = n === 1 ? stem : `${stem}-${n}`;
    if (!known.has(name.toLowerCase())) return name;
  }
}
