/** @file Runs a probe in a process of its own, and survives its crashes. */
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inheritedOptions } from '../inherited-options.ts';
import { unpackError } from '../packed-error.ts';
import type { ProbeAnswer, Probes } from './probes.ts';

/** The process of a probe ended or hung before it answered; the message says how, on one line. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

/** Options of a probe runner. */
export interface ProbeOptions {
  /** How long to wait for the answer, in seconds; default 120. */
  readonly seconds?: number;
  /** Path of the script that is run. */
  readonly script?: string;
  /** Options of Node; default those of this process, without what it runs. */
  readonly nodeOptions?: readonly string[];
}

/** Runs a probe by name: the type of {@link runProbe}, and of its substitutes in tests. */
export type RunProbe = <Name extends keyof Probes>(
  name: Name,
  ...given: Parameters<Probes[Name]>
) => Promise<Awaited<ReturnType<Probes[Name]>>>;

// The same from `src/` and from `dist/`.
const main = fileURLToPath(new URL(`./probe-main${extname(import.meta.url)}`, import.meta.url));

/**
 * Creates a {@link RunProbe}, which throws what the probe throws, and `ProbeError` if its process crashes or does not
 * answer.
 */
export function probeRunner(options: ProbeOptions = {}): RunProbe {
  return (name, ...given) => answerOf([name, ...given], options) as never;
}

/** Runs a probe in a process of its own. Throws what the probe throws, and `ProbeError`. */
export const runProbe: RunProbe = probeRunner();

function answerOf(words: readonly string[], options: ProbeOptions): Promise<unknown> {
  const { seconds = 120, script = main, nodeOptions = inheritedOptions() } = options;
  const child = fork(script, words, {
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  });
  let lastWords = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    lastWords = `${lastWords}${text}`.slice(-4000);
  });
  return new Promise((resolve, reject) => {
    const fail = (message: string) => reject(new ProbeError(message));
    const timer = setTimeout(() => {
      fail(`it gave no answer within ${seconds} s`);
      child.kill('SIGKILL');
    }, 1000 * seconds);
    child.on('message', (answer: ProbeAnswer) => {
      if ('error' in answer) reject(unpackError(answer.error));
      else resolve(answer.result);
      // What native code does while its process exits no longer matters.
      child.kill('SIGKILL');
    });
    child.on('error', (error) => fail(error.message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const how = signal ? `crashed (${signal})` : `ended with code ${code}`;
      const why = lastWords
        .split('\n')
        .map((line) => line.trim())
        .find((line) => /error|fatal|abort/i.test(line));
      fail(`the process that tried it ${how}${why ? `: ${why}` : ''}`);
    });
  });
}
