/** @file Ctrl-C: the first asks the work to stop at a good place, the second ends the process at once. */

/** What {@link interruptible} watches; the process unless told. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

/**
 * Runs `work` with a signal that the first Ctrl-C (or SIGTERM) aborts; says so on standard error. The work then throws
 * `InterruptedError` at its next step. The second Ctrl-C ends the process with exit code 130, as shells expect. A step
 * that is being computed blocks the event loop: both are noticed when it ends.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  source: SignalSource = process,
  endNow: () => void = () => process.exit(130),
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) {
      endNow();
      return;
    }
    process.stderr.write('\nstopping after this step; press Ctrl-C again to end at once\n');
    controller.abort();
  };
  source.on('SIGINT', stop);
  source.on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    source.off('SIGINT', stop);
    source.off('SIGTERM', stop);
  }
}
