/**
 * @file Parsers for values of command-line options. They throw `WrongValue`, of which {@link parsedBy} makes an error
 * with the option, what was found and what was expected as parts.
 */
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { UsageError } from '../errors.ts';
import type { Size } from '../media/size.ts';
import { rangeWords } from '../wrong-settings.ts';

/** A text that is not a value of an option; of commander's class, which reports it without {@link parsedBy} too. */
export class WrongValue extends InvalidArgumentError {
  /** What is said of the option: `is "0"`. */
  readonly found: string;
  readonly expected: string;

  constructor(found: string, expected: string) {
    super(`it ${found}; expected ${expected}`);
    this.found = found;
    this.expected = expected;
  }
}

/**
 * Parses the text of an option; `before` is the value so far, if it may be given several times. Throws `WrongValue`.
 */
export type Parser = (text: string, before: never) => unknown;

/**
 * Gives an option its parser. A value that the parser refuses becomes a `UsageError` that names the option as it is
 * typed, and the `setting` that it is for.
 */
export function parsedBy(option: Option, setting: string, parse: Parser): Option {
  return option.argParser((text, before) => {
    try {
      return parse(text, before as never);
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      const { found, expected } = error;
      throw new UsageError({ found: `${option.long} ${found}`, expected, setting });
    }
  });
}

/** Inclusive bounds of a number. */
export interface Range {
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}

/** Exclusive bounds of a number. */
interface OpenRange {
  readonly above?: number | undefined;
  readonly below?: number | undefined;
}

/** A parser of whole numbers, such as `wholeNumber({ least: 2 })` for `--frames`. Decimal digits only. */
export function wholeNumber({ least = 1, most = Number.MAX_SAFE_INTEGER }: Range = {}) {
  return (text: string): number => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      // A number that JavaScript cannot represent exactly is refused; the message then names both limits.
      const isNumber = Number.isFinite(value);
      const limits =
        isNumber && Math.abs(value) > Number.MAX_SAFE_INTEGER
          ? ` from ${least} to ${most}`
          : rangeWords({ minimum: least, maximum: most });
      throw new WrongValue(`is "${text}"`, `a whole number${limits}`);
    }
    return value;
  };
}

/** A parser of numbers, such as `realNumber({ least: 0, most: 1 })`. `above` and `below` exclude their bounds. */
export function realNumber({ least, most, above, below }: Range & OpenRange = {}) {
  return (text: string): number => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    const inside =
      Number.isFinite(value) &&
      value >= (least ?? Number.NEGATIVE_INFINITY) &&
      value <= (most ?? Number.POSITIVE_INFINITY) &&
      value > (above ?? Number.NEGATIVE_INFINITY) &&
      value < (below ?? Number.POSITIVE_INFINITY);
    if (!inside) {
      const bounds = rangeWords({
        minimum: least,
        maximum: most,
        exclusiveMinimum: above,
        exclusiveMaximum: below,
      });
      throw new WrongValue(`is "${text}"`, `a number${bounds}`);
    }
    return value;
  };
}

/** A parser of seeds: any whole number that JavaScript can represent exactly. */
export const seedNumber = wholeNumber({ least: Number.MIN_SAFE_INTEGER });

/** A parser of one of several words. */
export function oneOf<Choice extends string>(...choices: readonly Choice[]) {
  return (text: string): Choice => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) {
      throw new WrongValue(`is "${text}"`, `one of: ${choices.join(', ')}`);
    }
    return found;
  };
}

/** Parses a size in pixels, width first: `512x320`. */
export function pictureSize(text: string): Size {
  const [, width, height] = /^(\d{1,5})[x×](\d{1,5})$/i.exec(text.trim()) ?? [];
  if (!(Number(width) > 0 && Number(height) > 0)) {
    throw new WrongValue(`is "${text}"`, 'width x height in pixels, such as 512x320');
  }
  return { width: Number(width), height: Number(height) };
}

/** Parses text that must not be blank, such as a path or prompt. */
export function someText(text: string): string {
  if (text.trim() === '') throw new WrongValue('is empty', 'some text');
  return text;
}

/** Collects the values of an option that may be given several times. */
export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), someText(text)];
}

/**
 * Throws `UsageError` naming all of these options that were not given. (Commander's own `requiredOption` reports only
 * one, before any misspelt option.)
 */
export function requireOptions(command: Command, ...names: readonly string[]): void {
  const missing = command.options.filter(
    (option) =>
      names.includes(option.attributeName()) && command.getOptionValue(option.attributeName()) === undefined,
  );
  if (missing.length === 0) return;
  const flags = missing.map(({ flags }) => flags).join(', ');
  throw new UsageError({
    found: `${flags} missing`,
    setting: missing[0]!.attributeName(),
    advice: `See "lamp ${command.name()} --help".`,
  });
}
