/** @file Estimated cost of training. */

import { chain } from '../graph/chain.ts';
import { chainCost } from '../graph/chain-cost.ts';
import { graphCost } from '../graph/cost.ts';
import { type Shape, sizeOf } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import type { Component } from '../models/base-model.ts';
import type { UNetConfig } from '../models/configs.ts';
import { motionParameters } from '../motion/motion-parameters.ts';
import { type MotionStepOptions, motionStepChain, motionStepGraph } from './motion-step.ts';

/** Cost of one training step. */
export interface TrainingCost {
  /** Floating-point operations for loss and gradients. */
  readonly flops: number;
  /** Peak memory in bytes: weights, parameters with gradients and moments, and the values alive at once in a step. */
  readonly bytes: number;
  /** Number of trained values. */
  readonly parameters: number;
}

/** Memory of Node and ONNX Runtime before any graph, measured. */
const engineBytes = 250 * 2 ** 20;

/**
 * Estimates a step for latents `[b, c, f, h, w]` and `tokens` text tokens from the shapes of the graph; `rank` as in
 * the training's settings.
 */
export function trainingCost(
  unet: Component<UNetConfig>,
  latentShape: Shape,
  tokens: number,
  { rank, ...options }: MotionStepOptions & { readonly rank?: number },
): TrainingCost {
  const shapes = motionParameters(unet.weights.shapes, options.variant, rank);
  const trained = new Map(shapes.map(({ name, shape }) => [name, input(name, shape)]));
  const parameters = shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  // Held in addition to the values of a step: the parameters and their two moments (their gradients are outputs of the
  // graph), and the engine.
  const beside = 3 * 4 * parameters + engineBytes;
  if (options.memory === 'low') {
    const calls = chain(motionStepChain(unet, trained, latentShape, tokens, options));
    const { flops, peakBytes } = chainCost(calls);
    return { flops, bytes: peakBytes + beside, parameters };
  }
  const { loss, gradients } = motionStepGraph(unet, trained, latentShape, tokens, options);
  const cost = graphCost([loss, ...gradients]);
  // The frozen weights, mapped, packed for the forward pass, and packed again for the backward pass.
  const weights = 3 * cost.weightBytes;
  return { flops: cost.flops, bytes: Math.round(1.1 * cost.peakBytes) + weights + beside, parameters };
}
