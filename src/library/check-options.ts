/**
 * @file Checks the options of the library's functions where they come in: callers in plain JavaScript have no compiler.
 */
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { Picture } from '../media/picture.ts';
import { withoutUndefined } from '../pipelines/video/video-settings.ts';

/** What an option can be; the schema's message says what is expected. */
type Field = z.ZodType;

/** Fields that several functions have. What is in range is checked where it is known. */
export const field = {
  text: z.string({ error: 'a text' }).min(1, { error: 'a text that is not empty' }),
  /** May be empty. */
  anyText: z.string({ error: 'a text' }),
  path: z.string({ error: 'a path' }).min(1, { error: 'a path that is not empty' }),
  number: z.number({ error: 'a number' }),
  seed: z.int({ error: 'a whole number' }),
  rate: z.number({ error: 'a number above 0' }).positive({ error: 'a number above 0' }),
  flag: z.boolean({ error: 'true or false' }),
  settings: z.record(z.string(), z.unknown(), { error: 'an object of settings' }),
  picture: z.custom<Picture | string>((value) => typeof value === 'string' || isPicture(value), {
    error: 'a picture (width, height, and data of width * height * 3 bytes) or the path of one',
  }),
  function: z.custom<(...values: never[]) => unknown>((value) => typeof value === 'function', {
    error: 'a function',
  }),
  signal: z.custom<AbortSignal>((value) => value instanceof Object && 'aborted' in value, {
    error: 'an AbortSignal',
  }),
  /** Checked elsewhere. */
  anything: z.unknown().optional(),
} as const satisfies Record<string, Field>;

/** The options that all functions have. */
export const workFields = {
  onEvent: field.function.optional(),
  signal: field.signal.optional(),
};

/** The same field for each name. */
export function fieldsNamed<Name extends string>(
  names: readonly Name[],
): Record<Name, typeof field.anything> {
  return Object.fromEntries(names.map((name) => [name, field.anything])) as Record<
    Name,
    typeof field.anything
  >;
}

/**
 * The options without those that are `undefined`. Throws `UsageError` naming the function, and the option that is
 * unknown, missing or of the wrong kind.
 */
export function checkOptions<Options extends object>(
  name: string,
  options: Options,
  fields: Readonly<Record<keyof Options & string, Field>>,
): Options {
  const result = z.strictObject(fields, { error: expectation }).safeParse(options);
  if (result.success) return withoutUndefined(options);
  const [issue] = result.error.issues as [z.core.$ZodIssue];
  const [option] = issue.path;
  if (issue.code === 'unrecognized_keys') {
    throw new UsageError(
      `${name} does not know the option "${issue.keys[0]}"; it takes ${Object.keys(fields).join(', ')}.`,
    );
  }
  if (option === undefined) throw new UsageError(`${name} takes one object of options: ${issue.message}.`);
  const value = (options as Record<PropertyKey, unknown>)[option];
  const found = value === undefined ? 'is missing' : `is ${shown(value)}`;
  throw new UsageError(`${name}: the option "${String(option)}" ${found}; expected ${issue.message}.`);
}

function expectation({ code }: { readonly code?: string }): string | undefined {
  return code === 'invalid_type' ? 'for example { prompt: "a fox jumps" }' : undefined;
}

function isPicture(value: unknown): value is Picture {
  const { width, height, data } = (value ?? {}) as Partial<Picture>;
  return data instanceof Uint8Array && data.length === width! * height! * 3;
}

/** A value as a message can show it: short, on one line. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : String(value);
}
