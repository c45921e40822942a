/** @file Compares an operator's gradient with central finite differences. */

import { lossGradients } from '../graph/differentiate.ts';
import { exampleInputs, exampleNumbers } from '../graph/example-inputs.ts';
import { floats, sizeOf } from '../graph/host-tensor.ts';
import { applyAll, type Example, type Operator } from '../graph/operator.ts';
import { mul } from '../graph/operators/mul.ts';
import { reduceSum } from '../graph/operators/reduce-sum.ts';
import { constant } from '../graph/tensor.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { compile } from '../runtime/program.ts';

/** Relative error of an input's gradient: `‖gradient − differences‖ / ‖differences‖`. */
export interface GradientError {
  readonly input: number;
  readonly relativeError: number;
}

/**
 * Checks one example of an operator. The loss is the sum of the first output times fixed random numbers; differences
 * are taken in fourth order, `(−f(x+2h) + 8f(x+h) − 8f(x−h) + f(x−2h)) / 12h`, so that f32 suffices.
 */
export async function checkGradient<A extends object>(
  operator: Operator<A>,
  example: Example<A>,
  device: DeviceName = 'cpu',
): Promise<GradientError[]> {
  const random = exampleNumbers(7);
  const { inputs, values } = exampleInputs(example, random);
  const [y] = applyAll(operator, inputs, example.attributes);
  const weights = Float32Array.from({ length: sizeOf(y!.shape) }, () => 2 * random() - 1);
  const loss = reduceSum(mul(y!, constant(floats(weights, y!.shape))));
  // What rounds has no gradient, and its differences are those of the steps.
  const differentiable =
    operator.gradient === null ? [] : inputs.filter((tensor) => tensor.dtype === 'float32');
  const gradients = lossGradients(loss, differentiable);

  const program = await compile({ y: y! }, { device });
  if (differentiable.length === 0) {
    await program.run(values);
    await program.dispose();
    return [];
  }
  const derivative = await compile(Object.fromEntries(gradients.map((gradient, i) => [`d${i}`, gradient])), {
    device,
  });
  // The sum is computed here in f64; in f32, rounding would swamp the differences.
  const evaluate = async () => {
    const { y: result } = await program.run(values);
    return (result!.data as Float32Array).reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };
  try {
    const found = await derivative.run(values);
    const errors: GradientError[] = [];
    for (const [d, tensor] of differentiable.entries()) {
      const { data } = values[(tensor.source as { name: string }).name]!;
      const gradient = found[`d${d}`]!.data as Float32Array;
      let [difference, total] = [0, 0];
      for (let i = 0; i < data.length; i++) {
        const original = data[i] as number;
        const at = (offset: number) => {
          data[i] = original + offset;
          return evaluate();
        };
        const h = 0.04;
        const expected =
          (8 * ((await at(h)) - (await at(-h))) - ((await at(2 * h)) - (await at(-2 * h)))) / (12 * h);
        data[i] = original;
        difference += (gradient[i]! - expected) ** 2;
        total += expected ** 2;
      }
      errors.push({ input: inputs.indexOf(tensor), relativeError: Math.sqrt(difference / (total + 1e-12)) });
    }
    return errors;
  } finally {
    await program.dispose();
    await derivative.dispose();
  }
}
