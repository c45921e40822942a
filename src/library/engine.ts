/** @file The engine in a process of its own, so that this one stays responsive: a step of the engine blocks its event loop. */
import { z } from 'zod';
import { DeviceError, InterruptedError, UsageError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';
import { declare, type GivenSettings } from '../settings.ts';
import { type Calls, callNames } from './calls.ts';
import { checkOptions } from './check-options.ts';
import { type ChildOptions, startChild, UnheardError } from './engine-child.ts';

/** The settings of `startEngine`. */
export const startEngineSettings = {
  secondsToStop: declare(z.number().positive(), {
    description:
      'how long a call that is stopped may take to come to a good place, then its process is killed; longer than a step takes',
    unit: 'seconds',
    default: 60,
  }),
  execArgv: declare(z.array(z.string()) as z.ZodType<readonly string[], readonly string[]>, {
    description: "flags of Node for the engine's process",
    usual: 'those of this process',
  }),
};

/** What `startEngine` takes. */
export interface EngineOptions extends GivenSettings<typeof startEngineSettings> {}

/**
 * The library's functions, done by another process, with the same options. They are done one after another, in the
 * order of the calls; those that wait are told their place (`queued`). A base or motion that was loaded is loaded again
 * there, by its path. Networks for videos stay compiled from one call to the next while base, motion and shape are the
 * same.
 */
export interface Engine extends Calls {
  /** Number of its process; another one when that had to be started anew. */
  readonly pid: number;
  /** Whether it can be asked; false once it was closed. */
  readonly alive: boolean;
  /** Stops what is being done, refuses what waits (`InterruptedError`), and ends the process. */
  close(): Promise<void>;
}

/**
 * Starts an engine in a process of its own. Its functions throw what those of the library throw, and `DeviceError` when
 * the process ends by itself or is killed meanwhile; the next call starts another process, with a notice. A signal
 * stops the work at the next good place, or the process, if that takes too long. The process ends with the one that
 * started it, and does not keep that alive while it has nothing to do. Throws `DeviceError` when the process cannot be
 * started.
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
  const { secondsToStop = 60, execArgv } = checkOptions('startEngine', options, startEngineSettings);
  return engineWith({ secondsToStop, ...(execArgv && { execArgv }) });
}

/** A call that waits for its turn. */
interface Waiting {
  readonly name: keyof Calls;
  readonly options: WorkOptions & object;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** The place that it was told last. */
  place?: number;
}

async function engineWith(options: ChildOptions): Promise<Engine> {
  let child = await startChild(options);
  let closing: Promise<void> | undefined;
  let starting: Promise<unknown> | undefined;
  const waiting: Waiting[] = [];
  let running = false;

  const tellPlaces = () => {
    for (const [index, call] of waiting.entries()) {
      const place = index + 1;
      if (call.place !== place) call.options.onEvent?.({ type: 'queued', place });
      call.place = place;
    }
  };

  /** Starts another process where there is none any more. */
  const revive = async ({ onEvent }: WorkOptions) => {
    if (child.alive()) return;
    const end = child.ending();
    starting = startChild(options).then((started) => {
      child = started;
    });
    await starting;
    onEvent?.(notice(`${end}; another was started (${child.pid})`));
  };

  const answerTo = async ({ name, options }: Waiting) => {
    for (let trial = 1; ; trial++) {
      await revive(options);
      if (closing) throw closedBefore();
      try {
        return await child.ask(name, options);
      } catch (error) {
        // It ended before it had heard of this call, which another one can do.
        if (!(error instanceof UnheardError) || trial === 2) throw error;
      }
    }
  };

  const work = async () => {
    if (running) return tellPlaces();
    running = true;
    for (let call = waiting.shift(); call; call = waiting.shift()) {
      tellPlaces();
      await answerTo(call).then(call.resolve, call.reject);
    }
    running = false;
  };

  const inTurn = async (name: keyof Calls, options: WorkOptions & object) => {
    if (typeof options !== 'object' || options === null) {
      throw new UsageError(`${name} takes one object of options.`);
    }
    if (closing) throw new DeviceError('the engine was closed. Start another with startEngine.');
    const { signal } = options;
    const stopped = () => new InterruptedError('stopped before it began; nothing was done.');
    if (signal?.aborted) throw stopped();
    return new Promise((resolve, reject) => {
      const call: Waiting = { name, options, resolve, reject };
      const onAbort = () => {
        const index = waiting.indexOf(call);
        if (index < 0) return;
        waiting.splice(index, 1);
        reject(stopped());
        tellPlaces();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.push(call);
      void work();
    });
  };

  const close = async () => {
    for (const { reject } of waiting.splice(0)) reject(closedBefore());
    await starting?.catch(() => {});
    await child.end();
  };

  const functions = Object.fromEntries(
    callNames.map((name) => [name, (options: WorkOptions & object) => inTurn(name, options)]),
  ) as unknown as Calls;
  return {
    ...functions,
    get pid() {
      return child.pid;
    },
    get alive() {
      return !closing;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

const closedBefore = () =>
  new InterruptedError('the engine was closed before it came to this; nothing was done.');
