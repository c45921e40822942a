/**
 * @file Further things for pretraining besides those of the little world: a model that knows more things draws unseen
 * ones better.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { withoutArticle } from '../world/caption.ts';
import { spriteOf, type Thing } from '../world/thing.ts';

const folder = new URL('../assets/pretraining/', import.meta.url);
const listSchema = z.array(z.object({ file: z.string(), phrase: z.string(), source: z.string() }));

let loaded: Promise<readonly Thing[]> | undefined;

/** All of them, drawn on the first call. Neither motions nor evaluations use them. */
export function loadMoreThings(): Promise<readonly Thing[]> {
  loaded ??= readMoreThings();
  return loaded;
}

async function readMoreThings(): Promise<readonly Thing[]> {
  const list = listSchema.parse(JSON.parse(await readFile(new URL('things.json', folder), 'utf8')));
  return Promise.all(
    list.map(async ({ file, phrase }) => ({
      name: withoutArticle(phrase),
      phrase,
      group: 'object',
      facing: 'none',
      flies: false,
      core: false,
      sprite: await spriteOf(fileURLToPath(new URL(`things/${file}`, folder))),
    })),
  );
}
