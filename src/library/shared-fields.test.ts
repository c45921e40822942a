import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import type { UsageError } from '../errors.ts';
import * as library from '../index.ts';
import { declare, nested, required } from '../settings.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { settingsOfCalls } from './list-settings.ts';
import { workFields } from './shared-fields.ts';

const inner = {
  width: declare(z.int(), { description: 'a side' }),
  note: declare(z.string(), { description: 'a note' }),
};
const fields = {
  prompt: required(declare(z.string().min(1), { description: 'what it shows' })),
  steps: declare(z.int().min(1), { description: 'how often', default: 3 }),
  drawing: declare(nested(inner), { description: 'how it is drawn' }),
  picture: z.unknown().optional(),
};
interface Options {
  readonly prompt: string;
  readonly steps?: number;
  readonly drawing?: { readonly width?: number; readonly note?: string };
  readonly picture?: unknown;
}
const check = (options: unknown) => checkOptions<Options>('generateVideo', options as Options, fields);
const refused = (options: unknown) =>
  thrownBy(Promise.resolve().then(() => check(options))) as Promise<UsageError>;

test('options come back without those that are undefined, nested ones too, and are themselves otherwise', () => {
  const picture = { data: new Uint8Array(3), note: undefined };
  const checked = check({ prompt: 'p', steps: undefined, drawing: { width: 3, note: undefined }, picture });
  expect(checked).toEqual({ prompt: 'p', drawing: { width: 3 }, picture });
  expect(Object.keys(checked)).toEqual(['prompt', 'drawing', 'picture']);
  expect(Object.keys(checked.drawing!)).toEqual(['width']);
  expect(checked.picture).toBe(picture);
});

