/** @file A loss and the gradients of everything that is trained, as one compiled graph. */
import { lossGradients } from '../../src/graph/differentiate.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { Weights } from '../../src/graph/weights.ts';
import { type CompileOptions, compile, type Values } from '../../src/runtime/program.ts';
import type { ParameterSet } from '../../src/training/parameter-set.ts';

/** A compiled step. */
export interface GradientStep {
  /** Returns the loss of a batch (the graph's inputs by name); the gradients are written to `gradients`. */
  run(batch: Values): Promise<number>;
  readonly gradients: ParameterSet;
  dispose(): Promise<void>;
}

/** Weights whose names begin with `part:` among the trained ones. */
export type PartWeights = (part: string) => Weights;

/**
 * Compiles the gradient of a loss with respect to all of `parameters`, which are inputs of the graph, read
 * at every run. `loss` builds the graph; several networks can be trained at once, each under the name of its
 * part.
 */
export async function gradientStep(
  parameters: ParameterSet,
  loss: (part: PartWeights) => Tensor,
  options?: CompileOptions,
): Promise<GradientStep> {
  const trained = parameters.inputs();
  const value = loss((part) => new Weights((name) => trained.get(`${part}:${name}`)));
  const gradients = lossGradients(value, [...trained.values()]);
  const result = parameters.zeros();
  const names = [...trained.keys()];
  const outputs = Object.fromEntries(names.map((name, i) => [`gradient:${name}`, gradients[i]!]));
  const into = Object.fromEntries([...result.views].map(([name, view]) => [`gradient:${name}`, view]));
  const program = await compile({ loss: value, ...outputs }, options);
  const values = parameters.values();
  return {
    gradients: result,
    async run(batch) {
      const found = await program.run({ ...values, ...batch }, into);
      return found.loss!.data[0] as number;
    },
    dispose: () => program.dispose(),
  };
}
