/** @file The programs in the documentation of the library: `@example` blocks, and those of `docs/library.md`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { publicFace } from './public-face.ts';

/** A program that the documentation shows. */
export interface Example {
  readonly name: string;
  readonly code: string;
}

/** Whether an example goes on until it is stopped. */
export function isServer({ code }: Example): boolean {
  return code.includes('.listen(');
}

/** All of them. */
export function examples(): Example[] {
  const guide = readFileSync(fileURLToPath(new URL('../../docs/library.md', import.meta.url)), 'utf8');
  const blocks = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!);
  return [
    ...publicFace().flatMap(({ name, examples }) => examples.map((code) => ({ name, code }))),
    ...blocks.map((code, i) => ({ name: `docs/library.md, program ${i + 1}`, code })),
  ];
}
