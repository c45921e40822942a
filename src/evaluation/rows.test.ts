import { expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import type { BaseSettings } from '../models/base-settings.ts';
import { motionVariants } from '../motion/variant.ts';
import { allRows, rowsNamed, rowVariant } from './rows.ts';

const base = (training: Record<string, unknown>): BaseSettings => ({
  path: 'lamp.json',
  training,
  video: {},
  image: {},
});

test('rows are LAMP as the base recommends it, less a part, or another method as it is', () => {
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
  expect(() => rowVariant({ variant: 'lamp' }, base({ variant: 'lmap' }))).toThrow(CheckpointError);
});

test('rows are found by their names and by their groups, each once', () => {
  expect(rowsNamed(['lamp', 'methods']).map(({ name }) => name)).toEqual([
    'lamp',
    'zero-shot',
    'tune-a-video-like',
    'attention-only',
  ]);
  expect(() => rowsNamed(['lmap'])).toThrow(/"lmap"; there are methods/);
});
