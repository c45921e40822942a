/** @file Runs long-running commands: displays events, and handles Ctrl-C. */
import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';
import { phrase, setting } from '../phrases.ts';
import { coreCount } from '../runtime/cores.ts';
import { interruptible } from './interruptible.ts';
import { reporter } from './progress.ts';
import { libraryOptions } from './setting-options.ts';

/**
 * Calls a function of the library with the options of a command, and with `more` from its arguments. Displays events as
 * `--json` requests, and computes with as many threads as `--threads` says; Ctrl-C stops the work. Throws what the
 * function throws.
 */
export async function runCommand<Options extends WorkOptions, Result>(
  command: Command,
  call: (options: Options) => Promise<Result>,
  more: Partial<Options> = {},
): Promise<Result> {
  const {
    json = false,
    previews = false,
    threads,
    ...given
  } = command.opts<{ json?: boolean; previews?: boolean; threads?: number }>();
  if (previews && !json) {
    throw new UsageError({
      found: '--previews are lines of JSON, but --json is not given',
      setting: 'previews',
      advice: 'Add --json, or omit --previews.',
    });
  }
  if (threads !== undefined) process.env.LAMP_THREADS = String(threads);
  const { onEvent, onPreview, end } = reporter({ json, previews });
  try {
    const options = libraryOptions<Options>(given);
    // Only where it matters: the number of cores is read from the system's files.
    const cores = threads === undefined ? undefined : coreCount();
    if (threads !== undefined && cores !== undefined && threads > cores) {
      const found = phrase`${setting('threads', threads)} are more than the ${cores === 1 ? 'one core' : `${cores} cores`} that may be used`;
      onEvent(notice({ found, setting: 'threads', advice: 'Threads that share a core hold each other up.' }));
    }
    return await interruptible((signal) =>
      call({ ...options, onEvent, ...(onPreview && { onPreview }), signal, ...more }),
    );
  } finally {
    end();
  }
}
