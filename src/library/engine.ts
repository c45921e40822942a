/** @file The engine in a process of its own, so that this one stays responsive: a step of the engine blocks its event loop. */
import { DeviceError, InterruptedError, UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type Calls, calls } from './calls.ts';
import { checkOptions, field } from './check-options.ts';
import { type EngineChild, startChild } from './engine-child.ts';

/** What `startEngine` takes. */
export interface EngineOptions {
  /**
   * How long a call that is stopped may take to come to a good place, in seconds; then its process is killed, and the engine
   * has ended. Longer than a step takes; 60 unless told.
   */
  readonly secondsToStop?: number;
  /** Flags of Node for the engine's process; those of this process unless told. */
  readonly execArgv?: readonly string[];
}

/**
 * The library's functions, done by another process, with the same options. They are done one after another, in the order of the
 * calls. A base or motion that was loaded is loaded again there, by its path.
 */
export interface Engine extends Calls {
  /** Number of its process. */
  readonly pid: number;
  /** Whether it can be asked; false once it was closed or its process has ended. */
  readonly alive: boolean;
  /** Stops what is being done, refuses what waits (`InterruptedError`), and ends the process. */
  close(): Promise<void>;
}

/**
 * Starts an engine in a process of its own. Its functions throw what those of the library throw, and `DeviceError` when the
 * process ends by itself or is killed. A signal stops the work at the next good place, or the process, if that takes too long.
 * The process ends with the one that started it, and does not keep that alive while it has nothing to do. Throws `DeviceError`
 * when the process cannot be started.
 *
 * @example
 * import { startEngine } from 'lamp-video';
 *
 * const engine = await startEngine();
 * const video = engine.generateVideo({ motion: 'runs/jumps', prompt: 'a fox jumps in the snow' });
 * console.log('this process goes on meanwhile');
 * console.log((await video).frames.length, 'frames');
 * await engine.close();
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const { secondsToStop = 60, execArgv } = checkOptions('startEngine', options, {
    secondsToStop: field.rate.optional(),
    execArgv: field.anything,
  });
  return engineOf(await startChild({ secondsToStop, ...(execArgv && { execArgv }) }));
}

function engineOf(child: EngineChild): Engine {
  let closing: Promise<void> | undefined;
  /** Settles when all that was asked for so far is done. */
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = async (name: keyof Calls, options: WorkOptions & object) => {
    if (typeof options !== 'object' || options === null) {
      throw new UsageError(`${name} takes one object of options.`);
    }
    const { signal } = options;
    if (closing) throw new DeviceError('the engine was closed. Start another with startEngine.');
    const turn = last;
    const answer = turn.then(() => {
      if (closing)
        throw new InterruptedError('the engine was closed before it came to this; nothing was done.');
      if (signal?.aborted) throw new InterruptedError('stopped before it began; nothing was done.');
      return child.ask(name, options);
    });
    last = answer.catch(() => {});
    return Promise.race([answer, abortedBefore(turn, signal)]);
  };

  const functions = Object.fromEntries(
    (Object.keys(calls) as (keyof Calls)[]).map((name) => [
      name,
      (options: WorkOptions & object) => inTurn(name, options),
    ]),
  ) as unknown as Calls;
  return {
    ...functions,
    pid: child.pid,
    get alive() {
      return !closing && child.alive();
    },
    close() {
      closing ??= child.end();
      return closing;
    },
  };
}

/** Throws when the signal comes before `turn` does; else it never settles. */
function abortedBefore(turn: Promise<unknown>, signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(new InterruptedError('stopped before it began; nothing was done.'));
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    void turn.then(() => signal?.removeEventListener('abort', onAbort));
  });
}
