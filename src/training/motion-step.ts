/** @file One training step as a compiled graph: loss and gradients in a single run. */

import type { ChainRequest } from '../graph/chain.ts';
import { lossGradients } from '../graph/differentiate.ts';
import type { Shape } from '../graph/host-tensor.ts';
import { floats } from '../graph/host-tensor.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { type Component, withCheckpoint } from '../models/base-model.ts';
import type { UNetConfig } from '../models/configs.ts';
import { blameWeights } from '../models/finite.ts';
import { timestepSinusoids, timestepWidth } from '../models/time-embedding.ts';
import { extraInputs } from '../motion/extended/extension.ts';
import { videoWeights } from '../motion/motion-parameters.ts';
import type { MotionVariant } from '../motion/variant.ts';
import { compileChain } from '../runtime/chain-program.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import { type CompileOptions, compile } from '../runtime/program.ts';
import type { MotionBatch } from './data/motion-batches.ts';
import { motionLoss } from './loss.ts';
import type { ParameterSet } from './parameter-set.ts';

/** Computes losses and gradients. */
export interface MotionStep {
  /** Returns the loss and writes the gradients to `gradients`. */
  run(batch: MotionBatch): Promise<number>;
  readonly gradients: ParameterSet;
  dispose(): Promise<void>;
}

/** Options for building the step. */
export interface MotionStepOptions {
  /** Default `fast`. */
  readonly memory?: MemoryMode;
  /** Variant to train. */
  readonly variant: MotionVariant;
}

/** The loss of a training step, as a graph of the trained tensors and the batch. */
function motionStepLoss(
  { config, weights }: Component<UNetConfig>,
  trained: ReadonlyMap<string, Tensor>,
  latentShape: Shape,
  tokens: number,
  { memory = 'fast', variant }: MotionStepOptions,
): Tensor {
  const [videos] = latentShape as [number];
  return withCheckpoint(weights, () =>
    motionLoss(
      videoWeights(weights, trained),
      config,
      {
        noisy: input('batch:noisy', latentShape),
        target: input('batch:target', latentShape),
        sinusoids: input('batch:sinusoids', [videos, timestepWidth(config)]),
        context: input('batch:context', [videos, tokens, config.cross_attention_dim]),
        extra: extraInputs(variant, videos, 'batch:'),
        weight: input('batch:weight', [videos]),
      },
      { variant, recompute: memory !== 'fast' },
    ),
  );
}

/** Loss and gradients (in the order of `trained`) of a training step, as one graph. */
export function motionStepGraph(
  unet: Component<UNetConfig>,
  trained: ReadonlyMap<string, Tensor>,
  latentShape: Shape,
  tokens: number,
  options: MotionStepOptions,
): { readonly loss: Tensor; readonly gradients: readonly Tensor[] } {
  const loss = motionStepLoss(unet, trained, latentShape, tokens, options);
  return { loss, gradients: lossGradients(loss, [...trained.values()]) };
}

/** Loss and gradients of a training step, as a chain; the gradients under `gradient:` and the parameter's name. */
export function motionStepChain(
  unet: Component<UNetConfig>,
  trained: ReadonlyMap<string, Tensor>,
  latentShape: Shape,
  tokens: number,
  { variant }: Pick<MotionStepOptions, 'variant'>,
): ChainRequest {
  const loss = motionStepLoss(unet, trained, latentShape, tokens, { variant, memory: 'low' });
  const wrt = Object.fromEntries([...trained].map(([name, tensor]) => [gradientOf(name), tensor]));
  return { outputs: { loss }, gradients: { of: loss, wrt } };
}

/** Outputs of the step as one graph, named as those of the chain. */
function wholeStep(...step: Parameters<typeof motionStepGraph>): Record<string, Tensor> {
  const { loss, gradients } = motionStepGraph(...step);
  const [, trained] = step;
  return {
    loss,
    ...Object.fromEntries([...trained.keys()].map((name, i) => [gradientOf(name), gradients[i]!])),
  };
}

const gradientOf = (name: string) => `gradient:${name}`;

/** Compiles the training step for latents `[b, c, f, h, w]` and `tokens` text tokens. */
export async function motionStep(
  unet: Component<UNetConfig>,
  parameters: ParameterSet,
  latentShape: Shape,
  tokens: number,
  { memory = 'fast', variant, ...options }: CompileOptions & MotionStepOptions,
): Promise<MotionStep> {
  const { config } = unet;
  const [videos] = latentShape as [number];
  const trained = parameters.inputs();
  const program = await (memory === 'low'
    ? compileChain(motionStepChain(unet, trained, latentShape, tokens, { variant }), options)
    : compile(wholeStep(unet, trained, latentShape, tokens, { memory, variant }), options));
  const result = parameters.zeros();
  const into = Object.fromEntries([...result.views].map(([name, view]) => [gradientOf(name), view]));
  return {
    gradients: result,
    async run({ noisy, target, timesteps, context, extra = {}, weight = new Float32Array(videos).fill(1) }) {
      const found = await program.run(
        {
          ...parameters.values(),
          'batch:noisy': noisy,
          'batch:target': target,
          'batch:sinusoids': timestepSinusoids(config, timesteps),
          'batch:context': context,
          ...Object.fromEntries(Object.entries(extra).map(([name, value]) => [`batch:${name}`, value])),
          'batch:weight': floats(weight),
        },
        into,
      );
      const value = found.loss!.data[0] as number;
      // The loop stops at such a loss; only here can the base model be identified as the cause.
      if (!Number.isFinite(value)) await blameWeights(value, 'the U-Net', unet.weights);
      return value;
    },
    dispose: () => program.dispose(),
  };
}
