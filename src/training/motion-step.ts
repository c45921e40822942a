/** @file One training step as a compiled graph: loss and gradients in a single run. */
import { gradients } from '../graph/differentiate.ts';
import type { FloatTensor, Shape } from '../graph/host-tensor.ts';
import { floats } from '../graph/host-tensor.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { type Component, withCheckpoint } from '../models/base-model.ts';
import type { UNetConfig } from '../models/configs.ts';
import { blameWeights } from '../models/finite.ts';
import { timestepSinusoids, timestepWidth } from '../models/time-embedding.ts';
import { mixingNumbers } from '../motion/extended/copied.ts';
import { videoWeights } from '../motion/motion-parameters.ts';
import type { MotionVariant } from '../motion/variant.ts';
import { type CompileOptions, compile } from '../runtime/program.ts';
import { motionLoss } from './loss.ts';
import type { ParameterSet } from './parameter-set.ts';

/** A batch of a step; see `LossInputs`. */
export interface MotionBatch {
  readonly noisy: FloatTensor;
  readonly target: FloatTensor;
  readonly timesteps: readonly number[];
  readonly context: FloatTensor;
  /** For copying variants, see `copyMixing`. */
  readonly mixing?: FloatTensor | undefined;
  /** Weight of each video's loss; default 1. */
  readonly weight?: Float32Array;
}

/** Computes losses and gradients. */
export interface MotionStep {
  /** Returns the loss and writes the gradients to `gradients`. */
  run(batch: MotionBatch): Promise<number>;
  readonly gradients: ParameterSet;
  dispose(): Promise<void>;
}

/** Options for building the step. */
export interface MotionStepOptions {
  /** Recompute inner values in the backward pass instead of keeping them. */
  readonly recompute?: boolean;
  /** Variant to train. */
  readonly variant: MotionVariant;
}

/** Loss and gradients (in the order of `trained`) of a training step, as a graph. */
export function motionStepGraph(
  { config, weights }: Component<UNetConfig>,
  trained: ReadonlyMap<string, Tensor>,
  latentShape: Shape,
  tokens: number,
  options: MotionStepOptions,
): { readonly loss: Tensor; readonly slopes: readonly Tensor[] } {
  const [videos] = latentShape as [number];
  const loss = withCheckpoint(weights, () =>
    motionLoss(
      videoWeights(weights.find, trained),
      config,
      {
        noisy: input('batch:noisy', latentShape),
        target: input('batch:target', latentShape),
        sinusoids: input('batch:sinusoids', [videos, timestepWidth(config)]),
        context: input('batch:context', [videos, tokens, config.cross_attention_dim]),
        mixing: options.variant.copy ? input('batch:mixing', [videos, mixingNumbers]) : undefined,
        weight: input('batch:weight', [videos]),
      },
      options,
    ),
  );
  return { loss, slopes: gradients(loss, [...trained.values()]) };
}

/** Compiles the training step for latents `[b, c, f, h, w]` and `tokens` text tokens. */
export async function motionStep(
  unet: Component<UNetConfig>,
  parameters: ParameterSet,
  latentShape: Shape,
  tokens: number,
  { recompute = false, variant, ...options }: CompileOptions & MotionStepOptions,
): Promise<MotionStep> {
  const { config } = unet;
  const [videos] = latentShape as [number];
  const trained = parameters.inputs();
  const { loss, slopes } = motionStepGraph(unet, trained, latentShape, tokens, { recompute, variant });
  const names = [...trained.keys()];
  const outputs = Object.fromEntries(names.map((name, i) => [`gradient:${name}`, slopes[i]!]));
  const program = await compile({ loss, ...outputs }, options);
  const result = parameters.zeros();
  const into = Object.fromEntries([...result.views].map(([name, view]) => [`gradient:${name}`, view]));
  return {
    gradients: result,
    async run({ noisy, target, timesteps, context, mixing, weight = new Float32Array(videos).fill(1) }) {
      const found = await program.run(
        {
          ...parameters.values(),
          'batch:noisy': noisy,
          'batch:target': target,
          'batch:sinusoids': timestepSinusoids(config, timesteps),
          'batch:context': context,
          ...(mixing && { 'batch:mixing': mixing }),
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
