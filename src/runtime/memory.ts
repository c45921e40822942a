/** @file Checks whether work fits into memory, and words the errors if it does not or if the engine fails. */

import { totalmem } from 'node:os';
import { DeviceError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';

/** Bytes of this machine's memory, or what a container leaves of it. */
export const machineMemory = Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);

const advice = phrase`Use a smaller ${setting('size')} or fewer ${setting('frames')}, or a machine with more memory.`;

/**
 * Throws `DeviceError` for work that needs more bytes at one time than the machine has. Asked before it begins: a
 * system that runs out of memory ends the process without a word.
 */
export function assertFitsMemory(bytes: number, memory = machineMemory): void {
  if (bytes <= memory) return;
  const [needs, has] = [bytes, memory].map(gibibytes);
  throw new DeviceError({
    found: `one step needs about ${needs} of memory at one time`,
    expected: `at most the ${has} that this machine has`,
    setting: 'size',
    advice,
  });
}

/** The `DeviceError` for what the engine, or the allocation of its results, reported while it computed on `device`. */
export function engineError(error: unknown, device: string, memory = machineMemory): DeviceError {
  const message = error instanceof Error ? error.message : String(error);
  const size = /requested buffer of size (\d+)/.exec(message)?.[1];
  if (size !== undefined) {
    return new DeviceError(
      {
        found: `memory ran out on device "${device}": ${gibibytes(Number(size))} more were needed; this machine has ${gibibytes(memory)}`,
        setting: 'size',
        advice,
      },
      { cause: error },
    );
  }
  if (/alloc|out of memory|not enough memory|typed array length|overflow/i.test(message)) {
    const has = `this machine has ${gibibytes(memory)}`;
    const found = `memory ran out on device "${device}"; ${has}`;
    return new DeviceError({ found, setting: 'size', advice }, { cause: error });
  }
  const reason = plainReason(message);
  return new DeviceError(`the computation failed on device "${device}": ${reason}.`, { cause: error });
}

/** The engine's message without its own source positions, names of nodes, and further lines. */
export function plainReason(message: string): string {
  const [line] = message.split('\n') as [string];
  return line
    .replace(/^.*was false\. /, '')
    .replace(/^.*Status Message: /, '')
    .replace(/^\S*\.(cc|h|cpp|cu):\d+ .*?\) (?=\S)/, '')
    .replace(/\.$/, '');
}

function gibibytes(bytes: number): string {
  const value = bytes / 2 ** 30;
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} GiB`;
}
