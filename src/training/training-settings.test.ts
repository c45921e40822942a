import { describe, expect, test } from 'vitest';
import { DeviceError, UsageError } from '../errors.ts';
import { builtInBase } from '../models/built-in-base.ts';
import { motionVariants } from '../motion/variant.ts';
import { forOptimizer } from './optimiser-defaults.ts';
import { decidingSettings, parseSettings, presets, resumedSettings } from './training-settings.ts';

const least = { base: 'b', clips: ['c'], prompt: 'p' };

describe('parseSettings', () => {
  test('fills in the defaults', () => {
    expect(parseSettings(least)).toMatchObject({
      frames: 16,
      width: 512,
      height: 320,
      steps: 500,
      fit: 'cover',
    });
    expect(parseSettings({ ...least, ...presets.reference })).toMatchObject({
      fit: 'stretch',
      shuffle: false,
    });
  });

  test('takes the built-in base when none is given', () => {
    expect(parseSettings({ clips: ['c'], prompt: 'p' }).base).toBe(builtInBase());
  });

  test('names what is missing', () => {
    expect(() => parseSettings({ base: 'b', clips: ['c'] })).toThrow(
      'training needs a prompt. Give prompt: "a person walks".',
    );
    expect(() => parseSettings({ base: 'b', prompt: 'p' })).toThrow('needs a clip');
  });

  test('names the option that makes no sense', () => {
    const wrong = (settings: object) => () => parseSettings({ ...least, ...settings });
    expect(wrong({ frames: 1 })).toThrow(UsageError);
    expect(wrong({ frames: 1 })).toThrow(/^"frames" is 1; expected a whole number from 2 to 10000\.$/);
    expect(wrong({ learningRate: -1 })).toThrow('"learningRate" is -1; expected a number above 0.');
    expect(wrong({ averageDecay: 1 })).toThrow('"averageDecay" is 1; expected a number from 0 to below 1.');
    expect(wrong({ stepz: 1 })).toThrow('stepz');
    expect(wrong({ device: 'gpu' })).toThrow(DeviceError);
  });

  test('samples as often as it saves when only prompts for samples are given', () => {
    expect(parseSettings({ ...least, samplePrompts: ['q'], saveEvery: 7 }).sampleEvery).toBe(7);
    expect(parseSettings({ ...least, samplePrompts: ['q'], sampleEvery: 3 }).sampleEvery).toBe(3);
  });
});

describe('resumedSettings', () => {
  const begun = parseSettings({ ...least, steps: 10, seed: 4 });

  test('keeps what is not given and takes what may change', () => {
    expect(resumedSettings(begun, { steps: 20, saveEvery: 5, clips: ['moved'] })).toEqual({
      ...begun,
      steps: 20,
      saveEvery: 5,
      clips: ['moved'],
    });
    expect(resumedSettings(begun, { samplePrompts: ['q'] }).sampleEvery).toBe(begun.saveEvery);
    const asked = { ...begun, samplePrompts: ['p', 'q'] };
    expect(resumedSettings(asked, { steps: 20 })).toEqual({ ...asked, steps: 20 });
  });

  test('refuses other settings by name', () => {
    expect(() => resumedSettings(begun, { learningRate: 1 })).toThrow(
      /^"learningRate" is 1, but .* with 0.00003/,
    );
    expect(() => resumedSettings(begun, { width: 64 })).toThrow('"width" is 64');
    expect(() => resumedSettings(begun, { seed: 5 })).toThrow(UsageError);
  });

  test('refuses other steps under a cosine, which depends on them', () => {
    const cosine = parseSettings({ ...least, schedule: 'cosine' });
    expect(() => resumedSettings(cosine, { steps: 600 })).toThrow(/"steps" is 600.*cosine/);
    expect(decidingSettings(cosine)).toHaveProperty('steps');
    expect(decidingSettings(begun)).not.toHaveProperty('steps');
  });
});

test('the rate and the window decide a training, which is not changed where frames are taken by number anywhere', () => {
  const settings = parseSettings(least);
  expect([settings.clipFps, settings.window]).toEqual(['common', 'random']);
  const older = parseSettings({ ...least, clipFps: 'frames' });
  expect(decidingSettings(older)).not.toHaveProperty('clipFps');
  expect(decidingSettings(older)).not.toHaveProperty('window');
  const timed = parseSettings({ ...least, clipFps: 24, window: 'middle' });
  expect(decidingSettings(timed)).toEqual({ ...decidingSettings(older), clipFps: 24, window: 'middle' });
  expect(() => resumedSettings(timed, { clipFps: 12 })).toThrow(/^"clipFps" is 12, but .* with 24/);
  expect(() => resumedSettings(timed, { window: 'start' })).toThrow(/^"window" is "start"/);
  expect(() => parseSettings({ ...least, clipFps: 0 })).toThrow(/^"clipFps" is 0/);
});

