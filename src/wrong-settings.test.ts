import { Project, SyntaxKind } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { unetConfigSchema, vaeConfigSchema } from './models/configs.ts';
import { motionVariantChoice } from './motion/variant.ts';
import { libraryVocabulary, messageParts, wordFor } from './phrases.ts';
import { trainingSettings } from './training/declared-settings.ts';
import {
  checked,
  expectationOf,
  expecting,
  nearestKey,
  rangeWords,
  shown,
  wrongInFile,
  wrongSetting,
} from './wrong-settings.ts';

/** What is said of a value that the schema refuses. */
function said(schema: z.ZodType, value: unknown, within?: string): string {
  const { error } = schema.safeParse(value);
  return wordFor(messageParts(wrongSetting(error!, schema, value, within)), libraryVocabulary);
}

describe('wrongSetting', () => {
  const schema = z.strictObject({
    steps: z.int().min(1),
    share: z.number().min(0).lt(1).optional(),
    fit: z.enum(['cover', 'stretch']).optional(),
    inner: z
      .strictObject({ width: z.int(), place: z.string().min(1) })
      .partial()
      .optional(),
    list: z.array(z.string()).optional(),
    motion: z
      .union([z.string(), z.strictObject({ path: z.string(), strength: z.number() }).partial()])
      .optional(),
    pair: z.tuple([z.int(), z.int()]).optional(),
    code: z
      .string()
      .regex(/^[a-f]+$/)
      .optional(),
    odd: checked<number>((value) => Number(value) % 2 === 1, 'an odd number').optional(),
    path: expecting(z.string().min(1), 'a path').optional(),
  });

  test.each([
    [{}, '"steps" is missing; expected a whole number from 1.'],
    [{ steps: 0 }, '"steps" is 0; expected a whole number from 1.'],
    [{ steps: 1.5 }, '"steps" is 1.5; expected a whole number from 1.'],
    [{ steps: '1' }, '"steps" is "1"; expected a whole number from 1.'],
    [{ steps: 1, share: 1 }, '"share" is 1; expected a number from 0 to below 1.'],
    [{ steps: 1, fit: 'pad' }, '"fit" is "pad"; expected one of: cover, stretch.'],
    [{ steps: 1, inner: { width: 'x' } }, '"inner.width" is "x"; expected a whole number.'],
    [{ steps: 1, inner: { place: '' } }, '"inner.place" is ""; expected a text that is not empty.'],
    [{ steps: 1, inner: 3 }, '"inner" is 3; expected an object.'],
    [{ steps: 1, list: ['a', 2] }, '"list.1" is 2; expected a text.'],
    [{ steps: 1, pair: [1] }, '"pair" is [1]; expected a list of 2.'],
    [{ steps: 1, pair: [1, 'x'] }, '"pair.1" is "x"; expected a whole number.'],
    [{ steps: 1, code: 'xyz' }, '"code" is "xyz"; expected a text of the form ^[a-f]+$.'],
    [{ steps: 1, odd: 2 }, '"odd" is 2; expected an odd number.'],
    [{ steps: 1, path: '' }, '"path" is ""; expected a path.'],
    [{ steps: 1, motion: 3 }, '"motion" is 3; expected a text, or an object.'],
    [{ steps: 1, motion: { strength: 'x' } }, '"motion.strength" is "x"; expected a number.'],
  ])('%j', (value, message) => {
    expect(said(schema, value)).toBe(message);
  });

  test('names the nearest key of one that is not known, before what is missing for it', () => {
    expect(said(schema, { stepz: 3 })).toMatch(
      /^there is the unknown key "stepz"; expected some of steps, share, .* Did you mean "steps"\?$/,
    );
    expect(said(schema, { steps: 1, inner: { widht: 3 } })).toBe(
      '"inner" has the unknown key "widht"; expected some of width, place. Did you mean "inner.width"?',
    );
    expect(said(schema, { steps: 1, motion: { strenght: 1 } })).toBe(
      '"motion" has the unknown key "strenght"; expected some of path, strength. Did you mean "motion.strength"?',
    );
    expect(said(schema, { steps: 1, inner: { colour: 3 } })).toBe(
      '"inner" has the unknown key "colour"; expected some of width, place.',
    );
  });

  test('says in which object the settings are, and has the parts of an error', () => {
    const { error } = schema.safeParse({ steps: 0 });
    const parts = messageParts(wrongSetting(error!, schema, { steps: 0 }, 'training'));
    expect(parts).toEqual({
      found: [{ setting: 'training.steps' }, ' is 0'],
      expected: ['a whole number from 1'],
      setting: 'training.steps',
      advice: [],
    });
    expect(said(schema, { steps: 1, stepz: 1 }, 'training')).toMatch(
      /^"training" has the unknown key "stepz"; .* Did you mean "training.steps"\?$/,
    );
  });

  test('of several kinds of objects, all that could stand in a place is expected', () => {
    const kinds = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('drawn'), seed: z.int() }),
      z.object({ kind: z.literal('none') }),
    ]);
    expect(said(z.object({ frame: kinds }), { frame: { kind: 'x' } })).toBe(
      '"frame.kind" is "x"; expected one of: drawn, none.',
    );
    expect(said(z.object({ frame: kinds }), { frame: { kind: 'drawn', seed: 'x' } })).toBe(
      '"frame.seed" is "x"; expected a whole number.',
    );
  });
});

