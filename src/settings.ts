/**
 * @file Declarations of settings: possible values, default and description of each, in one place. Command options, the
 * library's checks, stored metadata, the API reference and lists of settings are derived from them.
 */
import { z } from 'zod';
import { libraryVocabulary, type Phrase, type Vocabulary, wordPhrase } from './phrases.ts';
import { expectationOf, nodeOf } from './wrong-settings.ts';

/** The description of a setting. */
export interface SettingText {
  /** A one-line description without a full stop; other settings are referenced. */
  readonly description: string | Phrase;
  /** Short explanations of some of its values; or the names of values that need none. */
  readonly choices?: Readonly<Record<string, string>> | readonly string[];
  /** For a setting that is on by default, what switching it off does. */
  readonly off?: string;
  /** What a number counts or measures, such as `pixels`. */
  readonly unit?: string;
  /** Of a width: what it and the height that follows are the size of, for interfaces where both are one option. */
  readonly sizeOf?: string;
  /** The default in words, if it depends on something else or is clearer that way. */
  readonly usual?: string | Phrase;
  /** Heading under which lists and help texts show it. */
  readonly group?: string;
  /** Whether a base model may recommend another default in its `lamp.json`. */
  readonly recommendable?: boolean;
  /** Another setting without which it would have no effect, and is refused. */
  readonly onlyWith?: string;
  /** Another setting that takes its place: given together with that, it is refused. */
  readonly onlyWithout?: string;
  /** For an object, its settings. */
  readonly settings?: Settings;
  /** Whether files exist from before this setting was added; these are read as having its default. */
  readonly addedLater?: boolean;
}

/** A declared setting. */
export interface Setting<Schema extends z.ZodType = z.ZodType> extends SettingText {
  /** The schema of its values. */
  readonly schema: Schema;
  /** Whether it must be given. */
  readonly required?: boolean;
  /** Its value if neither the caller nor the base model gives one. */
  readonly default?: z.output<Schema> | (() => z.output<Schema>) | undefined;
}

/** A setting that has a default. */
export interface SettingWithDefault<Schema extends z.ZodType = z.ZodType> extends Setting<Schema> {
  readonly default: z.output<Schema> | (() => z.output<Schema>);
}

/** A setting that must be given. */
export interface RequiredSetting<Schema extends z.ZodType = z.ZodType> extends Setting<Schema> {
  readonly required: true;
}

/** Settings by name. */
export type Settings = Readonly<Record<string, Setting>>;

/** Values for all settings. */
export type SettingValues<S extends Settings> = { readonly [Name in keyof S]: z.output<S[Name]['schema']> };

/** The names of settings that have defaults. */
type WithDefault<S extends Settings> = {
  [Name in keyof S]: S[Name] extends SettingWithDefault ? Name : never;
}[keyof S];

/** The names of settings that must be given. */
type RequiredNames<S extends Settings> = {
  [Name in keyof S]: S[Name] extends RequiredSetting ? Name : never;
}[keyof S];

type Inputs<S extends Settings> = { readonly [Name in keyof S]: z.input<S[Name]['schema']> };

/** Settings as given by a caller; all but required ones may be omitted. */
export type GivenSettings<S extends Settings> = Inputs<Pick<S, RequiredNames<S>>> &
  Partial<Inputs<Omit<S, RequiredNames<S>>>>;

/** Declares a setting. */
export function declare<Schema extends z.ZodType>(
  schema: Schema,
  said: SettingText & Pick<SettingWithDefault<Schema>, 'default'>,
): SettingWithDefault<Schema>;
export function declare<Schema extends z.ZodType>(schema: Schema, said: SettingText): Setting<Schema>;
export function declare<Schema extends z.ZodType>(schema: Schema, said: SettingText): Setting<Schema> {
  return { schema, ...said };
}

/** The setting, made required. */
export function required<Schema extends z.ZodType>(setting: Setting<Schema>): RequiredSetting<Schema> {
  return { ...setting, required: true };
}

/** A nested object of settings, such as `drawing`, all optional. */
export function nested<S extends Settings>(settings: S): z.ZodType<Partial<Inputs<S>>, Partial<Inputs<S>>> {
  return z.strictObject(optionalShapeOf(settings)) as never;
}

