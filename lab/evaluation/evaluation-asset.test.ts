import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { shapePicture, stillPicture, worldClasses } from '../pretraining/labelled-pictures.ts';
import { loadShapes } from '../world/shape.ts';
import { loadThings } from '../world/thing.ts';
import { openClassifier } from './classifier.ts';
import { classifierAccuracy } from './classifier-accuracy.ts';
import { openClip } from './clip-model.ts';
import { clipRetrieval } from './clip-retrieval.ts';
import { builtInClip } from './evaluation-asset.ts';

// Twice the size that both were trained with: pictures are resized.
const size = { width: 256, height: 256 };
const source = { things: await loadThings(), shapes: await loadShapes(size), size };

test('the classifier of the package knows the world', async () => {
  const classifier = await openClassifier();
  expect(classifier.classes).toEqual(worldClasses(source));
  for (const draw of [stillPicture, shapePicture]) {
    const stream = randomStream(2, draw.name);
    const accuracy = await classifierAccuracy(
      classifier,
      Array.from({ length: 80 }, () => draw(source, stream)),
    );
    expect(accuracy.thing).toBeGreaterThan(0.95);
    expect(accuracy.scene).toBeGreaterThan(0.97);
  }
  await classifier.dispose();
});

test('the CLIP of the package finds the captions of pictures', async () => {
  const clip = await openClip(builtInClip());
  const found = await clipRetrieval(clip, source, randomStream(2, 'retrieval'), 80);
  expect(found.thing).toBeGreaterThan(0.8);
  expect(found.scene).toBeGreaterThan(0.9);
  expect(found.shape).toBeGreaterThan(0.9);
  await clip.dispose();
});
