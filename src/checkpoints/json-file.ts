/** @file Reads a model's JSON file and checks it against a schema. */

import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { parseJson } from './json-text.ts';
import { onOneLine } from './one-line.ts';
import { failedDownload } from './other-kind.ts';

/** Ten times what the largest tokenizer of CLIP's kind takes. */
const MAX_BYTES = 16 * 2 ** 20;
const MAX_VALUES = 500_000;

/**
 * Reads the JSON file `path` and returns what `schema` makes of it. `what` names the file in messages, for example
 * "the scheduler's settings". Throws `CheckpointError` when the file is missing, not JSON, larger than
 * any such file is, or not as the schema says.
 */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>, what: string): Promise<T> {
  const text = await readText(path, what);
  let value: unknown;
  try {
    value = parseJson(text.replace(/^\uFEFF/, ''), { values: MAX_VALUES });
  } catch (error) {
    throw new CheckpointError(
      `${what}, "${path}", is not valid JSON (${onOneLine((error as Error).message)}). Download it again.`,
      { cause: error },
    );
  }
  return checkJson(value, schema, `${what}, "${path}"`);
}

/**
 * Reads one of a model's text files. Throws `CheckpointError` when it is missing, larger than any such file is, or the pointer or
 * web page that a failed download leaves; `what` names it.
 */
export async function readText(path: string, what: string): Promise<string> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw unreadable(error, path, what);
  });
  if (size > MAX_BYTES) {
    throw new CheckpointError(
      `${what}, "${path}", has ${size} bytes; such a file has at most ${MAX_BYTES}. It is another file; download it again.`,
    );
  }
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(error, path, what);
  });
  const failed = failedDownload(text);
  if (failed) throw new CheckpointError(`${what}, "${path}", is ${failed.what}. ${failed.advice}`);
  return text;
}

/** Returns what `schema` makes of `value`; throws `CheckpointError` naming the `subject` and the field that is wrong. */
export function checkJson<T>(value: unknown, schema: z.ZodType<T>, subject: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new CheckpointError(`${subject}, is not as expected: ${describeIssues(result.error)}.`);
}

/** What a schema found wrong, on one line: the first two issues with their places. */
export function describeIssues(error: z.ZodError): string {
  const lines = error.issues.map((issue) =>
    issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`,
  );
  const more = lines.length > 2 ? `; and ${lines.length - 2} more` : '';
  return `${onOneLine(lines.slice(0, 2).join('; '))}${more}`;
}

/** The `CheckpointError` for a file that could not be opened or read. */
export function unreadable(error: unknown, path: string, what: string): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'there is no such file. Check the path.'
      : code === 'EISDIR'
        ? 'it is a folder, not a file. Give the file.'
        : code === 'EACCES' || code === 'EPERM'
          ? 'permission denied. Change its permissions.'
          : `${onOneLine(error instanceof Error ? error.message : String(error))}.`;
  return new CheckpointError(`cannot read ${what} "${path}": ${reason}`, { cause: error });
}
