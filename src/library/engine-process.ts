/** @file The program of an engine's process: executes calls one after another, and ends with its parent. */
import { keptGenerators } from '../pipelines/video/kept-generators.ts';
import { type Calls, callsWith } from './calls.ts';
import { ENDING_SIGNALS } from './ending-signals.ts';
import type { Callback, FromEngine, ToEngine } from './engine-messages.ts';
import { packError } from './packed-error.ts';

const calls = callsWith(keptGenerators());

/** Abort controllers of unfinished calls. */
const running = new Map<number, AbortController>();
const answers = new Set<Promise<void>>();

// Signals reach the whole process group (Ctrl-C, a closed terminal, a stopped service); the parent decides what happens
// then.
for (const signal of ENDING_SIGNALS) process.on(signal, () => {});

function tell(message: FromEngine): void {
  // A parent that is gone needs no answer; 'disconnect' ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

async function answer(message: Extract<ToEngine, { type: 'call' }>): Promise<void> {
  const { id, name, options, callbacks, folder } = message;
  const controller = new AbortController();
  running.set(id, controller);
  tell({ type: 'begun', id });
  try {
    process.chdir(folder);
    const functions = callbacks.map((each): [string, Callback] => [
      each,
      (...values) => tell({ type: 'callback', id, name: each, values }),
    ]);
    const work = { signal: controller.signal, ...Object.fromEntries(functions) };
    const call = calls[name] as (options: object) => ReturnType<Calls[keyof Calls]>;
    tell({ type: 'done', id, result: await call({ ...options, ...work }) });
  } catch (error) {
    tell({ type: 'failed', id, error: packError(error) });
  } finally {
    running.delete(id);
  }
}

process.on('message', (message: ToEngine) => {
  if (message.type === 'stop') return running.get(message.id)?.abort();
  const answered = answer(message).finally(() => answers.delete(answered));
  answers.add(answered);
  return;
});
// The parent closed the engine or has died: work that can be resumed is saved.
process.on('disconnect', async () => {
  for (const controller of running.values()) controller.abort();
  await Promise.all(answers);
  process.exit();
});
tell({ type: 'ready' });
