/** @file Starts and stops the processes of jobs. */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { asStorageError } from '../../checkpoints/atomic-write.ts';
import { inheritedOptions } from '../../library/inherited-options.ts';
import { withAllocatorSettings } from '../../runtime/allocator.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { type JobMark, jobPaths, openEvents } from './job-files.ts';

/** Tells a job to stop after its step and to go on by itself when those before it are done. */
export const makeWaySignal = 'SIGUSR2';

/** Tells a job to stop after its step. */
export const stopSignal = 'SIGTERM';

const program = fileURLToPath(
  new URL(`./job-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** How jobs' processes are started. */
export interface JobProcessOptions {
  /** Their options of Node.js; default those of this process. */
  readonly execArgv?: readonly string[] | undefined;
  /** How far they give way to others, from 0 to 19; default 10. */
  readonly niceness?: number | undefined;
}

/** A job's process. */
export interface StartedJob {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts the job's process, in a group of its own so that nothing that ends this one ends it. Throws `StorageError`
 * where the job's folder cannot be written.
 */
export async function startJob(
  studio: StudioFolder,
  id: string,
  { execArgv = inheritedOptions(), niceness = 10 }: JobProcessOptions = {},
): Promise<StartedJob> {
  const { log, ...paths } = jobPaths(studio, id);
  const events = await openEvents(paths);
  events.append({ type: 'started' satisfies JobMark });
  await events.close();
  const file = await open(log, 'a').catch((error) => Promise.reject(asStorageError(error, log)));
  try {
    const child = spawn(process.execPath, [...execArgv, program, studio.root, id, String(niceness)], {
      detached: true,
      windowsHide: true,
      stdio: ['ignore', file.fd, file.fd],
      env: withAllocatorSettings(process.env) ?? process.env,
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    return { pid: child.pid!, ended };
  } finally {
    await file.close();
  }
}

/** Signals a job's process; nothing happens if it has ended. */
export function signalJob(pid: number, signal: typeof makeWaySignal | typeof stopSignal): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