test('the rank decides a training, which is not changed where matrices are whole', () => {
  const whole = parseSettings(least);
  expect(whole.rank).toBe(0);
  expect(decidingSettings(whole)).not.toHaveProperty('rank');
  const thin = parseSettings({ ...least, rank: 32 });
  expect(decidingSettings(thin)).toEqual({ ...decidingSettings(whole), rank: 32 });
  const { rank: _, ...older } = whole;
  expect(resumedSettings(older as typeof whole, {})).toEqual(whole);
  expect(() => resumedSettings(whole, { rank: 8 })).toThrow(/^"rank" is 8, but the run was begun with 0/);
  expect(() => parseSettings({ ...least, rank: -1 })).toThrow(
    /^"rank" is -1; expected a whole number from 0/,
  );
});

test('the optimiser decides a training, which is not changed where it is AdamW', () => {
  const usual = parseSettings(least);
  expect(usual.optimizer).toBe('adamw');
  expect(decidingSettings(usual)).not.toHaveProperty('optimizer');
  const lion = parseSettings({ ...least, optimizer: 'lion' });
  expect(decidingSettings(lion)).toEqual({ ...decidingSettings(usual), optimizer: 'lion' });
  const { optimizer: _, ...older } = usual;
  expect(resumedSettings(older as typeof usual, {})).toEqual(usual);
  expect(resumedSettings(lion, { optimizer: 'lion' })).toEqual(lion);
  expect(() => resumedSettings(older as typeof usual, { optimizer: 'adamw-8bit' })).toThrow(
    /^"optimizer" is "adamw-8bit", but the run was begun with "adamw"/,
  );
  expect(() => parseSettings({ ...least, optimizer: 'adam' as never })).toThrow(
    '"optimizer" is "adam"; expected one of: adamw, adamw-8bit, lion.',
  );
});

describe('forOptimizer', () => {
  test('AdamW and its form of 8 bits take what the base recommends', () => {
    const recommended = { learningRate: 1e-3, beta2: 0.9 };
    for (const asked of [undefined, 'adamw', 'adamw-8bit'] as const) {
      expect(forOptimizer(recommended, asked)).toBe(recommended);
    }
  });

  test('Lion takes a fifth of the learning rate, five times the weight decay, and a β₂ of 0.99', () => {
    expect(forOptimizer({}, 'lion')).toEqual({ learningRate: 6e-6, weightDecay: 0.05, beta2: 0.99 });
    expect(forOptimizer({ learningRate: 1e-3, beta2: 0.9, steps: 7 }, 'lion')).toEqual({
      learningRate: 2e-4,
      weightDecay: 0.05,
      beta2: 0.99,
      steps: 7,
    });
  });

  test('what is recommended for Lion is converted for AdamW only', () => {
    const recommended = { optimizer: 'lion', learningRate: 1e-4 } as const;
    const own = { optimizer: 'lion', learningRate: 1e-4, weightDecay: 0.05, beta2: 0.99 };
    expect(forOptimizer(recommended, undefined)).toEqual(own);
    expect(forOptimizer(recommended, 'lion')).toEqual(own);
    const { learningRate, weightDecay, beta2 } = forOptimizer(recommended, 'adamw-8bit');
    expect(learningRate).toBeCloseTo(5e-4, 12);
    expect([weightDecay, beta2]).toEqual([0.01, 0.999]);
  });
});

describe('variants', () => {
  const lamp = parseSettings(least);

  test('are named or described, LAMP where nothing is said', () => {
    expect(lamp.variant).toEqual(motionVariants.lamp);
    const named = parseSettings({ ...least, variant: 'plain-convolution' });
    expect(named.variant).toEqual(motionVariants['plain-convolution']);
    expect(parseSettings({ ...least, variant: { temporalConvolution: 'plain' } })).toEqual(named);
    const wrong = (variant: unknown) => () => parseSettings({ ...least, variant } as typeof least);
    expect(wrong('lava')).toThrow(
      /^"variant" is "lava"; expected one of: lamp, lamp-extended, no-first-frame/,
    );
    expect(wrong('zero-shot')).toThrow(
      '"variant" is "zero-shot"; expected a variant that is trained: lamp, lamp-extended,',
    );
    expect(wrong({ warp: 1 })).toThrow('"variant" has the unknown key "warp"; expected some of');
  });

  test('decide a training, which is not changed when it is LAMP', () => {
    expect(decidingSettings(lamp)).not.toHaveProperty('variant');
    const other = parseSettings({ ...least, variant: 'frozen-queries' });
    expect(decidingSettings(other).variant).toEqual(motionVariants['frozen-queries']);
    const stored = JSON.parse(JSON.stringify(other));
    expect(resumedSettings(stored, { variant: 'frozen-queries' })).toEqual(other);
    expect(resumedSettings(stored, {})).toEqual(other);
    expect(() => resumedSettings(stored, { variant: 'lamp' })).toThrow(/^"variant" is/);
    const { variant: _, ...older } = lamp;
    expect(resumedSettings(older as typeof lamp, {})).toEqual(lamp);
    expect(() => resumedSettings(older as typeof lamp, { variant: 'frozen-queries' })).toThrow(
      '"variant" is',
    );
  });
});
