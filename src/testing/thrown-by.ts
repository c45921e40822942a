/** @file What the library throws, for tests. */
import { expect } from 'vitest';
import { LampError } from '../errors.ts';

/** What a call of the library threw: an error of this package, or the test fails. */
export async function thrownBy(call: Promise<unknown>): Promise<LampError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LampError);
  return error as LampError;
}
