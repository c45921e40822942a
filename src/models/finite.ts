/** @file Detects infinite and NaN results of a network, and finds the weight that causes them. */
import type { WeightFile } from '../checkpoints/weight-file.ts';
import { CheckpointError, LampError } from '../errors.ts';
import type { FloatTensor, HostTensor } from '../graph/host-tensor.ts';
import { phrase, setting } from '../phrases.ts';

/** The first value of a tensor that is infinite or not a number; `undefined` when there is none. */
export function nonFinite({ data }: HostTensor): number | undefined {
  if (!(data instanceof Float32Array)) return undefined;
  // The sum is finite unless a value is not, or it overflows; the second pass distinguishes the two.
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! * 0;
  return sum === 0 ? undefined : data.find((value) => !Number.isFinite(value));
}

/**
 * Throws `CheckpointError`, naming the tensor, if weights caused `what` to give the value `found`. Reads all weights.
 */
export async function blameWeights(found: number, what: string, weights: WeightFile): Promise<void> {
  for (const name of weights.shapes.keys()) {
    const value = nonFinite(await weights.file.read(name));
    if (value === undefined) continue;
    throw new CheckpointError({
      found: `${what} gave ${found}, since its weights "${weights.path}" hold ${value} in tensor "${name}"`,
      advice: 'The file is damaged; download it again, or use another one.',
    });
  }
}

/**
 * Throws unless all values of `result`, computed by `what` with `weights`, are finite: `CheckpointError` if a weight is
 * not finite, else `LampError`, for an overflow. The weights are only read in that case.
 */
export async function assertFinite(result: FloatTensor, what: string, weights: WeightFile): Promise<void> {
  const found = nonFinite(result);
  if (found === undefined) return;
  await blameWeights(found, what, weights);
  const cpu = setting('device', 'cpu');
  throw new LampError({
    found: `${what} gave ${found}: numbers became too large on the way, though its weights are finite`,
    advice: phrase`Use ${cpu}, a lower ${setting('guidance')}, or a motion trained at a lower ${setting('learningRate')}.`,
  });
}
