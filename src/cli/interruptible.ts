/**
 * @file Ctrl-C, other signals and output that fails: the first asks the work to stop at a good place, a second signal
 * ends the process at once.
 */
import { constants } from 'node:os';
import { InterruptedError } from '../errors.ts';
import { ENDING_SIGNALS, type EndingSignal, WISH_SIGNALS } from '../library/ending-signals.ts';
import { wordFor } from '../phrases.ts';
import { hangupIsIgnored } from './hangup.ts';
import { type OutputFailure, onOutputFailure, outputError } from './output-failure.ts';
import { commandVocabulary } from './vocabulary.ts';

/** What {@link interruptible} depends on; the process's own by default. */
export interface InterruptionSource {
  /** Where signals come from. */
  readonly signals: {
    on(signal: EndingSignal, listener: (signal: EndingSignal) => void): unknown;
    off(signal: EndingSignal, listener: (signal: EndingSignal) => void): unknown;
  };
  /** Ends the process at once. */
  readonly endNow: (exitCode: number) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Whether the process is to outlive its terminal. */
  readonly ignoresHangup: boolean;
}

/**
 * A signal so soon (milliseconds) after the first is the same wish: `timeout`, `npx` and shells that end send theirs
 * twice, and those that came during one step are noticed together.
 */
const SAME_WISH = 500;

/**
 * Runs `work` with a signal that the first Ctrl-C aborts, or another signal that would end the process (see
 * `ending-signals.ts`); says so on standard error. The work then throws `InterruptedError` at its next step. A second
 * wish to end (Ctrl-C, SIGTERM, SIGHUP, SIGQUIT) ends the process at once, with 128 and the signal's number, as shells
 * expect; a second warning (SIGUSR2, SIGXCPU …) does not. Under `nohup` SIGHUP does nothing. Output that fails aborts too; work that was
 * stopped by that ends with `StorageError`. A step that is being computed blocks the event loop: all this is noticed
 * when it ends.
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
    // Done as a whole; but somebody was to read of it in a file.
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

/** Who pressed Ctrl-C can do so again; other signals come from programs. */
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
