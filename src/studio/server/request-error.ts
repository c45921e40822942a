/** @file What is wrong with a request, and how errors are told to the page. */
import { LampError } from '../../errors.ts';
import { type PackedError, unpackError } from '../../library/packed-error.ts';
import { wordParts } from '../../phrases.ts';
import type { Problem } from '../api/problem-api.ts';
import { pageVocabulary } from './page-vocabulary.ts';

/** A request that is refused, with its HTTP status. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  readonly advice: readonly string[];

  constructor(status: number, message: string, advice: readonly string[] = []) {
    super(message);
    this.status = status;
    this.advice = advice;
  }
}

/** The error for what is not, or no longer, there. */
export function notHere(what: string): RequestError {
  return new RequestError(404, `there is no such ${what}`, [
    'It may have been deleted: load the page again.',
  ]);
}

const statuses: Readonly<Record<string, number>> = {
  UsageError: 400,
  MediaError: 422,
  CheckpointError: 422,
  DeviceError: 422,
  StorageError: 409,
  InterruptedError: 409,
};

/** The HTTP status for an error. */
export function statusOf(error: unknown): number {
  if (error instanceof RequestError) return error.status;
  return error instanceof LampError ? (statuses[error.name] ?? 400) : 500;
}

/** An error in words for the page. What is a fault of lamp's shows no more than its message. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) {
    const { name: kind, message, advice } = error;
    return { kind, message, ...(advice.length > 0 && { advice: [...advice] }) };
  }
  if (error instanceof LampError) {
    const { message, setting, advice } = wordParts(error, pageVocabulary);
    return {
      kind: error.name,
      message,
      ...(setting !== undefined && { setting }),
      ...(advice.length > 0 && { advice: [...advice] }),
    };
  }
  const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return { kind: error instanceof Error ? error.name : 'Error', message };
}

/** See `problemOf`; of an error that a job or another process packed. */
export function problemOfPacked(packed: PackedError): Problem {
  return problemOf(unpackError(packed));
}
