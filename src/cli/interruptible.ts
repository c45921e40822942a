/**
 * @file Handles Ctrl-C, other signals and failing output: the first asks the work to stop cleanly, a second signal ends
 * the process at once.
 */
import { constants } from 'node:os';
import { InterruptedError } from '../errors.ts';
import { ENDING_SIGNALS, type EndingSignal, WISH_SIGNALS } from '../library/ending-signals.ts';
import { wordFor } from '../phrases.ts';
import { hangupIsIgnored } from './hangup.ts';
import { type OutputFailure, onOutputFailure, outputError } from './output-failure.ts';
import { commandVocabulary } from './vocabulary.ts';

/** The environment of {@link interruptible}; default the process's own. */
export interface InterruptionSource {
  /** Source of signals. */
  readonly signals: {
    on(signal: EndingSignal, listener: (signal: EndingSignal) => void): unknown;
    off(signal: EndingSignal, listener: (signal: EndingSignal) => void): unknown;
  };
  /** Ends the process at once. */
  readonly endNow: (exitCode: number) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Whether the process is meant to outlive its terminal. */
  readonly ignoresHangup: boolean;
}

/**
 * A signal within this many milliseconds of the first counts as the same request: `timeout`, `npx` and exiting shells
 * send theirs twice, and signals during one step are handled together.
 */
const SAME_WISH = 500;

/**
 * Runs `work` with an `AbortSignal` that is aborted, with a message on standard error, by the first Ctrl-C or other
 * signal that would end the process (see `ending-signals.ts`). The work then throws `InterruptedError` after its
 * current step. A second request (Ctrl-C, SIGTERM, SIGHUP, SIGQUIT) ends the process at once with 128 plus the signal's
 * number, as is customary in shells; a second warning (SIGUSR2, SIGXCPU …) does not. Under `nohup`, SIGHUP has no
 * effect. Failing output aborts as well, and the work then ends with `StorageError`. A running step blocks the event
 * loop, so all this is handled when it ends.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  source: InterruptionSource = ofProcess(),
): Promise<T> {
  const controller = new AbortController();
  let since: number | undefined;
  let failure: OutputFailure | undefined;
  let isStopped = false;
  const stop = (signal: EndingSignal) => {
    if (signal === 'SIGHUP' && source.ignoresHangup) return;
    if (isWish(signal)) {
      if (since !== undefined && source.now() - since >= SAME_WISH) source.endNow(exitCodeOf(signal));
      since ??= source.now();
    }
    if (isStopped) return;
    isStopped = true;
    process.stderr.write(`\nstopping after this step${whatEndsAtOnce(signal)}\n`);
    controller.abort();
  };
  for (const signal of ENDING_SIGNALS) source.signals.on(signal, stop);
  const listenNoMore = onOutputFailure((found) => {
    failure = found;
    controller.abort();
  });
  try {
    const result = await work(controller.signal);
    // The work is complete, but its output was meant for a file.
    if (failure && failure.code !== 'EPIPE') throw outputError(failure);
    return result;
  } catch (error) {
    if (failure && !isStopped && error instanceof InterruptedError) {
      throw outputError(failure, sentence(wordFor(error, commandVocabulary)));
    }
    throw error;
  } finally {
    listenNoMore();
    for (const signal of ENDING_SIGNALS) source.signals.off(signal, stop);
  }
}

function isWish(signal: EndingSignal): boolean {
  return (WISH_SIGNALS as readonly EndingSignal[]).includes(signal);
}

function exitCodeOf(signal: EndingSignal): number {
  return 128 + (constants.signals[signal as keyof typeof constants.signals] ?? constants.signals.SIGINT);
}

/** A user who pressed Ctrl-C can press it again; other signals come from programs. */
function whatEndsAtOnce(signal: EndingSignal): string {
  if (signal === 'SIGINT') return '; press Ctrl-C again to end at once';
  return isWish(signal) ? ` (${signal}); a second signal ends at once` : ` (${signal})`;
}

function ofProcess(): InterruptionSource {
  return {
    signals: process,
    endNow: (exitCode) => process.exit(exitCode),
    now: () => performance.now(),
    ignoresHangup: hangupIsIgnored(),
  };
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