/** Other defaults or descriptions for some settings. */
type Changes<S extends Settings> = {
  readonly [Name in keyof S]?: Partial<SettingText> & {
    readonly default?: S[Name] extends Setting<infer Schema>
      ? z.output<Schema> | (() => z.output<Schema>) | undefined
      : never;
  };
};

/** See {@link redeclared}. */
type Redeclared<S extends Settings, C> = {
  readonly [Name in keyof S]: Name extends keyof C
    ? C[Name] extends { readonly default: infer Default }
      ? Default extends undefined
        ? Setting<S[Name]['schema']>
        : SettingWithDefault<S[Name]['schema']>
      : S[Name]
    : S[Name];
};

/** The same settings, with other defaults or descriptions for some. */
export function redeclared<S extends Settings, const C extends Changes<S>>(
  settings: S,
  changes: C,
): Redeclared<S, C> {
  const entries = Object.entries(settings).map(([name, each]) => [name, { ...each, ...changes[name] }]);
  return Object.fromEntries(entries) as never;
}

/** Adds text such as `{ group: 'Sampling' }` to all settings that lack it. */
export function withText<S extends Settings>(settings: S, text: Partial<SettingText>): S {
  const entries = Object.entries(settings).map(([name, each]) => [name, { ...text, ...each }]);
  return Object.fromEntries(entries) as S;
}

/** Some of the settings, in the order of their declaration. */
export function pick<S extends Settings, const Names extends readonly (keyof S)[]>(
  settings: S,
  names: Names,
): Pick<S, Names[number]> {
  const entries = Object.entries(settings).filter(([name]) => names.includes(name));
  return Object.fromEntries(entries) as Pick<S, Names[number]>;
}

/** The settings that base models may recommend. */
export function recommendable<S extends Settings>(settings: S): S {
  return Object.fromEntries(Object.entries(settings).filter(([, each]) => each.recommendable)) as S;
}

/** Names of settings. */
export function namesOf<S extends Settings>(settings: S): readonly (keyof S & string)[] {
  return Object.keys(settings);
}

/** The shape of an object with all settings, for `z.object`. */
export function shapeOf<S extends Settings>(settings: S): { readonly [Name in keyof S]: S[Name]['schema'] } {
  const entries = Object.entries(settings).map(([name, { schema }]) => [name, schema]);
  return Object.fromEntries(entries) as { readonly [Name in keyof S]: S[Name]['schema'] };
}

/** The shape of an object with all settings optional, without defaults. */
export function optionalShapeOf<S extends Settings>(
  settings: S,
): { readonly [Name in keyof S]: z.ZodOptional<S[Name]['schema']> } {
  const entries = Object.entries(settings).map(([name, { schema }]) => [name, schema.optional()]);
  return Object.fromEntries(entries) as { readonly [Name in keyof S]: z.ZodOptional<S[Name]['schema']> };
}

/** The shape of an object in which omitted settings get their defaults. */
export function shapeWithDefaults<S extends Settings>(settings: S): ShapeWithDefaults<S> {
  const entries = Object.entries(settings).map(([name, each]) => [name, withDefault(each)]);
  return Object.fromEntries(entries) as ShapeWithDefaults<S>;
}

/** See `shapeWithDefaults`. */
type ShapeWithDefaults<S extends Settings> = {
  readonly [Name in keyof S]: S[Name] extends SettingWithDefault
    ? z.ZodDefault<S[Name]['schema']>
    : S[Name]['schema'];
};

/** The shape of stored settings; those added later get their defaults if a file lacks them. */
export function storedShapeOf<S extends Settings>(
  settings: S,
): { readonly [Name in keyof S]: S[Name]['schema'] } {
  const entries = Object.entries(settings).map(([name, each]) => [
    name,
    each.addedLater ? withDefault(each) : each.schema,
  ]);
  return Object.fromEntries(entries) as { readonly [Name in keyof S]: S[Name]['schema'] };
}

function withDefault({ schema, default: value }: Setting): z.ZodType {
  if (value === undefined) return schema;
  return typeof value === 'function'
    ? schema.default(() => (value as () => unknown)())
    : schema.default(value);
}

