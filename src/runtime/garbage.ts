/** @file Collects garbage on purpose: the engine returns every output in new memory, which V8 is slow to give back. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of garbage at which it is collected. */
export const garbageBytes = 2 ** 28;

let collect: (() => void) | undefined;

/** Counts the bytes of large buffers that nothing refers to any more, and has them freed when they have become many. */
export class GarbageCounter {
  #bytes = 0;

  /** Adds bytes; collects when there are 256 MiB. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < garbageBytes) return;
    this.#bytes = 0;
    collect ??= garbageCollector();
    collect();
  }
}

/** V8's `gc` function, which Node.js shows only where a flag asks for it. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const found = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return found;
}
