/** @file Errors in a form that can be sent to another process. */
import * as errors from '../errors.ts';
import { type MessageParts, messageParts } from '../phrases.ts';

/** An error in a form that can be sent to another process, which classes cannot. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: PackedError | undefined;
  /** The parts of an error of this package. */
  readonly parts?: MessageParts;
}

/** Packs an error, or any other thrown value, for sending. */
export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, cause: undefined };
  }
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    cause: cause === undefined ? undefined : packError(cause),
    ...(error instanceof errors.LampError && { parts: messageParts(error) }),
  };
}

const builtIn: Readonly<Record<string, ErrorConstructor>> = { RangeError, TypeError, SyntaxError };
const ownErrors: Readonly<Record<string, typeof errors.LampError>> = { ...errors };

/** Restores a packed error, in its own class if that is one of this package or of JavaScript. */
export function unpackError({ name, message, stack, cause, parts }: PackedError): Error {
  const options = cause && { cause: unpackError(cause) };
  const error = parts
    ? new (ownErrors[name] ?? errors.LampError)(parts, options)
    : new (builtIn[name] ?? Error)(message, options);
  if (error.name !== name) Object.assign(error, { name });
  if (stack !== undefined) error.stack = stack;
  return error;
}
