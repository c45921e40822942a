/** @file Handles failing output: a closed pipe, a full disk, a dead terminal. */
import { StorageError } from '../errors.ts';

/** The stream that failed, and why. */
export interface OutputFailure {
  readonly stream: 'standard output' | 'standard error';
  /** The system's error code, such as `EPIPE`. */
  readonly code: string;
}

/** The watched parts of a process's two output streams. */
export interface OutputStreams {
  readonly stdout: { on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown };
  readonly stderr: OutputStreams['stdout'] & { write(text: string): unknown };
}

type Listener = (failure: OutputFailure) => void;

const listeners = new Set<Listener>();
let first: OutputFailure | undefined;

/** The first failure with consequences, if there was one. */
export function outputFailure(): OutputFailure | undefined {
  return first;
}

/**
 * Registers long work, which should stop cleanly instead of being ended at once. Returns a function that removes the
 * listener.
 */
export function onOutputFailure(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Watches the process's output. Standard error is dispensable, so a dead terminal or a full disk there has no
 * consequences, unlike a closed pipe. Any other failure stops long work (`onOutputFailure`); without such work the
 * process exits, with 0 for a closed pipe (`lamp inspect x | head`), else with 6.
 */
export function watchOutput(
  { stdout, stderr }: OutputStreams = process,
  endNow: (code: number) => void = (code) => process.exit(code),
): void {
  const failed = (stream: OutputFailure['stream']) => (error: NodeJS.ErrnoException) => {
    const failure = { stream, code: error.code ?? error.message };
    if (first || (stream === 'standard error' && failure.code !== 'EPIPE')) return;
    first = failure;
    if (listeners.size > 0) {
      for (const listener of listeners) listener(failure);
      return;
    }
    if (failure.code === 'EPIPE') return endNow(0);
    const { message, exitCode } = outputError(failure);
    stderr.write(`lamp: ${message}\n`);
    endNow(exitCode);
  };
  stdout.on('error', failed('standard output'));
  stderr.on('error', failed('standard error'));
}

/** The `StorageError` for a failure; `outcome` says what became of the work. */
export function outputError({ stream, code }: OutputFailure, outcome?: string): StorageError {
  const reason =
    code === 'EPIPE'
      ? 'its reader has exited'
      : code === 'ENOSPC' || code === 'EDQUOT'
        ? 'the disk is full'
        : code === 'EIO'
          ? 'its terminal or disk no longer responds'
          : `the system says ${code}`;
  const advice = outcome ?? 'Write to another place.';
  return new StorageError({ found: `cannot write to ${stream}: ${reason}`, advice });
}
