/** @file Runs the `lamp` command in a process of its own, from source. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromSource } from './from-source.ts';

/** Exit code and output of a command. */
export interface CommandResult {
  /** The exit code; `null` if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options for a run of the command. */
export interface CommandOptions {
  /** The program to run (an absolute path); default `lamp`. */
  readonly program?: string;
  /** Additional environment variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Called with everything written to standard error so far, and a function that sends a signal. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

const lampMain = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs `lamp` with these arguments and waits until it exits. Paths should be absolute: it runs in the repository's
 * root.
 */
export function lamp(words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  // A user's environment lacks variables set for the engine in this process.
  const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [...fromSource, options.program ?? lampMain, ...words], {
    cwd: root,
    env: { ...inherited, ...options.variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    options.onStderr?.(stderr, (signal) => child.kill(signal));
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