test('wrongInFile names two faults, and counts the others', () => {
  const schema = z.strictObject({ a: z.int(), b: z.string(), c: z.boolean() });
  const words = (value: unknown) =>
    wordFor(messageParts(wrongInFile(schema.safeParse(value).error!, schema, value)), libraryVocabulary);
  expect(words({ a: 1, b: 'x' })).toBe('"c" is missing; expected true or false.');
  expect(words({ a: 1 })).toBe(
    '"b" is missing and "c" is missing; expected a text for "b" and true or false for "c".',
  );
  expect(words({})).toBe(
    '"a" is missing, "b" is missing, and 1 more is wrong; expected a whole number for "a" and a text for "b".',
  );
  expect(words({ a: 1, b: 'x', c: true, cc: 1 })).toBe(
    'it has the unknown key "cc"; expected some of a, b, c. Did you mean "c"?',
  );
  expect(words({ a: 1, b: 'x', cc: 1 })).toBe(
    '"c" is missing and it has the unknown key "cc"; expected true or false for "c" and some of a, b, c in it. ' +
      'Did you mean "c"?',
  );
});

test('the nearest key differs in a third of its letters at most', () => {
  expect(nearestKey('samplerStep', ['sampler', 'samplerSteps'])).toBe('samplerSteps');
  expect(nearestKey('SEED', ['seed'])).toBe('seed');
  expect(nearestKey('widht', ['weight', 'width'])).toBe('width');
  expect(nearestKey('colour', ['seed', 'width'])).toBeUndefined();
  expect(nearestKey('', ['seed'])).toBeUndefined();
});

test('ranges in words', () => {
  expect(rangeWords({ minimum: 0, maximum: 1 })).toBe(' from 0 to 1');
  expect(rangeWords({ minimum: 0, exclusiveMaximum: 1 })).toBe(' from 0 to below 1');
  expect(rangeWords({ exclusiveMinimum: 0, maximum: 1000 })).toBe(' above 0 up to 1000');
  expect(rangeWords({ maximum: 9 })).toBe(' up to 9');
  expect(rangeWords({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })).toBe('');
  expect(expectationOf(z.int())).toBe('a whole number');
  expect(expectationOf(z.unknown())).toBe('something else');
});

test('values are shown on one short line, whatever they are', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  expect(shown('a\nb\u001b[31m')).toBe('"a\\nb\\u001b[31m"');
  expect(shown('x'.repeat(200))).toBe(`"${'x'.repeat(79)}…`);
  expect([shown(Number.NaN), shown(3n), shown(null), shown(undefined), shown(() => 1)]).toEqual([
    'NaN',
    '3',
    'null',
    'undefined',
    'a function',
  ]);
  expect([shown(circular), shown([circular]), shown({ n: 3n })]).toEqual([
    'an object',
    'a list',
    'an object',
  ]);
  expect([shown({ data: new Uint8Array(3) }), shown(new Float32Array(2))]).toEqual([
    'an object',
    'an object',
  ]);
  expect(shown({ a: [1] })).toBe('{"a":[1]}');
});

