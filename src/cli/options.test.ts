import { Command, Option } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  oneOf,
  parsedBy,
  pictureSize,
  realNumber,
  repeated,
  requireOptions,
  seedNumber,
  someText,
  wholeNumber,
} from './options.ts';

describe('parsers', () => {
  test('accept valid values', () => {
    expect(wholeNumber()('12')).toBe(12);
    expect(seedNumber('-7')).toBe(-7);
    expect(realNumber()('3e-5')).toBe(3e-5);
    expect(realNumber({ least: 0 })('.5')).toBe(0.5);
    expect(pictureSize('512x320')).toEqual({ width: 512, height: 320 });
    expect(oneOf('ddim', 'dpm++')('dpm++')).toBe('dpm++');
    expect(repeated('b', ['a'])).toEqual(['a', 'b']);
  });

  test.each([
    [wholeNumber(), '0', 'a whole number from 1'],
    [wholeNumber({ least: 2, most: 9 }), '10', 'a whole number from 2 to 9'],
    [wholeNumber(), '1.5', 'a whole number'],
    [wholeNumber(), '0x10', 'a whole number'],
    [wholeNumber(), '', 'a whole number'],
    [seedNumber, '99999999999999999999', 'a whole number from -9007199254740991 to 9007199254740991'],
    [seedNumber, '9007199254740992', 'a whole number from -9007199254740991 to 9007199254740991'],
    [seedNumber, '-9007199254740992', 'a whole number from -9007199254740991 to 9007199254740991'],
    [wholeNumber(), '9007199254740992', 'a whole number from 1 to 9007199254740991'],
    [realNumber({ above: 0 }), '0', 'a number above 0'],
    [realNumber({ least: 0, most: 1 }), '1.01', 'a number from 0 to 1'],
    [realNumber({ least: 0, below: 1 }), '1', 'a number from 0 to below 1'],
    [realNumber({ above: 0, most: 9 }), '10', 'a number above 0 up to 9'],
    [realNumber(), 'NaN', 'a number'],
    [realNumber(), 'Infinity', 'a number'],
    [realNumber(), '1,5', 'a number'],
    [pictureSize, '512', 'such as 512x320'],
    [pictureSize, '0x64', 'such as 512x320'],
    [pictureSize, '-8x64', 'such as 512x320'],
    [oneOf('ddim', 'dpm++'), 'euler', 'one of: ddim, dpm++'],
    [someText, ' ', 'some text'],
  ])('%o refuses "%s"', (parse, text, expected) => {
    expect(() => parse(text)).toThrow(expected);
  });
});

test('a value that an option cannot have is an error in parts, which name the option as typed', () => {
  const option = parsedBy(new Option('-n, --number-of <n>'), 'frames', wholeNumber({ least: 2 }));
  expect(option.parseArg?.('3', undefined)).toBe(3);
  expect(() => option.parseArg?.('1', undefined)).toThrow(
    expect.objectContaining({
      name: 'UsageError',
      message: '--number-of is "1"; expected a whole number from 2.',
      found: ['--number-of is "1"'],
      expected: ['a whole number from 2'],
      setting: 'frames',
    }),
  );
  const bug = new TypeError('a bug');
  const failing = parsedBy(new Option('--x <x>'), 'x', () => {
    throw bug;
  });
  expect(() => failing.parseArg?.('1', undefined)).toThrow(bug);
});

test('all missing options are named at once', () => {
  const command = new Command('make').option('--in <file>').option('--out-file <file>').option('--seed <n>');
  command.parse(['--seed', '1'], { from: 'user' });
  expect(() => requireOptions(command, 'in', 'outFile')).toThrow(
    '--in <file>, --out-file <file> missing. See "lamp make --help".',
  );
});
