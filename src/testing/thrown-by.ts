/** @file Catches errors of the library in tests. */
import { expect } from 'vitest';
import { LampError } from '../errors.ts';

/** The error of this package that a call threw; fails the test otherwise. */
export async function thrownBy(call: Promise<unknown>): Promise<LampError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LampError);
  return error as LampError;
}
