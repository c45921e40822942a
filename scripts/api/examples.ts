/** @file The programs in the documentation of the library: `@example` blocks, and the files of `examples/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publicFace } from './public-face.ts';

/** A program that the documentation shows. */
export interface Example {
  /** The name that it documents, or its path from the repository's root. */
  readonly name: string;
  readonly code: string;
}

/** The `@example` blocks of what `src/index.ts` exports, in TypeScript. */
export function examples(): Example[] {
  return publicFace().flatMap(({ name, examples }) => examples.map((code) => ({ name, code })));
}

/** The files of `examples/`: JavaScript modules, which run without a compiler. */
export function exampleFiles(): Example[] {
  const folder = new URL('../../examples/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  return names.map((name) => ({
    name: `examples/${name}`,
    code: readFileSync(new URL(name, folder), 'utf8'),
  }));
}

/** The programs that `docs/library.md` shows, in the order they have there. */
export function shownPrograms(): string[] {
  const guide = readFileSync(fileURLToPath(new URL('../../docs/library.md', import.meta.url)), 'utf8');
  return [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code!);
}
