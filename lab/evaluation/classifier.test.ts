import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { CheckpointError } from '../../src/errors.ts';
import type { FloatTensor } from '../../src/graph/host-tensor.ts';
import { blankPicture } from '../../src/media/picture.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { classifierShapes } from '../pretraining/classifier-step.ts';
import { initialParameters } from '../pretraining/initial-values.ts';
import { openClassifier, writeClassifier } from './classifier.ts';
import { classifierAccuracy } from './classifier-accuracy.ts';

const at = await testFolder();
const classes = { things: ['fox', 'a fox', 'nothing'], scenes: ['beach', 'moon'] };

/** Weights of an untrained classifier, by key name. */
function untrained(change: (weights: Map<string, FloatTensor>) => void = () => {}) {
  const parameters = initialParameters(classifierShapes({ things: 3, scenes: 2 }), 0);
  const weights = new Map([...parameters.views].map(([name, value]) => [name.replace(/^.*:/, ''), value]));
  change(weights);
  return weights;
}

test('pictures of any size and number are classified', async () => {
  // With these biases the result does not depend on the picture.
  const weights = untrained((all) => {
    all.get('thing.weight')!.data.fill(0);
    all.get('scene.weight')!.data.fill(0);
    all.get('thing.bias')!.data.set([0, Math.log(6), Math.log(3)]);
    all.get('scene.bias')!.data.set([Math.log(3), 0]);
  });
  await writeClassifier(at('known.safetensors'), weights, classes);
  const classifier = await openClassifier(at('known.safetensors'));
  expect(classifier.classes).toEqual(classes);
  const pictures = [blankPicture({ width: 64, height: 64 }), blankPicture({ width: 30, height: 90 })];
  const found = await classifier.classify(Array.from({ length: 9 }, () => pictures).flat());
  expect(found).toHaveLength(18);
  for (const { thing, thingProbability, scene, sceneProbability } of found) {
    expect([thing, scene]).toEqual(['a fox', 'beach']);
    expect(thingProbability).toBeCloseTo(0.6, 3);
    expect(sceneProbability).toBeCloseTo(0.75, 3);
  }
  const [picture] = pictures as [(typeof pictures)[0]];
  const accuracy = await classifierAccuracy(classifier, [
    { picture, thing: 'a fox', scene: 'moon' },
    { picture, thing: 'fox', scene: 'beach' },
    { picture, thing: 'a fox', scene: 'beach' },
    { picture, thing: 'a fox', scene: 'beach' },
  ]);
  expect(accuracy).toMatchObject({ pictures: 4, thing: 0.75, scene: 0.75 });
  expect(accuracy.thingConfidence).toBeCloseTo(0.6, 3);
  expect(await classifier.classify([])).toEqual([]);
  await classifier.dispose();
});

describe('a file that does not fit is refused', () => {
  test('without a weight, or with one of another shape', async () => {
    const [missing, misshapen] = [at('missing.safetensors'), at('misshapen.safetensors')];
    const without = untrained((all) => void all.delete('stages.2.conv.weight'));
    await writeClassifier(missing, without, classes);
    await expect(openClassifier(missing)).rejects.toThrow(CheckpointError);
    await expect(openClassifier(missing)).rejects.toThrow(/stages\.2\.conv\.weight/);
    await writeClassifier(misshapen, untrained(), { ...classes, scenes: ['beach'] });
    await expect(openClassifier(misshapen)).rejects.toThrow(/scene\.weight.*expected \[1,256\]/);
  });

  test('of another format, or with damaged names', async () => {
    const path = at('other.safetensors');
    await writeSafetensors(path, untrained(), { format: 'pt' });
    await expect(openClassifier(path)).rejects.toThrow(/no classifier.*format "pt"/);
    await writeSafetensors(path, untrained(), { format: 'lamp-classifier', version: '1', things: '[' });
    await expect(openClassifier(path)).rejects.toThrow(/things.*no list of names/);
  });
});