test('an error has parts, and names the setting by its path', async () => {
  const unknown = await refused({ promt: 'p' });
  expect(unknown.message).toBe(
    'generateVideo does not know the option "promt"; expected some of prompt, steps, drawing, picture. Did you mean "prompt"?',
  );
  expect(unknown.setting).toBe('promt');
  expect(unknown.found).toEqual([
    { call: 'generateVideo', options: {} },
    ' does not know the option "promt"',
  ]);
  expect(unknown.advice).toEqual([['Did you mean ', { setting: 'prompt' }, '?']]);
  const inside = await refused({ prompt: 'p', drawing: { widht: 3 } });
  expect(inside.message).toBe(
    '"drawing" has the unknown key "widht"; expected some of width, note. Did you mean "drawing.width"?',
  );
  expect([inside.setting, inside.advice]).toEqual([
    'drawing',
    [['Did you mean ', { setting: 'drawing.width' }, '?']],
  ]);
  const wrong = await refused({ prompt: 'p', drawing: { width: 'x' } });
  expect([wrong.setting, wrong.expected]).toEqual(['drawing.width', ['a whole number']]);
  expect((await refused({})).message).toBe('"prompt" is missing; expected a text that is not empty.');
  for (const [options, shown] of [
    ['a fox', '"a fox"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [['a'], '["a"]'],
    [() => 1, 'a function'],
  ] as const) {
    expect((await refused(options)).message).toBe(
      `generateVideo takes one object of options, and was called with ${shown}. Give, for example, { prompt: "a fox jumps" }.`,
    );
  }
});

const functions = new Map<string, unknown>(Object.entries(library));

/** Each function with one key misspelt, and the objects within its options. */
const misspelt: readonly (readonly [keyof typeof settingsOfCalls, object, string])[] = [
  ['generateVideo', { prompt: 'p', drawing: { samplrSteps: 3 } }, 'drawing.samplerSteps'],
  ['generateVideo', { prompt: 'p', firstFrameSize: { width: 8, hight: 8 } }, 'firstFrameSize.height'],
  ['generateVideo', { prompt: 'p', motion: { motion: 'm', strenght: 1 } }, 'motion.strength'],
  ['generateVideo', { prompt: 'p', motions: [{ motion: 'm', strenght: 1 }] }, 'motions.0.strength'],
  ['animateImage', { picture: 'a.png', firstFrameFitt: 'pad' }, 'firstFrameFit'],
  ['animateImages', { pictures: ['a.png'], out: 'o', formt: 'gif' }, 'format'],
  ['drawImage', { prompt: 'p', sampler_steps: 3 }, 'samplerSteps'],
  ['drawImages', { prompt: 'p', cuont: 3 }, 'count'],
  ['editVideo', { clip: 'c', prompt: 'p', training: { learningrat: 1 } }, 'training.learningRate'],
  ['editVideo', { clip: 'c', prompt: 'p', drawing: { promt: 'x' } }, 'drawing.prompt'],
  ['learnMotion', { out: 'o', variant: { movment: true } }, 'variant.movement'],
  ['learnMotion', { out: 'o', stepss: 3 }, 'steps'],
  ['loadBase', { bass: 'b' }, 'base'],
  ['loadMotion', { motion: 'm', strenght: 1 }, 'strength'],
  ['openGenerator', { motion: 'm', framez: 3 }, 'frames'],
  ['controlTraining', { run: 'r', stopp: true }, 'stop'],
  ['convertMotion', { source: 's', out: 'o', dtyp: 'float16' }, 'dtype'],
  ['examineClips', { clips: ['c'], previw: 'x.png' }, 'preview'],
  ['inspect', { path: 'built-in', frame: 3 }, 'frames'],
  ['startEngine', { secondsToStopp: 3 }, 'secondsToStop'],
];

test.each(misspelt)('%s refuses %j and names the right key', async (name, options, right) => {
  const call = functions.get(name) as (options: object) => Promise<unknown>;
  const error = (await thrownBy(call(options))) as UsageError;
  expect(error).toBeInstanceOf(library.UsageError);
  expect(error.advice).toEqual([['Did you mean ', { setting: right }, '?']]);
});

test('functions that read and write files refuse misspelt options, too', async () => {
  const frame = library.picture(8, 8, new Uint8Array(8 * 8 * 3));
  const calls: [Promise<unknown>, string][] = [
    [library.readPicture('x.png', { sise: { width: 8, height: 8 } } as never), 'size'],
    [library.readPicture('x.png', { size: { width: 8, hight: 8 } as never }), 'size.height'],
    [library.writeVideo('x.gif', [frame], { framePerSecond: 8 } as never), 'framesPerSecond'],
    [library.writeMotion('x.safetensors', {} as never, { dtyp: 'float16' } as never), 'dtype'],
  ];
  for (const [call, right] of calls) {
    const error = (await thrownBy(call)) as UsageError;
    expect([error.constructor, error.advice]).toEqual([
      library.UsageError,
      [['Did you mean ', { setting: right }, '?']],
    ]);
  }
});

test('functions without options of their own refuse what they cannot take, in parts', async () => {
  const no = undefined as never;
  const calls: [() => unknown, string][] = [
    [() => library.listSettings('editVideos' as never), 'call'],
    [() => library.combineMotions([], no), 'motions'],
    [() => library.writeMotion('x.safetensors', {} as never), 'motion'],
    [() => library.readMotionInfo(no), 'path'],
    [() => library.readPicture(no), 'path'],
    [() => library.writePicture('x.bmp', no), 'path'],
    [() => library.readVideoMetadata(no), 'path'],
    [() => library.writeVideo('x.avi', [], { framesPerSecond: 8 }), 'path'],
    [() => library.picture(2, 2, new Uint8Array(3)), 'data'],
    [() => library.picture(2, 2, no), 'data'],
    [() => library.animateImages({ pictures: [], motion: 'runs/jumps', out: 'x' }), 'pictures'],
  ];
  for (const [call, name] of calls) {
    const error = (await thrownBy((async () => call())())) as UsageError;
    expect([error.constructor, error.setting]).toEqual([library.UsageError, name]);
  }
  expect(() => library.listSettings('editVideos' as never)).toThrow('Did you mean "editVideo"?');
});

test('an option called size is not taken for width and height', async () => {
  const read = library.readPicture('x.png', { size: { widht: 3, height: 4 } as never });
  expect((await thrownBy(read)).message).toMatch(/^"size" has the unknown key "widht"/);
  expect(library.jointSettings.size).toEqual(['width', 'height']);
});

test('every function that has settings is tried', () => {
  expect([...new Set(misspelt.map(([name]) => name))].sort()).toEqual(Object.keys(settingsOfCalls).sort());
  const taken = { ...workFields, ...settingsOfCalls.generateVideo };
  expect(Object.keys(taken)).toContain('signal');
});
