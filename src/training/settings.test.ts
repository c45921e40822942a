import { describe, expect, test } from 'vitest';
import { DeviceError, UsageError } from '../errors.ts';
import { decidingSettings, parseSettings, presets, resumedSettings } from './settings.ts';

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

  test('names what is missing', () => {
    expect(() => parseSettings({ clips: ['c'], prompt: 'p' })).toThrow('give --base <folder>');
    expect(() => parseSettings({ base: 'b', clips: ['c'] })).toThrow('give --prompt');
    expect(() => parseSettings({ base: 'b', prompt: 'p' })).toThrow('needs a clip');
  });

  test('names the option that makes no sense', () => {
    const wrong = (settings: object) => () => parseSettings({ ...least, ...settings });
    expect(wrong({ frames: 1 })).toThrow(UsageError);
    expect(wrong({ frames: 1 })).toThrow(/^--frames is 1; too small/);
    expect(wrong({ learningRate: -1 })).toThrow('--learning-rate is -1');
    expect(wrong({ averageDecay: 1 })).toThrow('--ema is 1');
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
  });

  test('refuses other settings by name', () => {
    expect(() => resumedSettings(begun, { learningRate: 1 })).toThrow(
      /^--learning-rate is 1, but .* with 0.00003/,
    );
    expect(() => resumedSettings(begun, { width: 64 })).toThrow('--size is 64');
    expect(() => resumedSettings(begun, { seed: 5 })).toThrow(UsageError);
  });

  test('refuses other steps under a cosine, which depends on them', () => {
    const cosine = parseSettings({ ...least, schedule: 'cosine' });
    expect(() => resumedSettings(cosine, { steps: 600 })).toThrow(/--steps is 600.*cosine/);
    expect(decidingSettings(cosine)).toHaveProperty('steps');
    expect(decidingSettings(begun)).not.toHaveProperty('steps');
  });
});
