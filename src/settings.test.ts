import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settingsOfCalls } from './library/list-settings.ts';
import { phrase, setting } from './phrases.ts';
import {
  declare,
  defaultsOf,
  describeSettings,
  namesOf,
  nested,
  optionalShapeOf,
  pick,
  recommendable,
  redeclared,
  required,
  type Settings,
  shapeOf,
  shapeWithDefaults,
  storedShapeOf,
  withDefaults,
  withoutUndefined,
  withText,
} from './settings.ts';

const settings = {
  prompt: required(declare(z.string().min(1), { description: 'what it shows' })),
  share: declare(z.number().min(0).max(1), {
    description: phrase`how much of ${setting('prompt')}`,
    unit: 'share',
    group: 'Method',
    default: 0.2,
    recommendable: true,
  }),
  places: declare(z.array(z.string()), { description: 'where', default: (): string[] => [] }),
  late: declare(z.boolean(), { description: 'came later', default: true, addedLater: true }),
  frames: declare(z.int().min(2), { description: 'how many', usual: "the motion's" }),
};

test('given values are completed with defaults', () => {
  expect(withDefaults(settings, { prompt: 'p', share: undefined, frames: 3 })).toEqual({
    prompt: 'p',
    share: 0.2,
    places: [],
    late: true,
    frames: 3,
  });
  expect(withDefaults(pick(settings, ['late']), { late: false, share: 1 })).toEqual({
    late: false,
    share: 1,
  });
});

describe('schemas of settings', () => {
  test('without defaults, with all left out, with defaults, and as stored', () => {
    const all = { prompt: 'p', share: 1, places: ['a'], late: false, frames: 2 };
    expect(z.strictObject(shapeOf(settings)).parse(all)).toEqual(all);
    expect(z.strictObject(shapeOf(settings)).safeParse({ ...all, late: undefined }).success).toBe(false);
    expect(z.strictObject(optionalShapeOf(settings)).parse({})).toEqual({});
    expect(z.strictObject(shapeWithDefaults(settings)).parse({ prompt: 'p', frames: 2 })).toEqual({
      prompt: 'p',
      share: 0.2,
      places: [],
      late: true,
      frames: 2,
    });
    const { late: _, ...older } = all;
    expect(z.object(storedShapeOf(settings)).parse(older)).toEqual({ ...older, late: true });
    const { share: __, ...damaged } = all;
    expect(z.object(storedShapeOf(settings)).safeParse(damaged).success).toBe(false);
  });

  test('keep the order in which settings are declared', () => {
    const parsed = z
      .object(shapeOf(settings))
      .parse({ frames: 2, late: true, places: [], share: 0, prompt: 'p' });
    expect(Object.keys(parsed)).toEqual(namesOf(settings));
  });

  test('nested ones refuse what they do not know', () => {
    expect(nested(settings).safeParse({ share: 1 }).success).toBe(true);
    expect(nested(settings).safeParse({ shar: 1 }).success).toBe(false);
  });
});

test('defaults are made anew each time, so that nobody changes those of others', () => {
  expect(defaultsOf(settings)).toEqual({ share: 0.2, places: [], late: true });
  expect(defaultsOf(settings).places).not.toBe(defaultsOf(settings).places);
});

test('settings can be picked, changed, and given what they do not say themselves', () => {
  expect(namesOf(pick(settings, ['frames', 'share']))).toEqual(['share', 'frames']);
  expect(namesOf(recommendable(settings))).toEqual(['share']);
  const changed = redeclared(settings, { share: { default: 0.5, usual: 'half' } });
  expect([changed.share.default, changed.share.usual, changed.share.group]).toEqual([0.5, 'half', 'Method']);
  expect(settings.share.default).toBe(0.2);
  const grouped = withText(settings, { group: 'Others' });
  expect([grouped.share.group, grouped.frames.group]).toEqual(['Method', 'Others']);
});

test('descriptions say everything in words and as JSON', () => {
  const inner = declare(nested(pick(settings, ['share'])), {
    description: 'an object',
    settings: pick(settings, ['share']),
  });
  const fit = declare(z.enum(['cover', 'pad']), {
    description: 'fit',
    choices: { pad: 'whole' },
    default: 'cover',
  });
  const share = {
    name: 'share',
    description: 'how much of "prompt"',
    expected: 'a number from 0 to 1',
    schema: { type: 'number', minimum: 0, maximum: 1 },
    unit: 'share',
    default: 0.2,
    usual: '0.2',
    group: 'Method',
    required: false,
    recommendable: true,
  };
  expect(describeSettings({ ...pick(settings, ['prompt', 'share', 'frames']), fit, inner })).toEqual([
    {
      name: 'prompt',
      description: 'what it shows',
      expected: 'a text that is not empty',
      schema: { type: 'string', minLength: 1 },
      required: true,
      recommendable: false,
    },
    share,
    {
      name: 'frames',
      description: 'how many',
      expected: 'a whole number from 2',
      schema: { type: 'integer', minimum: 2, maximum: Number.MAX_SAFE_INTEGER },
      usual: "the motion's",
      required: false,
      recommendable: false,
    },
    {
      name: 'fit',
      description: 'fit',
      expected: 'one of: cover, pad',
      schema: { type: 'string', enum: ['cover', 'pad'] },
      choices: [{ value: 'cover' }, { value: 'pad', description: 'whole' }],
      default: 'cover',
      usual: 'cover',
      required: false,
      recommendable: false,
    },
    {
      name: 'inner',
      description: 'an object',
      expected: 'an object',
      schema: {
        type: 'object',
        properties: { share: { type: 'number', minimum: 0, maximum: 1 } },
        additionalProperties: false,
      },
      required: false,
      recommendable: false,
      settings: [share],
    },
  ]);
});

describe.each(Object.entries<Settings>(settingsOfCalls))('the settings of %s', (_, all) => {
  test('are explained on one line each, and their defaults are among their values', () => {
    for (const { name, description, expected, default: value, ...said } of describeSettings(all)) {
      expect(description, name).toMatch(/^\S.*[^.\s]$/);
      expect(description, name).not.toMatch(/\n|unless told| {2}/);
      expect(expected, name).not.toBe('something else');
      if (value === undefined || said.usual === undefined) continue;
      expect(all[name]!.schema.safeParse(value).success, name).toBe(true);
    }
  });

  test('name only settings that there are', () => {
    const known = new Set(Object.values<Settings>(settingsOfCalls).flatMap(namesOf));
    const referred = Object.values(all).flatMap(({ description, usual = '' }) =>
      [description, usual].flatMap((text) =>
        typeof text === 'string'
          ? []
          : text.flatMap((part) => (typeof part === 'object' && 'setting' in part ? [part.setting] : [])),
      ),
    );
    expect(referred.filter((name) => !known.has(name.split('.').at(-1)!))).toEqual([]);
  });

  test('can be sent to another process as JSON', () => {
    const described = describeSettings(all);
    expect(JSON.parse(JSON.stringify(described))).toEqual(described);
  });
});

test('withoutUndefined', () => {
  expect(Object.keys(withoutUndefined({ a: 1, b: undefined, c: null }))).toEqual(['a', 'c']);
});
