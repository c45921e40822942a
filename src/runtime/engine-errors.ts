/**
 * @file Checks whether work fits into memory, and words the errors if it does not or if the engine fails. Messages of
 * ONNX Runtime are interpreted only here.
 */

import { bytesText } from '../amounts.ts';
import { CheckpointError, DeviceError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';
import { machineMemory, mostMemory, whoseMemory } from './free-memory.ts';

const lowAdvice = phrase`${setting('memory', 'low')} needs less.`;
const advice = phrase`Use a smaller ${setting('size')} or fewer ${setting('frames')}, or a machine with more memory.`;

/**
 * Throws `DeviceError` for work that needs more bytes at one time than the process may have. Asked before it begins: a
 * system that runs out of memory ends the process without a word.
 */
export function assertFitsMemory(bytes: number, memory = mostMemory(), machine = machineMemory): void {
  if (bytes <= memory) return;
  const [needs, has] = [bytes, memory].map(bytesText);
  throw new DeviceError({
    found: `one step needs about ${needs} of memory at one time`,
    expected: `at most the ${has} that ${whoseMemory(memory, machine)}`,
    setting: 'size',
    advice,
  });
}

/**
 * The error for what the engine reported while it opened a graph on `device`, whose weights are mapped from files in
 * `weightsFolder`, if it has any: `CheckpointError` when these cannot be mapped, else `DeviceError`.
 */
export function sessionError(
  error: unknown,
  device: string,
  weightsFolder: string | undefined,
): CheckpointError | DeviceError {
  const message = messageOf(error);
  if (weightsFolder !== undefined && /external|initializer/i.test(message)) {
    return new CheckpointError(
      {
        found: `the weights in "${weightsFolder}" cannot be mapped: ${plainReason(message)}`,
        advice: 'Check that nothing has changed or removed them, or download the model again.',
      },
      { cause: error },
    );
  }
  if (/alloc/i.test(message)) return engineError(error, device);
  return failed(
    `ONNX Runtime refuses the graph on device "${device}": ${plainReason(message)}`,
    error,
    device,
  );
}

/** The `DeviceError` for what the engine, or the allocation of its results, reported while it computed on `device`. */
export function engineError(
  error: unknown,
  device: string,
  memory = mostMemory(),
  machine = machineMemory,
): DeviceError {
  const message = messageOf(error);
  const expected = `at most the ${bytesText(memory)} that ${whoseMemory(memory, machine)}`;
  const size = /requested buffer of size (\d+)/.exec(message)?.[1];
  if (size !== undefined) {
    return new DeviceError(
      {
        found: `memory ran out on device "${device}": ${bytesText(Number(size))} more were needed`,
        expected,
        setting: 'memory',
        advice: [lowAdvice, advice],
      },
      { cause: error },
    );
  }
  if (/alloc|out of memory|not enough memory|typed array length|overflow/i.test(message)) {
    const found = `memory ran out on device "${device}"`;
    return new DeviceError(
      { found, expected, setting: 'memory', advice: [lowAdvice, advice] },
      { cause: error },
    );
  }
  return failed(`the computation failed on device "${device}": ${plainReason(message)}`, error, device);
}

/** A failure that another device may not have. */
function failed(found: string, cause: unknown, device: string): DeviceError {
  const otherDevice = {
    setting: 'device',
    advice: phrase`Use ${setting('device', 'cpu')}, or report this.`,
  };
  return new DeviceError(
    { found, ...(device === 'cpu' ? { advice: 'Please report this.' } : otherDevice) },
    { cause },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
