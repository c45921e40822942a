/** @file The program of an engine's process: does what it is asked for, one thing after another, and ends with its parent. */
import { keptGenerators } from '../pipelines/video/kept-generators.ts';
import { type Calls, callsWith } from './calls.ts';
import { type FromEngine, packError, type ToEngine } from './engine-messages.ts';

const calls = callsWith(keptGenerators());

/** The signals of calls that were asked for and are not done. */
const running = new Map<number, AbortController>();

function tell(message: FromEngine): void {
  // Whoever is no longer there needs no answer: 'disconnect' ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

async function answer({ id, name, options, folder }: Extract<ToEngine, { type: 'call' }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  tell({ type: 'begun', id });
  try {
    process.chdir(folder);
    const work = {
      signal: controller.signal,
      onEvent: (event: Extract<FromEngine, { type: 'event' }>['event']) => tell({ type: 'event', id, event }),
    };
    const call = calls[name] as (options: object) => ReturnType<Calls[keyof Calls]>;
    tell({ type: 'done', id, result: await call({ ...options, ...work }) });
  } catch (error) {
    tell({ type: 'failed', id, error: packError(error) });
  } finally {
    running.delete(id);
  }
}

process.on('message', (message: ToEngine) => {
  if (message.type === 'call') void answer(message);
  else running.get(message.id)?.abort();
});
// The parent closed the engine, or is dead.
process.on('disconnect', () => process.exit());
// Ctrl-C in a terminal reaches the whole group: what then happens is the parent's to say.
process.on('SIGINT', () => {});
tell({ type: 'ready' });
