/**
 * @file Parsers for the values of command-line options, for commander's `.option(flags, text, parser)`. Each throws
 * commander's `InvalidArgumentError`, which becomes one line naming the option, what was found and what is expected.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../errors.ts';
import type { ClipRate } from '../media/clip-window.ts';
import type { PictureSize } from '../models/programs.ts';

/** Inclusive bounds of a number. */
export interface Range {
  readonly least?: number;
  readonly most?: number;
}

/** A parser of whole numbers, such as `wholeNumber({ least: 2 })` for `--frames`. Decimal digits only. */
export function wholeNumber({ least = 1, most = Number.MAX_SAFE_INTEGER }: Range = {}) {
  return (text: string): number => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      // A number beyond what JavaScript holds exactly is refused for that: both limits are named then.
      const isNumber = Number.isFinite(value);
      const limits =
        isNumber && Math.abs(value) > Number.MAX_SAFE_INTEGER
          ? ` from ${least} to ${most}`
          : between(least, most);
      throw new InvalidArgumentError(`found "${text}"; expected a whole number${limits}.`);
    }
    return value;
  };
}

/** A parser of numbers, such as `realNumber({ least: 0, most: 1 })`. `above` excludes its bound. */
export function realNumber({ least, most, above }: Range & { readonly above?: number } = {}) {
  return (text: string): number => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    const inside =
      Number.isFinite(value) &&
      value >= (least ?? Number.NEGATIVE_INFINITY) &&
      value <= (most ?? Number.POSITIVE_INFINITY) &&
      value > (above ?? Number.NEGATIVE_INFINITY);
    if (!inside) {
      const bounds = above === undefined ? between(least, most) : ` above ${above}`;
      throw new InvalidArgumentError(`found "${text}"; expected a number${bounds}.`);
    }
    return value;
  };
}

/** A seed: any whole number that JavaScript holds exactly. */
export const seedNumber = wholeNumber({ least: Number.MIN_SAFE_INTEGER });

/** A parser of one of some words. */
export function oneOf<Choice extends string>(...choices: readonly Choice[]) {
  return (text: string): Choice => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) {
      throw new InvalidArgumentError(`found "${text}"; expected one of: ${choices.join(', ')}.`);
    }
    return found;
  };
}

/** Parses a size in pixels, width first: `512x320`. */
export function pictureSize(text: string): PictureSize {
  const [, width, height] = /^(\d{1,5})[x×](\d{1,5})$/i.exec(text.trim()) ?? [];
  if (!(Number(width) > 0 && Number(height) > 0)) {
    throw new InvalidArgumentError(`found "${text}"; expected width x height in pixels, such as 512x320.`);
  }
  return { width: Number(width), height: Number(height) };
}

/** Parses a rate at which frames of clips are taken: frames a second, or `frames`. */
export function clipFrameRate(text: string): ClipRate {
  if (text === 'frames') return text;
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= 1000) return value;
  throw new InvalidArgumentError(
    `found "${text}"; expected frames a second above 0 up to 1000, or frames: every frame as one.`,
  );
}

/** The help's words for `--clip-fps`. */
export const clipFpsHelp =
  "take so many frames of a clip a second, as a player shows them; frames: each as one (default: the clips' rate, the lowest where they have several)";

/** Parses text that must not be blank: a path, a prompt. */
export function someText(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('found nothing; expected some text.');
  return text;
}

/** Collects the values of an option that may be given several times; for commander's `.option(…, repeated)`. */
export function repeated(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), someText(text)];
}

/**
 * The help's words for an option whose default the base model decides (its `lamp.json`), `value` where it does not.
 * Such an option has no default of commander's: that would hide the base's.
 */
export function ofBase(value: string | number): string {
  return `(default: the base's, or ${value})`;
}

/** What the help says of `--base` where it may be left out. */
export const baseHelp =
  'Stable Diffusion 1.x or 2.x model: a diffusers folder, one file, or hub:owner/name[@revision], or built-in (default), the small one that comes with lamp';

/** The same where the base draws pictures alone, without a motion. */
export const pictureBaseHelp =
  'Stable Diffusion 1.x, 2.x or XL model: a diffusers folder, one file, or hub:owner/name[@revision], or built-in (default), the small one that comes with lamp';

/**
 * Throws `UsageError` naming all options of these names that were not given. (commander's own `requiredOption` names
 * one, and hides a misspelt option behind it.)
 */
export function requireOptions(command: Command, ...names: readonly string[]): void {
  const missing = command.options.filter(
    (option) =>
      names.includes(option.attributeName()) && command.getOptionValue(option.attributeName()) === undefined,
  );
  if (missing.length === 0) return;
  const flags = missing.map(({ flags }) => flags).join(', ');
  throw new UsageError(`${flags} missing; see "lamp ${command.name()} --help".`);
}

function between(least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): string {
  const low = least > Number.MIN_SAFE_INTEGER;
  const high = most < Number.MAX_SAFE_INTEGER;
  if (low && high) return ` from ${least} to ${most}`;
  if (low) return ` from ${least}`;
  return high ? ` up to ${most}` : '';
}
