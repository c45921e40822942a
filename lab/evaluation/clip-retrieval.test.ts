import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { loadShapes } from '../world/shape.ts';
import { loadThings } from '../world/thing.ts';
import { clipRetrieval } from './clip-retrieval.ts';

const size = { width: 16, height: 16 };

test('embeddings that do not depend on the picture retrieve the right text at chance level', async () => {
  const source = { things: await loadThings(), shapes: await loadShapes(size), size };
  const random = randomStream(0, 'blind');
  const blind = {
    embedPictures: async (all: readonly unknown[]) => all.map(() => random.normals(8)),
    embedTexts: async (all: readonly string[]) => all.map(() => random.normals(8)),
  };
  const found = await clipRetrieval(blind, source, randomStream(0, 'samples'), 250);
  expect(found.pictures).toBe(250);
  for (const [share, choices] of [
    [found.thing, 32],
    [found.scene, 14],
    [found.shape, 36],
  ] as const) {
    expect(Math.abs(share - 1 / choices)).toBeLessThan(0.06);
  }
});
