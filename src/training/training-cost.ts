/** @file Estimated cost of training. */

import { chain } from '../graph/chain.ts';
import { chainCost } from '../graph/chain-cost.ts';
import { graphCost } from '../graph/cost.ts';
import { type Shape, sizeOf } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import type { Component } from '../models/base-model.ts';
import type { UNetConfig } from '../models/configs.ts';
import { motionParameters } from '../motion/motion-parameters.ts';
import { chainBytes, programBytes } from '../runtime/program-memory.ts';
import { type MotionStepOptions, motionStepChain, motionStepGraph } from './motion-step.ts';
import { momentBytes } from './optimiser.ts';
import type { TrainingSettings } from './training-settings.ts';

/** Cost of one training step. */
export interface TrainingCost {
  /** Floating-point operations for loss and gradients. */
  readonly flops: number;
  /** Peak memory in bytes: weights, parameters with gradients and moments, and the values alive at once in a step. */
  readonly bytes: number;
  /** Number of trained values. */
  readonly parameters: number;
}

/** Settings on which the memory of a training depends. */
type TrainedWith = {
  readonly [Name in 'rank' | 'optimizer' | 'accumulation' | 'averageDecay']?:
    | TrainingSettings[Name]
    | undefined;
};

/**
 * Estimates a step for latents `[b, c, f, h, w]` and `tokens` text tokens from the shapes of the graph; the other
 * options as in the training's settings.
 */
export function trainingCost(
  unet: Component<UNetConfig>,
  latentShape: Shape,
  tokens: number,
  {
    rank,
    optimizer = 'adamw',
    accumulation = 1,
    averageDecay = 0,
    ...options
  }: MotionStepOptions & TrainedWith,
): TrainingCost {
  const shapes = motionParameters(unet.weights.shapes, options.variant, rank);
  const trained = new Map(shapes.map(({ name, shape }) => [name, input(name, shape)]));
  const parameters = shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const values = 4 * parameters;
  // Moments, the sum of accumulated gradients, and the average of the parameters.
  const sets = Number(accumulation > 1) + Number(averageDecay > 0);
  const kept = momentBytes(optimizer, shapes) + sets * values;
  if (options.memory === 'low') {
    const calls = chain(motionStepChain(unet, trained, latentShape, tokens, options));
    const cost = chainCost(calls);
    // The parameters; their gradients are values of the chain.
    return { flops: cost.flops, bytes: chainBytes(cost, values + kept), parameters };
  }
  const { loss, gradients } = motionStepGraph(unet, trained, latentShape, tokens, options);
  const cost = graphCost([loss, ...gradients]);
  const kind = options.memory === 'balanced' ? 'recomputing' : 'keeping';
  // The parameters, their gradients, and the copies in which the engine returns these.
  return { flops: cost.flops, bytes: programBytes(cost, kind) + 3 * values + kept, parameters };
}
