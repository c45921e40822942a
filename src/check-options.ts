/** @file Checks the options of functions that users call, for callers without a compiler; and single values. */
import { z } from 'zod';
import { UsageError } from './errors.ts';
import { call, phrase, setting } from './phrases.ts';
import { type Setting, withoutUndefined } from './settings.ts';
import { expecting, nearestKey, shown, wrongSetting } from './wrong-settings.ts';

/** An option: a declared setting, or the schema of its values. */
export type Field = z.ZodType | Setting;

/**
 * Checks options, and removes those that are `undefined`, also in nested objects. A declared setting may be omitted
 * unless it is required. Throws `UsageError` naming the function and an unknown option, or an option that is missing or
 * invalid.
 */
export function checkOptions<Options extends object>(
  name: string,
  options: Options,
  fields: Readonly<Record<keyof Options & string, Field>>,
): Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new UsageError({
      found: phrase`${call(name)} takes one object of options, and was called with ${shown(options)}`,
      ...(Object.hasOwn(fields, 'prompt') && { advice: 'Give, for example, { prompt: "a fox jumps" }.' }),
    });
  }
  const unknown = Object.keys(options).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) throw unknownOption(name, unknown, Object.keys(fields));
  const schemas = new Map(Object.entries<Field>(fields).map(([key, each]) => [key, schemaOf(each)]));
  const schema = z.strictObject(Object.fromEntries(schemas));
  const result = schema.safeParse(options);
  if (!result.success) throw new UsageError(wrongSetting(result.error, schema, options));
  const given = Object.entries(options).map(([key, value]) => [
    key,
    isSettings(schemas.get(key)!) && value !== undefined ? withoutUndefined(value) : value,
  ]);
  return withoutUndefined(Object.fromEntries(given)) as Options;
}

/**
 * Throws `UsageError` unless `value` is one that the setting called `name` can have. For functions that can be called
 * without the check of all options.
 */
export function assertSetting(name: string, schema: z.ZodType, value: unknown): void {
  const result = schema.safeParse(value);
  if (!result.success) throw new UsageError(wrongSetting(result.error, schema, value, name));
}

const pathSchema = expecting(z.string().min(1), 'a path that is not empty', 'path');

/** Throws `UsageError` unless `path`, the first parameter of a function, is a path. */
export function assertPath(path: unknown): void {
  assertSetting('path', pathSchema, path);
}

function schemaOf(field: Field): z.ZodType {
  if (field instanceof z.ZodType) return field;
  return field.required ? field.schema : field.schema.optional();
}

/** Whether the values are objects of settings, rather than pictures or loaded models. */
function isSettings(schema: z.ZodType): boolean {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodObject;
}

function unknownOption(name: string, key: string, known: readonly string[]): UsageError {
  const nearest = nearestKey(key, known);
  return new UsageError({
    found: phrase`${call(name)} does not know the option ${shown(key)}`,
    expected: `some of ${known.join(', ')}`,
    setting: key,
    ...(nearest !== undefined && { advice: phrase`Did you mean ${setting(nearest)}?` }),
  });
}