/** The defaults of all settings that have one. */
export function defaultsOf<S extends Settings>(
  settings: S,
): { readonly [Name in WithDefault<S>]: z.output<S[Name]['schema']> } {
  const entries = Object.entries(settings).flatMap(([name, each]) => {
    const value = defaultOf(each);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries) as { readonly [Name in WithDefault<S>]: z.output<S[Name]['schema']> };
}

/** The given values, with defaults for omitted settings that have one. */
export function withDefaults<S extends Settings, Given extends object>(
  settings: S,
  given: Given,
): Omit<Given, WithDefault<S>> & { readonly [Name in WithDefault<S>]: z.output<S[Name]['schema']> } {
  return { ...defaultsOf(settings), ...withoutUndefined(given) } as never;
}

/** The default of a setting; `undefined` if it has none. */
function defaultOf({ default: value }: Setting): unknown {
  return typeof value === 'function' ? (value as () => unknown)() : value;
}

/** A setting for display in a list, form or help text, with its values as JSON Schema. */
export interface SettingDescription {
  readonly name: string;
  readonly description: string;
  /** Its possible values in words: `a number from 0 to 1`. */
  readonly expected: string;
  /** Its possible values as JSON Schema; `{}` for values that JSON cannot represent, such as pictures. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Its values, if there are few, with their explanations. */
  readonly choices?: readonly { readonly value: string; readonly description?: string }[];
  readonly unit?: string;
  /** The default as a value, if it is one. */
  readonly default?: unknown;
  /** The default in words, if there is one: `12.5`, `the motion's`. */
  readonly usual?: string;
  readonly group?: string;
  /** Whether it must be given. */
  readonly required: boolean;
  /** Whether the base model may recommend another default. */
  readonly recommendable: boolean;
  /** Another setting of the function without which it is refused, since it would have no effect. */
  readonly onlyWith?: string;
  /** Another setting of the function together with which it is refused, since that takes its place. */
  readonly onlyWithout?: string;
  /** For an object, its settings by their own names. */
  readonly settings?: readonly SettingDescription[];
}

/** Describes settings in a vocabulary. */
export function describeSettings(
  settings: Settings,
  vocabulary: Vocabulary = libraryVocabulary,
): SettingDescription[] {
  return Object.entries(settings).map(([name, each]) => describeSetting(name, each, vocabulary));
}

/** Describes one setting. */
export function describeSetting(
  name: string,
  setting: Setting,
  vocabulary: Vocabulary = libraryVocabulary,
): SettingDescription {
  const { description, choices, unit, group, usual, recommendable = false, onlyWith, onlyWithout } = setting;
  const { $schema: _, ...schema } = nodeOf(setting.schema);
  const value = defaultOf(setting);
  const said = usual ?? shownDefault(value);
  const meanings: Readonly<Record<string, string>> = isList(choices) ? {} : (choices ?? {});
  const values = schema.enum ?? (isList(choices) ? choices : choices && Object.keys(choices));
  return {
    name,
    description: worded(description, vocabulary),
    expected: expectationOf(setting.schema),
    schema,
    ...(values && {
      choices: (values as string[]).map((value) => ({
        value,
        ...(meanings[value] && { description: meanings[value] }),
      })),
    }),
    ...(unit !== undefined && { unit }),
    ...(value !== undefined && { default: value }),
    ...(said !== undefined && { usual: worded(said, vocabulary) }),
    ...(group !== undefined && { group }),
    required: setting.required ?? false,
    recommendable,
    ...(onlyWith !== undefined && { onlyWith }),
    ...(onlyWithout !== undefined && { onlyWithout }),
    ...(setting.settings && { settings: describeSettings(setting.settings, vocabulary) }),
  };
}

function isList(choices: SettingText['choices']): choices is readonly string[] {
  return Array.isArray(choices);
}

function shownDefault(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return String(value);
  return undefined;
}

function worded(text: string | Phrase, vocabulary: Vocabulary): string {
  return typeof text === 'string' ? text : wordPhrase(text, vocabulary);
}

/** A copy without the fields that are `undefined`, so that they do not hide defaults. */
export function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
