/** @file Errors about files that people brought, by the names that they know. */
import { LampError } from '../../errors.ts';
import { packError, unpackError } from '../../library/packed-error.ts';
import type { Phrase } from '../../phrases.ts';
import { RequestError } from './request-error.ts';

/** An error that names the file as the one who brought it does, not as the server does. */
export function calledBy(error: unknown, path: string, name: string): unknown {
  if (error instanceof RequestError) {
    return new RequestError(error.status, error.message.replaceAll(path, name), error.advice);
  }
  if (!(error instanceof LampError)) return error;
  const said = (phrase: Phrase): Phrase =>
    phrase.map((part) => (typeof part === 'string' ? part.replaceAll(path, name) : part));
  const { found, expected, setting, advice } = error;
  const parts = {
    found: said(found),
    expected: expected && said(expected),
    setting,
    advice: advice.map(said),
  };
  return unpackError({ ...packError(error), parts });
}
