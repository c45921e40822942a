/** @file Derives command options from the library's declared settings. */
import { type Command, Option } from 'commander';
import { threadsSetting } from '../runtime/running-settings.ts';
import { describeSetting, type Setting, type SettingDescription, type Settings } from '../settings.ts';
import { computing } from './computing-process.ts';
import {
  oneOf,
  type Parser,
  parsedBy,
  pictureSize,
  realNumber,
  repeated,
  someText,
  WrongValue,
  wholeNumber,
} from './options.ts';
import { commandVocabulary, optionName } from './vocabulary.ts';

/** How settings become options of a command. */
export interface SettingOptions<S extends Settings> {
  /** Settings that are not options of this command. */
  readonly without?: readonly (keyof S & string)[];
  /** Options with other names in this command: `{ firstFrameFit: '--fit' }`. */
  readonly names?: { readonly [Name in keyof S]?: string };
  /** Name of the nested object to which they belong in the library: `training`. */
  readonly within?: string;
  /** Heading in the help for all of them. */
  readonly group?: string;
}

/**
 * Adds an option for each setting, under the heading of its group. Values are stored under the settings' names (see
 * `libraryOptions`); options that are not given stay unset. Width and height are combined as `--size`.
 */
export function withSettings<S extends Settings>(
  command: Command,
  settings: S,
  { without = [], names = {}, within, group }: SettingOptions<S> = {},
): Command {
  for (const [name, setting] of Object.entries(settings)) {
    if (without.includes(name) || (name === 'height' && 'width' in settings)) continue;
    const key = within === undefined ? name : `${within}.${name}`;
    const heading = group ?? setting.group;
    const made =
      name === 'width' && settings.height
        ? [sizeOption(setting, settings.height)]
        : optionsOf(key, setting, (names as Readonly<Record<string, string>>)[name] ?? optionName(key));
    for (const option of made) command.addOption(heading ? option.helpGroup(`${heading}:`) : option);
  }
  return command;
}

/** The options of a setting: two if it can be switched on and off. */
function optionsOf(key: string, setting: Setting, flag: string): Option[] {
  const said = describeSetting(key, setting, commandVocabulary);
  if (said.schema.type !== 'boolean') {
    const option = new Option(`${flag} <${valueName(said)}>`, helpOf(said));
    return [called(key, parsedBy(option, key, parserOf(said, setting)))];
  }
  const on = called(key, new Option(flag, helpOf(said)));
  if (setting.off === undefined) return [on];
  const off = called(key, new Option(flag.replace(/^--/, '--no-'), setting.off));
  // If it is on by default, the help shows only how to switch it off.
  return [said.default === true && !said.recommendable ? on.hideHelp() : on, off];
}

function sizeOption(width: Setting, height: Setting): Option {
  const [w, h] = [width, height].map((side) => describeSetting('size', side, commandVocabulary));
  const isNumber = w!.usual !== undefined && Number.isInteger(Number(w!.usual));
  const usual = isNumber ? `${w!.usual}x${h!.usual}` : w!.usual;
  const said = {
    ...w!,
    description: width.sizeOf === undefined ? w!.description : `width x height of ${width.sizeOf}`,
    ...(usual !== undefined && { usual }),
  };
  return parsedBy(new Option('--size <WxH>', helpOf({ ...said, schema: {} })), 'size', pictureSize);
}

/** An option whose value is stored under the name of a setting. */
export function called(key: string, option: Option): Option {
  option.attributeName = () => key;
  return option;
}

/** The placeholder for the value in the help. */
function valueName({ schema, choices }: SettingDescription): string {
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  if (isSize(schema)) return 'WxH';
  if (choices) return isNumeric({ schema }) ? 'value' : 'name';
  return typeof schema.format === 'string' ? schema.format : 'text';
}

/** Whether numbers are among the values. */
function isNumeric({ schema }: Pick<SettingDescription, 'schema'>): boolean {
  return numericNode(schema) !== undefined;
}

/** Whether the values are objects of width and height. */
function isSize({ properties }: SettingDescription['schema']): boolean {
  return (
    typeof properties === 'object' && properties !== null && 'width' in properties && 'height' in properties
  );
}

