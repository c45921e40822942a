/**
 * @file Looking at what people bring, in processes of their own with limits of time and memory: what a file can do to
 * the one that reads it, it does to nobody else.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bytesText } from '../../amounts.ts';
import { MediaError } from '../../errors.ts';
import { inheritedOptions } from '../../library/inherited-options.ts';
import { type PackedError, unpackError } from '../../library/packed-error.ts';
import type { LookCalls } from './look-calls.ts';

/** What can be looked at. */
export type LookName = keyof LookCalls;

/** Asks a process of its own. */
export interface Looks {
  /**
   * Calls a function of `look-calls.ts`. Throws what it throws, and `MediaError` if it takes too long or too much
   * memory, or crashes.
   */
  run<Name extends LookName>(
    name: Name,
    given: Parameters<LookCalls[Name]>[0],
  ): Promise<Awaited<ReturnType<LookCalls[Name]>>>;
  /** Ends all processes. */
  close(): void;
}

/** Options of `startLooks`. */
export interface LooksOptions {
  /** Options of Node.js for the processes; default those of this process. */
  readonly execArgv?: readonly string[] | undefined;
  /** How many run at the same time; default 2. */
  readonly most?: number;
  /** Bytes that one may take, default 3 GB, and seconds; default 120. */
  readonly memory?: number | undefined;
  readonly seconds?: number | undefined;
}

/** Functions that may take longer: they measure, or read much; in seconds. */
const longer: { readonly [Name in LookName]?: number } = {
  doctor: 600,
  estimate: 300,
  copies: 600,
  clips: 600,
  convert: 3600,
};

/** Bytes for functions that need more: a whole U-Net is compared with the base's, many tensors at a time. */
const larger: { readonly [Name in LookName]?: number } = { convert: 12e9 };

/** What a look's process answers. */
export type LookMessage = { readonly result: unknown } | { readonly error: PackedError };

const program = fileURLToPath(
  new URL(`./look-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** See {@link Looks}. */
export function startLooks({
  execArgv = inheritedOptions(),
  most: atOnce = 2,
  memory = 3e9,
  seconds = 120,
}: LooksOptions = {}): Looks {
  const running = new Set<ChildProcess>();
  const waiting: (() => void)[] = [];
  let count = 0;
  let closed = false;
  const inPlace = async <T>(work: () => Promise<T>): Promise<T> => {
    if (count >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    count++;
    try {
      return await work();
    } finally {
      count--;
      waiting.shift()?.();
    }
  };
  const ask = (name: LookName, given: unknown, patience = longer[name] ?? seconds) =>
    new Promise<unknown>((resolve, reject) => {
      const most = larger[name] ?? memory;
      if (closed) throw new Error('the studio is closing');
      const child = fork(program, [], {
        execArgv: [...execArgv, `--max-old-space-size=${Math.ceil(most / 2 ** 20)}`],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        serialization: 'advanced',
      });
      running.add(child);
      let why = 'the process that looked at it crashed';
      const end = (reason: string) => {
        why = reason;
        child.kill('SIGKILL');
      };
      const timer = setTimeout(
        () => end(`looking at it took more than ${patience} seconds`),
        1000 * patience,
      );
      const watch = setInterval(async () => {
        const taken = await residentBytes(child.pid);
        if (taken > most) end(`looking at it took more than ${bytesText(most)} of memory`);
      }, 100);
      child.once('message', (message: LookMessage) => {
        if ('error' in message) reject(unpackError(message.error));
        else resolve(message.result);
        child.kill('SIGKILL');
      });
      child.once('error', (error) => end(error.message));
      child.once('close', () => {
        clearTimeout(timer);
        clearInterval(watch);
        running.delete(child);
        reject(new MediaError({ found: why, advice: 'Check that it is the file you meant.' }));
      });
      child.send({ name, given }, () => {});
    });
  return {
    run: (name, given) => inPlace(() => ask(name, given)) as never,
    close() {
      closed = true;
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

/** Bytes of memory that a process takes; 0 where that is not known. */
export async function residentBytes(pid: number | undefined): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
}
