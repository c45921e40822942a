import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { commandVocabulary } from './cli/vocabulary.ts';
import { InterruptedError, LampError, UsageError } from './errors.ts';
import { notice } from './events.ts';
import {
  alternatives,
  call,
  foundOf,
  joinPhrases,
  libraryVocabulary,
  messageParts,
  phrase,
  setting,
  wordFor,
  wordParts,
  wordPhrase,
} from './phrases.ts';

const parts = {
  found: phrase`${setting('averageDecay')} is ${1.5}`,
  expected: 'a number from 0 to below 1',
  setting: 'averageDecay',
  advice: [phrase`Use ${setting('averageDecay', 0.9)}.`, 'Or leave it out.'],
};

describe('an error', () => {
  test('keeps its parts and says them in the words of the library', () => {
    const error = new UsageError(parts, { cause: 'x' });
    expect(error).toMatchObject({
      name: 'UsageError',
      message:
        '"averageDecay" is 1.5; expected a number from 0 to below 1. Use averageDecay: 0.9. Or leave it out.',
      found: [{ setting: 'averageDecay' }, ' is 1.5'],
      expected: ['a number from 0 to below 1'],
      setting: 'averageDecay',
      advice: [['Use ', { setting: 'averageDecay', value: 0.9 }, '.'], ['Or leave it out.']],
      cause: 'x',
      exitCode: 2,
    });
    expect(wordFor(error, commandVocabulary)).toBe(
      '--ema is 1.5; expected a number from 0 to below 1. Use --ema 0.9. Or leave it out.',
    );
  });

  test('of one text has it as "found", and as its message', () => {
    for (const text of ['the disk is full', 'the disk is full.']) {
      expect(new LampError(text)).toMatchObject({ message: text, found: [text], advice: [] });
    }
  });

  test('about another error takes its parts', () => {
    const inner = new UsageError(parts);
    const outer = new InterruptedError({
      found: phrase`no edit: ${foundOf(inner)}`,
      advice: inner.advice[0],
    });
    expect(outer.message).toBe(
      'no edit: "averageDecay" is 1.5; expected a number from 0 to below 1. Use averageDecay: 0.9.',
    );
    expect(new UsageError(messageParts(inner))).toEqual(inner);
  });
});

test('a notice has the same parts', () => {
  expect(notice('hello')).toEqual({ type: 'notice', message: 'hello', found: ['hello'], advice: [] });
  const { message, ...told } = notice({ found: 'short', advice: phrase`Use ${setting('frames', 8)}.` });
  expect(message).toBe('short. Use frames: 8.');
  expect(structuredClone(told)).toEqual({
    type: 'notice',
    found: ['short'],
    advice: [['Use ', { setting: 'frames', value: 8 }, '.']],
  });
});

test('several texts are separate pieces of advice', () => {
  const said = notice({ found: 'no clip', advice: ['Convert "a.avi".', 'Convert "b.avi".'] });
  expect(said.advice).toEqual([['Convert "a.avi".'], ['Convert "b.avi".']]);
  expect(said.message).toBe('no clip. Convert "a.avi". Convert "b.avi".');
});

test('each part is said in the words of a vocabulary', () => {
  expect(wordParts(messageParts(parts), commandVocabulary)).toEqual({
    message: '--ema is 1.5; expected a number from 0 to below 1. Use --ema 0.9. Or leave it out.',
    found: '--ema is 1.5',
    expected: 'a number from 0 to below 1',
    setting: 'averageDecay',
    advice: ['Use --ema 0.9.', 'Or leave it out.'],
  });
  expect(Object.keys(wordParts(messageParts('x'), commandVocabulary))).toEqual([
    'message',
    'found',
    'advice',
  ]);
});

test('the library names settings as they are typed in JavaScript', () => {
  const said = (...members: Parameters<typeof wordPhrase>[0]) => wordPhrase(members, libraryVocabulary);
  expect(said(setting('firstFrameSize'))).toBe('"firstFrameSize"');
  expect(said(setting('firstFrameSize', { width: 8, height: 16 }))).toBe(
    'firstFrameSize: { width: 8, height: 16 }',
  );
  expect(said(setting('size', { width: 8, height: 16 }))).toBe('width: 8, height: 16');
  expect(said(setting('size'))).toBe('"width" and "height"');
  expect(said(setting('captions', false))).toBe('captions: false');
  expect(said(setting('sampler', 'ddim'))).toBe('sampler: "ddim"');
  expect(said(call('learnMotion', { out: 'a "b"', resume: true }))).toBe(
    'learnMotion({ out: "a \\"b\\"", resume: true })',
  );
  expect(said(call('learnMotion'))).toBe('learnMotion');
});

test('phrases join: texts next to each other are one text', () => {
  const inner = phrase`use ${setting('stride', 1)} now`;
  expect(phrase`Do: ${inner}, ${3} times`).toEqual([
    'Do: use ',
    { setting: 'stride', value: 1 },
    ' now, 3 times',
  ]);
  expect(joinPhrases([['a'], [setting('b')], ['c']], ', ')).toEqual(['a, ', { setting: 'b' }, ', c']);
  expect(alternatives([['a']])).toEqual(['a']);
  expect(alternatives([['a'], ['b']])).toEqual(['a or b']);
  expect(alternatives([['a'], ['b'], ['c']], 'and')).toEqual(['a, b, and c']);
});

test('only the command’s vocabulary names its options', () => {
  const source = fileURLToPath(new URL('.', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/\.(test|slow)\.ts$/.test(name) && !/^(cli|testing)\//.test(name),
  );
  const flags = files.flatMap((name) =>
    readFileSync(join(source, name), 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
      .flatMap((line) =>
        [...line.matchAll(/(?:['"`\s(]|^)(--[a-z][\w-]*)/g)].map(([, flag]) => `${name}: ${flag}`),
      ),
  );
  expect(files.length).toBeGreaterThan(200);
  // Options of other programs: npm's, to install a device's driver or the codecs, and V8's, to collect garbage
  // and to limit memory; and of the command for what the studio's page has no field for.
  expect(flags.sort()).toEqual([
    'media/video-engine.ts: --ignore-scripts',
    'runtime/devices.ts: --ignore-scripts',
    'runtime/garbage.ts: --expose-gc',
    'runtime/garbage.ts: --no-expose-gc',
    'studio/server/looks.ts: --max-old-space-size',
    'studio/server/page-vocabulary.ts: --cut',
  ]);
});
