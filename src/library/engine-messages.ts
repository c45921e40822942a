/** @file The messages between an engine's process and its parent. */
import * as errors from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import type { BaseModel } from '../models/base-model.ts';
import { type MessageParts, messageParts } from '../phrases.ts';
import type { LoadedMotion } from '../pipelines/video/loaded-motions.ts';
import type { Calls } from './calls.ts';

/** To the engine's process. */
export type ToEngine =
  | {
      readonly type: 'call';
      readonly id: number;
      readonly name: keyof Calls;
      readonly options: object;
      /** The caller's working directory, to which paths are relative. */
      readonly folder: string;
    }
  | { readonly type: 'stop'; readonly id: number };

/** From the engine's process. */
export type FromEngine =
  | { readonly type: 'ready' }
  /** It has received the call and begins. */
  | { readonly type: 'begun'; readonly id: number }
  | { readonly type: 'event'; readonly id: number; readonly event: ProgressEvent }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: PackedError };

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

/**
 * Packs options for sending. A base or motion loaded here is loaded again there, by its path; functions and signals are
 * not sent.
 */
export function packOptions({
  onEvent: _,
  signal: __,
  ...options
}: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      if (name === 'base' || name === 'firstFrameBase') return [name, packBase(value)];
      if (name === 'motion') return [name, packMotion(value)];
      if (name === 'motions' && Array.isArray(value)) return [name, value.map(packMotion)];
      return [name, value];
    }),
  );
}

function packBase(base: unknown): unknown {
  return typeof base === 'object' ? (base as BaseModel | null)?.folder : base;
}

function packMotion(motion: unknown): unknown {
  const { path, strength, values } = (motion ?? {}) as Partial<LoadedMotion>;
  return values ? { motion: path, strength } : motion;
}