describe('what our schemas say themselves is an expectation', () => {
  const unet = {
    in_channels: 4,
    out_channels: 4,
    block_out_channels: [8, 8],
    down_block_types: ['DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
    cross_attention_dim: 8,
  };
  const vae = {
    in_channels: 3,
    out_channels: 3,
    latent_channels: 4,
    block_out_channels: [8],
    down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
    up_block_types: ['UpDecoderBlock2D'],
  };
  const variant = motionVariantChoice;
  test.each<[z.ZodType, object, string]>([
    [
      variant,
      { temporalAttention: false, temporalPositions: true },
      'false while temporalAttention is off, which positions are for',
    ],
    [
      variant,
      { spatialAttention: 'own', movement: true },
      'false unless spatialAttention is first, since a movement is learned from the first frame',
    ],
    [
      variant,
      { firstFrame: false, carry: true },
      'false while firstFrame is off: there is none that could be carried',
    ],
    [
      variant,
      { firstFrame: false, copy: true },
      'false while firstFrame is off: there is none that could be copied',
    ],
    [
      variant,
      { firstFrame: false, cleanFirstTime: true },
      'false while firstFrame is off: there is none whose timestep could be 0',
    ],
    [unetConfigSchema, { ...unet, attention_head_dim: [8] }, '2 values, one for each of block_out_channels'],
    [
      unetConfigSchema,
      { ...unet, addition_embed_type: 'text_time', addition_time_embed_dim: 8 },
      'a number, which addition_embed_type needs',
    ],
    [
      unetConfigSchema,
      { ...unet, down_block_types: ['Attn', 'Attn'] },
      'CrossAttnDownBlock2D or DownBlock2D',
    ],
    [unetConfigSchema, { ...unet, up_block_types: ['Attn', 'Attn'] }, 'CrossAttnUpBlock2D or UpBlock2D'],
    [unetConfigSchema, { ...unet, mid_block_type: 'Attn' }, 'UNetMidBlock2DCrossAttn, or null'],
    [vaeConfigSchema, vae, '1 values, one for each of block_out_channels'],
  ])('%#', (schema, value, expected) => {
    expect(said(schema, value)).toContain(`; expected ${expected}.`);
  });

  test('a variant that nothing is trained of', () => {
    expect(said(trainingSettings.variant.schema, 'zero-shot')).toMatch(
      /^what is given is "zero-shot"; expected a variant that is trained: lamp, lamp-extended, .*, or an object of switches\.$/,
    );
  });

  test('in every file: it follows the word "expected"', () => {
    const texts = schemaTexts();
    expect(texts.length).toBeGreaterThan(15);
    const wrong = texts.filter(
      (text) =>
        /^(must|has|have|is|are|should|needs?|expected|invalid|not|no|nothing|the)\b|^[A-Z][a-z]+ |\.$/.test(
          text,
        ) || text === '',
    );
    expect(wrong).toEqual([]);
  });
});

/** The texts that schemas of the product and the laboratory are given: what is refused is said with them. */
function schemaTexts(): string[] {
  const project = new Project({ tsConfigFilePath: 'tsconfig.json', skipAddingFilesFromTsConfig: true });
  project.addSourceFilesAtPaths(['src/**/*.ts', 'lab/**/*.ts', '!src/**/*.test.ts', '!lab/**/*.test.ts']);
  return project.getSourceFiles().flatMap((file) => {
    if (!/from '(zod|.*\/(wrong-settings|settings)\.ts)'/.test(file.getFullText())) return [];
    return file.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
      const name = call.getExpression().getText().split('.').at(-1)!.replace(/<.*/, '');
      const args = call.getArguments();
      const texts = ['refine', 'checked', 'expecting'].includes(name) ? args.slice(1) : [];
      const options = [
        'refine',
        'addIssue',
        'custom',
        'union',
        'string',
        'number',
        'int',
        'min',
        'max',
        'enum',
      ];
      const inside = options.includes(name)
        ? args.flatMap((arg) => arg.asKind(SyntaxKind.ObjectLiteralExpression)?.getProperties() ?? [])
        : [];
      const named = inside.flatMap((property) => {
        const assigned = property.asKind(SyntaxKind.PropertyAssignment);
        return assigned && /^(error|message)$/.test(assigned.getName())
          ? [assigned.getInitializerOrThrow()]
          : [];
      });
      return [...texts, ...named].flatMap((node) => {
        const literal =
          node.asKind(SyntaxKind.StringLiteral) ?? node.asKind(SyntaxKind.NoSubstitutionTemplateLiteral);
        if (literal) return [literal.getLiteralText()];
        return node.isKind(SyntaxKind.TemplateExpression) ? [node.getText().slice(1, -1)] : [];
      });
    });
  });
}
