/** @file A motion's weights as 8-bit integers that do not change any more, for sampling. */

import type { WeightFile } from '../checkpoints/weight-file.ts';
import { type FloatTensor, type Int8Tensor, int8s } from '../graph/host-tensor.ts';
import { dequantised, roundedWeight } from '../graph/operators/index.ts';
import { constant, input, type Tensor } from '../graph/tensor.ts';
import { nameOfB } from '../models/weight-factors.ts';
import { compile } from '../runtime/program.ts';
import { videoWeights } from './motion-parameters.ts';
import type { MotionValues } from './trained-motion.ts';

/**
 * The weights of a motion whose products are computed in 8 bits, by name, rounded once: the engine packs constants, and
 * would otherwise round the same values again in every step. Those of the base that low-rank factors change are among
 * them. Empty for a base in f32. The integers are those that `videoWeights` gives from the same values.
 */
export async function roundedMotion(
  base: Pick<WeightFile, 'find' | 'precision'>,
  values: MotionValues,
): Promise<ReadonlyMap<string, Tensor>> {
  const rounded = new Map<string, Tensor>();
  if (base.precision !== 'int8') return rounded;
  const inputs = new Map([...values].map(([name, { shape }]) => [name, input(name, shape)]));
  const weights = videoWeights(base, inputs);
  const names = [...values.keys()].map((name) =>
    name.endsWith(nameOfB) ? `${name.slice(0, -nameOfB.length)}weight` : name,
  );
  for (const name of new Set(names)) {
    const whole = weights.optional(name);
    const integers = whole && roundedWeight(whole);
    if (!integers) continue;
    const program = await compile({ values: integers.values, scales: integers.scales });
    const found = await program.run(Object.fromEntries(values));
    await program.dispose();
    rounded.set(
      name,
      dequantised({
        values: constant(int8s((found.values as unknown as Int8Tensor).data, integers.values.shape)),
        scales: constant(found.scales as FloatTensor),
        shape: integers.shape,
      }),
    );
  }
  return rounded;
}
