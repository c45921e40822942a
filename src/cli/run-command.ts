/** @file What all commands that take long have around their work: events shown, Ctrl-C watched. */
import type { WorkOptions } from '../events.ts';
import { interruptible } from './interruptible.ts';
import { reporter } from './progress.ts';

/** Does `work` with events that are shown as the options say, and a signal that Ctrl-C aborts. Throws what it throws. */
export async function runCommand<T>(
  { json = false }: { readonly json?: boolean | undefined },
  work: (options: WorkOptions) => Promise<T>,
): Promise<T> {
  const { onEvent, end } = reporter({ json });
  try {
    return await interruptible((signal) => work({ onEvent, signal }));
  } finally {
    end();
  }
}
