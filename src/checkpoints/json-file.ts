/** @file Reads a model's JSON file and checks it against a schema. */

import type { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { introduced } from '../phrases.ts';
import { wrongInFile } from '../wrong-settings.ts';
import { parseJson } from './json-text.ts';
import { onOneLine } from './one-line.ts';
import { failedDownload } from './other-kind.ts';
import { type Refuse, readUserFile, whyUnreadable } from './user-file.ts';

/** Ten times the size of the largest CLIP tokenizer. */
const MAX_BYTES = 16 * 2 ** 20;
const MAX_VALUES = 500_000;

/**
 * Reads the JSON file `path` and parses it with `schema`. `what` names the file in messages, for example "the
 * scheduler's settings"; `advice` is for one that is not JSON. Throws `CheckpointError` when the file is missing, not
 * JSON, too large, or does not match the schema.
 */
export async function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  what: string,
  advice = 'Download it again.',
): Promise<T> {
  const text = await readText(path, what);
  let value: unknown;
  try {
    value = parseJson(text.replace(/^\uFEFF/, ''), { values: MAX_VALUES });
  } catch (error) {
    throw new CheckpointError(
      {
        found: `${what}, "${path}", is not valid JSON (${onOneLine((error as Error).message)})`,
        advice,
      },
      { cause: error },
    );
  }
  return checkJson(value, schema, `${what}, "${path}"`);
}

/**
 * Reads one of a model's text files. Throws `CheckpointError` when it is missing, larger than any such file is, or the
 * pointer or web page that a failed download leaves; `what` names it.
 */
export async function readText(path: string, what: string): Promise<string> {
  const text = (await readUserFile(path, refuseToRead(what, path), MAX_BYTES)).toString('utf8');
  const failed = failedDownload(text);
  if (failed) {
    throw new CheckpointError({ found: `${what}, "${path}", is ${failed.what}`, advice: failed.advice });
  }
  return text;
}

/**
 * Returns what `schema` makes of `value`; throws `CheckpointError` naming the `subject` and the field that is wrong.
 */
export function checkJson<T>(value: unknown, schema: z.ZodType<T>, subject: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const wrong = wrongInFile(result.error, schema, value);
  throw new CheckpointError(introduced(`${subject}, is not as expected: `, wrong));
}

/** Makes a `CheckpointError` of what is wrong with a file; `what` names it. */
export function refuseToRead(what: string, path: string): Refuse {
  return (reason, cause) =>
    new CheckpointError(introduced(`cannot read ${what} "${path}": `, reason), { cause });
}

/** The `CheckpointError` for a file or folder that could not be opened or read. */
export async function unreadable(error: unknown, path: string, what: string): Promise<Error> {
  return refuseToRead(what, path)(await whyUnreadable(error, path), error);
}
