/** @file An engine's process, from its parent's side: one call at a time, and every call gets an answer. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DeviceError, InterruptedError, UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { memoryKills } from '../runtime/memory-kills.ts';
import type { Calls } from './calls.ts';
import { type Callback, type FromEngine, packOptions, type ToEngine } from './engine-messages.ts';
import { inheritedOptions } from './inherited-options.ts';
import { unpackError } from './packed-error.ts';

/** Options for starting and stopping the process; see `EngineOptions`. */
export interface ChildOptions {
  readonly secondsToStop: number;
  readonly threads?: number;
  readonly execArgv?: readonly string[];
}

/** The process ended before it received a call. */
export class UnheardError extends DeviceError {}

/** An engine's process. */
export interface EngineChild {
  readonly pid: number;
  /** Whether it accepts calls. */
  alive(): boolean;
  /** How it ended, once it is no longer alive: `the engine's process (7) was ended by SIGKILL`. */
  ending(): string;
  /** Calls a function there. Calls must not overlap. Throws `UnheardError` if the process had already ended. */
  ask(name: keyof Calls, options: WorkOptions & object): Promise<unknown>;
  /** Stops the current call and ends the process. */
  end(): Promise<void>;
}

/** A call waiting for its answer. */
interface Question {
  readonly id: number;
  readonly callbacks: ReadonlyMap<string, Callback>;
  readonly answer: Promise<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Whether the process has received it. */
  heard: boolean;
  /** Why it was told to stop, if it was. */
  stopped?: string;
}

/** The engine's program beside this file, as TypeScript or JavaScript. */
const program = fileURLToPath(
  new URL(`./engine-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** Starts the process and waits until it is ready. Throws `DeviceError` if it ends before that. */
export async function startChild({
  secondsToStop,
  threads,
  execArgv = inheritedOptions(),
}: ChildOptions): Promise<EngineChild> {
  const child = fork(program, {
    serialization: 'advanced',
    execArgv: [...execArgv],
    env: { ...process.env, ...(threads !== undefined && { LAMP_THREADS: String(threads) }) },
    // What the runtime prints when it crashes goes to this process's standard error.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let question: Question | undefined;
  let questions = 0;
  let exit: string | undefined;
  let killing: NodeJS.Timeout | undefined;

  const ending = () =>
    `the engine's process (${child.pid ?? 'not started'}) ${exit ?? 'has closed its channel'}`;
  const advice = 'With less memory free than the work needs, use smaller sizes.';
  const crash = () => {
    const Kind = question && !question.heard ? UnheardError : DeviceError;
    return new Kind({ found: ending(), advice: ['The next call starts another.', advice] });
  };
  const notStopped = (why: string) =>
    new InterruptedError(
      `${why}; the engine did not stop within ${secondsToStop} s, so its process was ended.`,
    );
  const ended = endOf(child).then((reason) => {
    exit = reason;
    question?.reject(question.stopped === undefined ? crash() : notStopped(question.stopped));
  });
  const send = (message: ToEngine) => {
    // A message that does not arrive is answered once the process has ended.
    if (child.connected) child.send(message, () => {});
  };
  const killLater = () => {
    killing ??= setTimeout(() => child.kill('SIGKILL'), secondsToStop * 1000);
  };
  const stop = (asked: Question, why: string) => {
    asked.stopped ??= why;
    send({ type: 'stop', id: asked.id });
    killLater();
  };

  child.on('message', (message: FromEngine) => {
    if (message.type === 'ready' || message.id !== question?.id) return;
    question.heard = true;
    if (message.type === 'callback') question.callbacks.get(message.name)?.(...message.values);
    if (message.type === 'done') question.resolve(message.result);
    if (message.type === 'failed') question.reject(unpackError(message.error));
  });
  await Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  if (exit !== undefined) throw new DeviceError({ found: `${ending()} while it started`, advice });
  keepAlive(child, false);

  return {
    pid: child.pid!,
    alive: () => exit === undefined && child.connected,
    ending,
    async ask(name, { signal, ...given }) {
      const { options, callbacks } = packOptions(given);
      const asked = newQuestion(questions++, callbacks);
      const onAbort = () => stop(asked, 'stopped');
      question = asked;
      if (exit !== undefined) asked.reject(crash());
      keepAlive(child, true);
      signal?.addEventListener('abort', onAbort);
      try {
        const rest = { options, callbacks: [...callbacks.keys()], folder: process.cwd() };
        passing(() => send({ type: 'call', id: asked.id, name, ...rest }));
        return await asked.answer;
      } finally {
        signal?.removeEventListener('abort', onAbort);
        question = undefined;
        clearTimeout(killing);
        killing = undefined;
        keepAlive(child, false);
      }
    },
    async end() {
      keepAlive(child, true);
      if (question) {
        stop(question, 'stopped, since the engine was closed');
        await question.answer.catch(() => {});
      }
      if (child.connected) child.disconnect();
      killLater();
      await ended;
      clearTimeout(killing);
    },
  };
}

function newQuestion(id: number, callbacks: Question['callbacks']): Question {
  let resolve!: Question['resolve'];
  let reject!: Question['reject'];
  const answer = new Promise<unknown>((...both) => {
    [resolve, reject] = both;
  });
  return { id, callbacks, answer, resolve, reject, heard: false };
}

/** Sends options. Throws `UsageError` for values that cannot be sent, such as functions. */
function passing(send: () => void): void {
  try {
    send();
  } catch (error) {
    const reason = (error as Error).message;
    throw new UsageError(
      {
        found: `an option cannot be passed to the engine's process: ${reason}`,
        expected: 'plain values, arrays and bytes',
      },
      { cause: error },
    );
  }
}

/** How the process ended, once it has. `kills` counts those that the system ends for lack of memory. */
export function endOf(child: ChildProcess, kills = memoryKills): Promise<string> {
  const before = kills();
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => {
      const byWhom =
        signal === 'SIGKILL' && kills() > before
          ? ', most likely by the system, which ran out of memory'
          : '';
      const tell = () => resolve(signal ? `was ended by ${signal}${byWhom}` : `ended with exit code ${code}`);
      // Its last messages may still be in transit.
      if (child.connected) child.once('disconnect', tell);
      else tell();
    });
  });
}

/** Sets whether the engine's process keeps this one alive, which it does not while idle. */
function keepAlive(child: ChildProcess, yes: boolean): void {
  if (yes) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
