/** @file What options of several functions of the library can be. */
import { z } from 'zod';
import type { Field } from '../check-options.ts';
import type { Picture } from '../media/picture.ts';
import { checked, expecting } from '../wrong-settings.ts';

/** Schemas of options of several functions. */
export const field = {
  /** Not blank. */
  text: expecting(
    z.string().refine((text) => text.trim() !== ''),
    'a text that is not empty',
  ),
  /** May be empty. */
  anyText: z.string(),
  path: expecting(z.string().min(1), 'a path that is not empty', 'path'),
  flag: z.boolean(),
  picture: checked<Picture | string>(
    (value) => (typeof value === 'string' && value !== '') || isPicture(value),
    'a picture (width, height, and data of width * height * 3 bytes) or the path of one',
    'path',
  ),
  function: checked<(...values: never[]) => unknown>((value) => typeof value === 'function', 'a function'),
  signal: checked<AbortSignal>((value) => value instanceof Object && 'aborted' in value, 'an AbortSignal'),
} as const satisfies Record<string, Field>;

/** The options that all functions have. */
export const workFields = {
  onEvent: field.function.optional(),
  onPreview: field.function.optional(),
  signal: field.signal.optional(),
};

function isPicture(value: unknown): value is Picture {
  const { width, height, data } = (value ?? {}) as Partial<Picture>;
  return data instanceof Uint8Array && data.length === width! * height! * 3;
}
