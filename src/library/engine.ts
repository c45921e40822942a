/**
 * @file `startEngine`: an engine in a separate process, so that this one stays responsive. A step of the engine blocks
 * its event loop.
 */

import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { DeviceError, InterruptedError, UsageError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';
import { call, phrase } from '../phrases.ts';
import { threadsSetting } from '../runtime/running-settings.ts';
import { declare, type GivenSettings, withDefaults } from '../settings.ts';
import { shown } from '../wrong-settings.ts';
import { type Calls, callNames } from './calls.ts';
import { type ChildOptions, startChild, UnheardError } from './engine-child.ts';

/** The settings of `startEngine`. */
export const startEngineSettings = {
  secondsToStop: declare(z.number().positive(), {
    description:
      'how long a stopped call may take before its process is killed; should be longer than a step',
    unit: 'seconds',
    default: 60,
  }),
  threads: threadsSetting,
  execArgv: declare(z.array(z.string()) as z.ZodType<readonly string[], readonly string[]>, {
    description: "flags of Node for the engine's process",
    usual: 'those of this process',
  }),
};

/** Options of `startEngine`. */
export interface EngineOptions extends GivenSettings<typeof startEngineSettings> {}

/**
 * The library's functions that compute, or read at length, executed by another process, with the same options. Calls
 * are executed one after another, in order; waiting calls get `queued` events. A loaded base or motion is loaded again
 * there, from its path. Networks for videos stay compiled between calls with the same base, motion and shape.
 */
export interface Engine extends Calls {
  /** Id of its process; changes if that had to be restarted. */
  readonly pid: number;
  /** Whether it accepts calls; false once it is closed. */
  readonly alive: boolean;
  /** Stops the current call, rejects waiting ones (`InterruptedError`), and ends the process. */
  close(): Promise<void>;
}

/**
 * Starts an engine in a separate process. Its functions throw what those of the library throw, and `DeviceError` if the
 * process crashes or is killed; the next call starts another process, with a notice. A signal stops the work after the
 * current step, or kills the process if that takes too long. The process ends with its parent, and does not keep it
 * alive while idle. Throws `DeviceError` if the process cannot be started.
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
  return engineWith(
    withDefaults(startEngineSettings, checkOptions('startEngine', options, startEngineSettings)),
  );
}

/** A call waiting for its turn. */
interface Waiting {
  readonly name: keyof Calls;
  readonly options: WorkOptions & object;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** The place that was last reported. */
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

  /** Starts another process if the last one has ended. */
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
        // It ended before receiving this call, so another process can execute it.
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
      throw new UsageError({
        found: phrase`${call(name)} was called with ${shown(options)}`,
        expected: 'one object of options',
      });
    }
    if (closing) {
      const advice = phrase`Start another with ${call('startEngine')}.`;
      throw new DeviceError({ found: 'the engine was closed', advice });
    }
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
  new InterruptedError({
    found: 'the engine was closed before it came to this; nothing was done',
    advice: phrase`Start another with ${call('startEngine')}.`,
  });
