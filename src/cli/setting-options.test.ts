import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settingsOfCalls } from '../library/list-settings.ts';
import { phrase, setting } from '../phrases.ts';
import { declare, namesOf } from '../settings.ts';
import { computing } from './computing-process.ts';
import { lampProgram } from './lamp-program.ts';
import { libraryOptions, withSettings } from './setting-options.ts';
import { optionName } from './vocabulary.ts';

const settings = {
  share: declare(z.number().min(0).max(1), { description: 'how much', default: 0.2, recommendable: true }),
  rate: declare(z.union([z.number().positive(), z.enum(['common'])]), {
    description: phrase`how often, with ${setting('samplePrompts')}`,
    choices: { common: 'as usual' },
    default: 'common',
  }),
  fit: declare(z.enum(['cover', 'pad', 'stretch']), {
    description: 'how it fits',
    choices: { cover: 'cut', pad: 'whole' },
    group: 'Look',
    default: 'cover',
  }),
  width: declare(z.int().min(1), { description: 'width of it', sizeOf: 'it', unit: 'pixels', default: 64 }),
  height: declare(z.int().min(1), { description: 'height of it', unit: 'pixels', default: 32 }),
  places: declare(z.array(z.string().min(1)), { description: 'where', default: (): string[] => [] }),
  captions: declare(z.boolean(), { description: 'take captions', off: 'take none', default: true }),
  shuffle: declare(z.boolean(), {
    description: 'in any order',
    off: 'in order',
    default: true,
    recommendable: true,
  }),
  resume: declare(z.boolean(), { description: 'go on', default: false }),
  out: declare(z.string().min(1), { description: 'where it goes', usual: 'nowhere' }),
  negativePrompt: declare(z.string(), { description: 'what it lacks' }),
};

const command = (options = {}) =>
  withSettings(new Command('make').exitOverride().configureOutput({ writeErr: () => {} }), settings, options);

/** What these words say to the library. */
const given = (words: readonly string[], options = {}) => {
  const made = command(options);
  made.parse(words, { from: 'user' });
  return libraryOptions(made.opts());
};

describe('options made from settings', () => {
  test('have flags, placeholders, explanations, ranges and defaults', () => {
    const rows = command().options.map(({ flags, description, hidden, helpGroupHeading }) => [
      flags,
      description,
      ...(hidden ? ['hidden'] : []),
      ...(helpGroupHeading ? [helpGroupHeading] : []),
    ]);
    expect(rows).toEqual([
      ['--share <number>', "how much (0 to 1; default: the base's, or 0.2)"],
      ['--rate <value>', 'how often, with --sample-prompt: a number or common (as usual) (default: common)'],
      ['--fit <name>', 'how it fits: cover (cut), pad (whole) or stretch (default: cover)', 'Look:'],
      ['--size <WxH>', 'width x height of it (default: 64x32)'],
      ['--place <text>', 'where; may be given several times'],
      ['--captions', 'take captions (default: on)', 'hidden'],
      ['--no-captions', 'take none'],
      ['--shuffle', "in any order (default: the base's, or on)"],
      ['--no-shuffle', 'in order'],
      ['--resume', 'go on'],
      ['--out <text>', 'where it goes (default: nowhere)'],
      ['--negative-prompt <text>', 'what it lacks'],
    ]);
  });

  test('can be left out, renamed, put under a heading and into an object', () => {
    const made = command({
      without: ['rate', 'places', 'captions', 'shuffle', 'resume', 'out', 'width', 'share', 'negativePrompt'],
      names: { fit: '--shape' },
      within: 'training',
      group: 'Training',
    });
    expect(made.options.map(({ flags, helpGroupHeading }) => [flags, helpGroupHeading])).toEqual([
      ['--shape <name>', 'Training:'],
    ]);
    made.parse(['--shape', 'pad'], { from: 'user' });
    expect(libraryOptions(made.opts())).toEqual({ training: { fit: 'pad' } });
  });

  test('leave options that are not given unset, and pass on defaults that are given', () => {
    expect(given([])).toEqual({});
    expect(given(['--no-shuffle', '--no-captions', '--resume'])).toEqual({
      shuffle: false,
      captions: false,
      resume: true,
    });
    expect(given(['--shuffle', '--share', '0.2', '--size', '64x32', '--rate', 'common'])).toEqual({
      shuffle: true,
      share: 0.2,
      width: 64,
      height: 32,
      rate: 'common',
    });
    expect(given(['--rate', '2.5', '--place', 'a', '--place', 'b'])).toEqual({
      rate: 2.5,
      places: ['a', 'b'],
    });
  });

  test('take an empty text where the library does', () => {
    expect(given(['--negative-prompt', ''])).toEqual({ negativePrompt: '' });
  });

  test.each([
    [['--share', '2'], '--share is "2"; expected a number from 0 to 1.'],
    [['--rate', '0'], '--rate is "0"; expected a number above 0, or one of: common.'],
    [['--rate', 'often'], '--rate is "often"; expected a number above 0, or one of: common.'],
    [['--fit', 'crop'], '--fit is "crop"; expected one of: cover, pad, stretch.'],
    [['--size', '64'], '--size is "64"; expected width x height in pixels, such as 512x320.'],
    [['--out', ' '], '--out is empty; expected some text.'],
  ])('%j is refused', (words, message) => {
    expect(() => given(words)).toThrow(message);
  });
});

describe('the program', () => {
  const calls = {
    train: 'learnMotion',
    generate: 'generateVideo',
    animate: 'animateImages',
    edit: 'editVideo',
    image: 'drawImages',
    convert: 'convertMotion',
    clips: 'examineClips',
    inspect: 'inspect',
  } as const;
  /** What a command takes as words, in a nested object or not at all: `--reference` or a preset stands for it. */
  const elsewhere = [
    'clips',
    'clip',
    'pictures',
    'source',
    'path',
    'drawing',
    'training',
    'useRecommended',
    'height',
  ];

  test.each(Object.entries(calls))('lamp %s has an option for every setting of %s', (name, call) => {
    const command = lampProgram().commands.find((each) => each.name() === name)!;
    const flags = command.options.map(({ long }) => long!.replace(/^--no-/, '--'));
    const missing = namesOf(settingsOfCalls[call]).filter(
      (key) => !elsewhere.includes(key) && !flags.includes(optionName(key)),
    );
    expect(missing).toEqual(name === 'animate' ? ['firstFrameFit'] : []);
  });

  test('help texts contain no text of the schema library', () => {
    for (const command of lampProgram().commands) {
      expect(command.helpInformation()).not.toMatch(/undefined|\[object|NaN|9007199254740991/);
    }
  });
});

test('the commands that compute take --threads, and no others', () => {
  const taking = lampProgram().commands.filter((each) =>
    each.options.some(({ long }) => long === '--threads'),
  );
  expect(new Set(taking.map((each) => each.name()))).toEqual(computing);
});
