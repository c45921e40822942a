import { describe, expect, test } from 'vitest';
import { runHere } from '../testing/run-here.ts';

/** What these words end with, as programs read it. */
async function refused(...words: string[]) {
  const { code, stdout } = await runHere(...words, '--json');
  const { type, kind, exitCode, ...said } = JSON.parse(stdout);
  expect({ code, type, kind, exitCode }).toEqual({ code: 2, type: 'error', kind: 'UsageError', exitCode: 2 });
  return said;
}

describe('words that a command does not know are refused in parts', () => {
  test('an unknown option, and the one that may be meant', async () => {
    expect(await refused('image', '--sede', '1')).toEqual({
      message: "unknown option '--sede'. Did you mean --seed?",
      found: "unknown option '--sede'",
      advice: ['Did you mean --seed?'],
    });
    expect(await refused('image', '--zzz')).toMatchObject({
      found: "unknown option '--zzz'",
      advice: ['See "lamp image --help".'],
    });
  });

  test('an unknown command', async () => {
    expect(await refused('generat')).toMatchObject({
      found: "unknown command 'generat'",
      advice: ['Did you mean generate?'],
    });
  });

  test('a missing argument, and an option without its value', async () => {
    expect(await refused('inspect')).toEqual({
      message: '<path> is missing. See "lamp inspect --help".',
      found: '<path> is missing',
      setting: 'path',
      advice: ['See "lamp inspect --help".'],
    });
    expect(await refused('train', 'clips', '--clip-fps')).toMatchObject({ setting: 'clipFps' });
    const { stderr } = await runHere('image', '--prompt');
    expect(stderr).toBe('lamp: --prompt has no value; expected --prompt <text>. See "lamp image --help".\n');
  });

  test('too many arguments', async () => {
    expect(await refused('image', '--prompt', 'a', 'red', 'fox')).toMatchObject({
      message:
        '"lamp image" was given 2 arguments; expected none, only options. Put a text with spaces in quotes.',
      expected: 'none, only options',
    });
    expect(await refused('inspect', 'a', 'b')).toMatchObject({ expected: '1' });
  });
});

test('help and version are no errors', async () => {
  expect(await runHere('image', '--help')).toMatchObject({ code: 0, stderr: '' });
  expect(await runHere('--version')).toMatchObject({ code: 0, stderr: '' });
});
