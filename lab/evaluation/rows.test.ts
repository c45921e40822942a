import { expect, test } from 'vitest';
import { CheckpointError } from '../../src/errors.ts';
import type { BaseSettings } from '../../src/models/base-settings.ts';
import { motionVariants } from '../../src/motion/variant.ts';
import { allRows, rowGroups, rowsNamed, rowVariant, trainingName } from './rows.ts';

const base = (training: Record<string, unknown>): BaseSettings => ({
  path: 'lamp.json',
  training,
  video: {},
  image: {},
});

test('rows are LAMP as the base recommends it, LAMP without one of its parts, and other methods', () => {
  const recommending = base({ variant: { cleanFirstTime: true } });
  const lamp = { ...motionVariants.lamp, cleanFirstTime: true };
  expect(rowVariant({ variant: 'lamp' }, recommending)).toEqual(lamp);
  expect(rowVariant({ variant: 'plain-convolution' }, recommending)).toEqual({
    ...lamp,
    temporalConvolution: 'plain',
  });
  expect(rowVariant({ variant: 'no-first-frame' }, recommending)).toEqual(motionVariants['no-first-frame']);
  expect(rowVariant({ variant: 'lamp', switches: { cleanFirstTime: false } }, recommending)).toEqual(
    motionVariants.lamp,
  );
  const moving = base({ variant: { movement: true } });
  expect(rowVariant({ variant: 'lamp' }, moving).movement).toBe(true);
  expect(rowVariant({ variant: 'zero-shot' }, recommending)).toEqual(motionVariants['zero-shot']);
});

test('on a base that recommends nothing, rows are the variants they are named after', () => {
  for (const { variant } of allRows)
    expect(rowVariant({ variant }, base({}))).toEqual(motionVariants[variant]);
  const named = base({ variant: 'lamp-extended' });
  expect(rowVariant({ variant: 'lamp' }, named)).toEqual(motionVariants['lamp-extended']);
  expect(() => rowVariant({ variant: 'lamp' }, base({ variant: 'lmap' }))).toThrow(CheckpointError);
});

test('rows are found by their names and by their groups, each once', () => {
  expect(rowsNamed(['lamp', 'methods']).map(({ name }) => name)).toEqual([
    'lamp',
    'zero-shot',
    'tune-a-video-like',
    'attention-only',
  ]);
  expect(() => rowsNamed(['lmap'])).toThrow('no row is called "lmap"; there are methods');
});

test('a row without a first frame has nothing that needs one, and a training of its own where it is trained otherwise', () => {
  const { carry, cleanFirstTime } = rowVariant(
    { variant: 'no-first-frame' },
    base({ variant: 'lamp-extended' }),
  );
  expect({ carry, cleanFirstTime }).toEqual({ carry: false, cleanFirstTime: false });
  expect(trainingName(rowsNamed(['own-scenes'])[0]!, 100)).toBe('own-scenes-8-clips-100-steps');
});

test('the reference rows train the paper’s parts as its authors do, whatever the base recommends', () => {
  const recommending = base({ variant: 'lamp-extended' });
  for (const row of rowsNamed(['reference', 'reference-tuned'])) {
    expect(row.preset).toBe('reference');
    expect(rowVariant(row, recommending)).toEqual(motionVariants.lamp);
  }
});

test('rows that differ in sampling alone share a training, all others have their own', () => {
  const names = allRows.map((row) => [row.name, trainingName(row, 100 * (row.stepShare ?? 1))] as const);
  const sharing = names.filter(([, training]) => training === 'lamp-8-clips-100-steps').map(([name]) => name);
  const sampled = [...rowGroups.sampling, ...rowGroups.lastSteps].map(({ name }) => name);
  expect(sharing).toEqual(['lamp', 'int8-videos', ...sampled]);
  const others = names.filter(([name]) => !sharing.includes(name)).map(([, training]) => training);
  expect(new Set(others).size).toBe(others.length);
  expect(names.find(([name]) => name === 'rank-4')![1]).toBe('lamp-8-clips-100-steps-rank-4');
});
