/**
 * @file What happens when nobody can read what is told: the reader has gone, the disk is full, the terminal is dead.
 */
import { StorageError } from '../errors.ts';

/** What could not be written, and why. */
export interface OutputFailure {
  readonly stream: 'standard output' | 'standard error';
  /** The system's code, such as `EPIPE`. */
  readonly code: string;
}

/** The two streams of a process, as far as they are watched. */
export interface OutputStreams {
  readonly stdout: { on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown };
  readonly stderr: OutputStreams['stdout'] & { write(text: string): unknown };
}

type Listener = (failure: OutputFailure) => void;

const listeners = new Set<Listener>();
let first: OutputFailure | undefined;

/** The first failure that ended something, if there was one. */
export function outputFailure(): OutputFailure | undefined {
  return first;
}

/** Long work that is to stop at a good place, instead of being ended at once. Returns what takes the listener away. */
export function onOutputFailure(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Watches the process's output. What is told on standard error is dispensable unless its reader has gone: a dead
 * terminal or a full disk there ends nothing. Any other failure stops long work (`onOutputFailure`); without such
 * work the process ends, with 0 where the reader has gone (`lamp inspect x | head`), else with 6.
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

/** The `StorageError` of a failure; `outcome` says what became of the work. */
export function outputError({ stream, code }: OutputFailure, outcome?: string): StorageError {
  const reason =
    code === 'EPIPE'
      ? 'whoever read it has gone'
      : code === 'ENOSPC' || code === 'EDQUOT'
        ? 'the disk is full'
        : code === 'EIO'
          ? 'its terminal or disk does not answer any more'
          : `the system says ${code}`;
  const advice = outcome ?? 'Write to another place.';
  return new StorageError(`cannot write to ${stream}: ${reason}. ${advice}`);
}
