import { CommanderError } from 'commander';
import { expect, test, vi } from 'vitest';
import { UsageError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';
import { packageVersion } from '../versions.ts';
import { report } from './report.ts';

function reported(error: unknown, ...words: string[]) {
  let text = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((written) => {
      text += written;
      return true;
    }),
  );
  try {
    return { code: report(error, words), text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test("errors that are not the user's are reported as bugs, with the version and how to see more", () => {
  const message = `TypeError: x is not a function (This is a bug of lamp ${packageVersion}; LAMP_DEBUG=1 shows where.)`;
  const error = new TypeError('x is not\n  a function');
  expect(reported(error)).toEqual({ code: 70, text: `lamp: ${message}\n` });
  const json = reported(error, '--json');
  expect(JSON.parse(json.text)).toEqual({ type: 'error', kind: 'TypeError', message, exitCode: 70 });
});

test("the user's mistakes keep their own exit codes", () => {
  expect(reported(new UsageError('no such thing.'))).toEqual({ code: 2, text: 'lamp: no such thing.\n' });
});

test('the parts of an error use the names of options, and are fields in JSON', () => {
  const found = phrase`${setting('firstFrameSize')} is 7x9`;
  const error = new UsageError({
    found,
    expected: 'sides that divide by 8',
    setting: 'firstFrameSize',
    advice: [phrase`Use ${setting('firstFrameSize', { width: 8, height: 8 })}.`],
  });
  const message = '--first-frame-size is 7x9; expected sides that divide by 8. Use --first-frame-size 8x8.';
  expect(reported(error).text).toBe(`lamp: ${message}\n`);
  expect(JSON.parse(reported(error, '--json').text)).toEqual({
    type: 'error',
    kind: 'UsageError',
    message,
    found: '--first-frame-size is 7x9',
    expected: 'sides that divide by 8',
    setting: 'firstFrameSize',
    advice: ['Use --first-frame-size 8x8.'],
    exitCode: 2,
  });
});

test('help that was asked for is no mistake', () => {
  const help = new CommanderError(0, 'commander.helpDisplayed', '(outputHelp)');
  expect(reported(help)).toEqual({ code: 0, text: '' });
});