/** The help text: description, possible values and default. */
function helpOf(said: SettingDescription): string {
  const { description, choices, usual, recommendable } = said;
  const values = choices?.map(({ value, description: meaning }) =>
    meaning ? `${value} (${meaning})` : value,
  );
  const listed = values && (isNumeric(said) ? ['a number', ...values] : values);
  const several = said.schema.type === 'array' ? '; may be given several times' : '';
  const what = listed ? `${description}: ${alternatives(listed)}` : `${description}${several}`;
  const notes = [
    rangeOf(said),
    // A flag that can only be switched on needs no default.
    usual !== undefined &&
      !(said.default === false && !recommendable) &&
      `default: ${recommendable ? `the base's, or ${usual}` : usual}`,
  ].filter(Boolean);
  return notes.length === 0 ? what : `${what} (${notes.join('; ')})`;
}

function alternatives(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

/** The range, such as `0 to 1`, if it has an upper bound. */
function rangeOf({ schema: { minimum, maximum } }: SettingDescription): string | undefined {
  if (typeof maximum !== 'number' || maximum >= Number.MAX_SAFE_INTEGER) return undefined;
  return typeof minimum === 'number' ? `${minimum} to ${maximum}` : `up to ${maximum}`;
}

type Node = SettingDescription['schema'];

/** A schema and its alternatives. */
function branchesOf(schema: Node): Node[] {
  return [schema, ...((schema.anyOf ?? []) as Node[])];
}

function numericNode(schema: Node): Node | undefined {
  return branchesOf(schema).find(({ type }) => type === 'integer' || type === 'number');
}

/** A parser for a setting's values. */
function parserOf({ schema, choices }: SettingDescription, setting: Setting): Parser {
  if (isSize(schema)) return pictureSize;
  if (schema.type === 'array') return repeated;
  const nodes = branchesOf(schema);
  // Other texts with choices, such as a device, are left to the library.
  const words = nodes.some((node) => node.enum) ? choices!.map(({ value }) => value) : [];
  const numeric = numericNode(schema);
  if (numeric === undefined) {
    if (words.length > 0) return oneOf(...words);
    return setting.schema.safeParse('').success ? (text) => text : someText;
  }
  const [least, most, above, below] = [
    numeric.minimum,
    numeric.maximum,
    numeric.exclusiveMinimum,
    numeric.exclusiveMaximum,
  ] as (number | undefined)[];
  const bounds = { least, most, above, below };
  const number = numeric.type === 'integer' ? wholeNumber(bounds) : realNumber(bounds);
  if (words.length === 0) return number;
  return (text) => {
    if (words.includes(text)) return text;
    try {
      return number(text);
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      throw new WrongValue(error.found, `${error.expected}, or one of: ${words.join(', ')}`);
    }
  };
}

/**
 * Adds options that commands have independently of the library's functions: `--threads` and `--previews` to those that
 * compute (see `runCommand`), `--json`, and an obsolete option without effect.
 */
export function withCommandOptions(
  command: Command,
  json = 'print every event as one line of JSON on standard output',
): Command {
  const computes = computing.has(command.name());
  if (computes) withSettings(command, { threads: threadsSetting });
  command.option('--json', json);
  if (computes) command.option('--previews', previewsText);
  const known = command.options.some(({ long }) => long === '--other-base');
  return known ? command : command.addOption(called(ignored, new Option('--other-base').hideHelp()));
}

const previewsText =
  'with --json: also print, at most once a second, a small PNG (base64) of what is being sampled, its frames below one another';

/** Name under which an option without effect is stored. */
const ignored = 'ignored';

/**
 * Converts a command's options to those of the library: `training.steps` into an object `training`, a size into width
 * and height.
 */
export function libraryOptions<Options>(values: Readonly<Record<string, unknown>>): Options {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || name === ignored) continue;
    const [key, inside] = name.split('.') as [string, string?];
    if (name === 'size') Object.assign(result, value);
    else if (inside === undefined) result[key] = value;
    else result[key] = { ...(result[key] as object | undefined), [inside]: value };
  }
  return result as Options;
}
