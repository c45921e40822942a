import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { loadTokenizer } from '../../src/models/tokenizer.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { worldBatch } from '../world/batch.ts';
import { loadShapes } from '../world/shape.ts';
import { loadThings } from '../world/thing.ts';
import {
  classifierBatch,
  movingPicture,
  NOTHING,
  shapePicture,
  stillPicture,
  WHITE_GROUND,
  worldClasses,
} from './labelled-pictures.ts';
import { smallTokenizer, writeSmallTokenizer } from './small-tokenizer.ts';
import { worldTexts } from './world-texts.ts';

const at = await testFolder();
const size = { width: 16, height: 16 };
const source = { things: await loadThings(), shapes: await loadShapes(size), size };
const classes = worldClasses(source);

test('every class has its own name', () => {
  expect(classes.things).toHaveLength(32 + 36 + 1);
  expect(new Set(classes.things).size).toBe(classes.things.length);
  expect(classes.things).toContain('penguin');
  expect(classes.things).toContain('a penguin');
  expect(classes.scenes).toHaveLength(15);
});

test('pictures of every kind have names that are classes', () => {
  const stream = randomStream(0, 'labelled test');
  const seen = new Set<string>();
  for (const draw of [stillPicture, movingPicture, shapePicture]) {
    for (let i = 0; i < 120; i++) {
      const { picture, thing, scene } = draw(source, stream);
      expect(picture).toMatchObject(size);
      expect(classes.things).toContain(thing);
      expect(classes.scenes).toContain(scene);
      expect(scene === WHITE_GROUND).toBe(draw === shapePicture);
      seen.add(`${draw.name} ${thing}`);
    }
  }
  expect(seen).toContain(`stillPicture ${NOTHING}`);
  expect(seen).toContain(`shapePicture ${NOTHING}`);
  expect(seen).not.toContain(`movingPicture ${NOTHING}`);
});

test('batches are consecutive parts of one infinite sequence', () => {
  const whole = classifierBatch(source, classes, 3, 10, 6);
  const part = classifierBatch(source, classes, 3, 12, 2);
  expect(part.pictures.shape).toEqual([2, 3, 16, 16]);
  expect(part.pictures.data).toEqual(whole.pictures.data.slice(2 * 768, 4 * 768));
  expect(part.things).toEqual(whole.things.slice(2, 4));
  expect(part.scenes).toEqual(whole.scenes.slice(2, 4));
});

test('a tokenizer of the world’s texts knows every word of its captions', async () => {
  await writeSmallTokenizer(at('world'), smallTokenizer(worldTexts(source.things, source.shapes), 24));
  const tokenizer = await loadTokenizer(at('world'));
  const { captions } = worldBatch({ ...source, shapeShare: 0.3, options: { size } }, 5, 0, 600);
  for (const caption of [...captions, 'a traffic cone rotates on a white ground']) {
    const words = caption.match(/\p{L}+|\p{N}|[^\s\p{L}\p{N}]/gu)!;
    expect(tokenizer.encodeUntruncated(caption), caption).toHaveLength(2 + words.length);
    expect(words.length).toBeLessThanOrEqual(18);
  }
});
