/** @file The video U-Net, compiled for sampling. */
import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import { chain } from '../graph/chain.ts';
import { chainCost } from '../graph/chain-cost.ts';
import { graphCost } from '../graph/cost.ts';
import { type FloatTensor, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { type Component, withCheckpoint } from '../models/base-model.ts';
import type { UNetConfig } from '../models/configs.ts';
import { assertFinite } from '../models/finite.ts';
import { type NoisePredictor, predictionInputs, type TextStates } from '../models/programs.ts';
import { timestepWidth } from '../models/time-embedding.ts';
import { compileChain } from '../runtime/chain-program.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import { type CompileOptions, compile } from '../runtime/program.ts';
import { chainBytes, programBytes } from '../runtime/program-memory.ts';
import { splitBatch } from '../runtime/split-batch.ts';
import { extraInputs, extraValues, needsSchedule } from './extended/extension.ts';
import { videoWeights } from './motion-parameters.ts';
import { roundedMotion } from './rounded-motion.ts';
import type { TrainedMotion } from './trained-motion.ts';
import type { MotionVariant } from './variant.ts';
import { videoUNet } from './video-unet.ts';

/** A predictor that can also report other outputs of the network. */
export interface VideoPredictor extends NoisePredictor {
  /** The outputs of the variant's extensions (see `Extension`) by name, for the arguments of `predict`. */
  readonly extra: Readonly<Record<string, NoisePredictor['predict']>>;
}

/** Options of `videoPredictor`. */
export interface VideoPredictorOptions extends CompileOptions {
  /** The base's noise schedule, which some extensions need (see `needsSchedule`). */
  readonly schedule?: NoiseSchedule | undefined;
  /** Default `fast`, which equals `balanced` here. With `low`, the videos of a batch run one after the other. */
  readonly memory?: MemoryMode | undefined;
}

/**
 * Compiles the video U-Net for latents `[b, c, f, h, w]` and text states of `tokens` tokens. With b = 1 it takes larger
 * batches, too, one video after the other. The trained parameters are inputs: `motion` is called for them at every run,
 * so that a model can be sampled during training; its variant is read once. With a base in 8 bits, weights that are
 * rounded are read once, too (see `roundedMotion`).
 */
export async function videoPredictor(
  unet: Component<UNetConfig>,
  motion: () => TrainedMotion,
  latentShape: Shape,
  tokens: number,
  options?: VideoPredictorOptions,
): Promise<VideoPredictor> {
  const { run, outputs, dispose } = await videoNetwork(unet, motion, latentShape, tokens, options);
  const others = outputs.filter((name) => name !== 'prediction');
  return {
    predict: async (...given) => (await run(...given)).prediction!,
    extra: Object.fromEntries(
      others.map((name) => [name, async (...given: Parameters<typeof run>) => (await run(...given))[name]!]),
    ),
    dispose,
  };
}

/**
 * What of the video U-Net is computed: all; all, with the deep features as an output `deep`; or, from these as an
 * input, the rest.
 */
export type NetworkPart = 'whole' | 'keeping' | 'rest';

/** The video U-Net or a part of it, compiled. */
export interface VideoNetwork {
  /** The names of its outputs. */
  readonly outputs: readonly string[];
  /** Its outputs for the arguments of `NoisePredictor.predict`, and the deep features, if it takes them. */
  run(
    latents: FloatTensor,
    timesteps: readonly number[],
    context: TextStates,
    deep?: FloatTensor,
  ): Promise<Record<string, FloatTensor>>;
  dispose(): Promise<void>;
}

/** Options of `videoNetwork`. */
export interface VideoNetworkOptions extends VideoPredictorOptions {
  /** Default `whole`. */
  readonly part?: NetworkPart;
  /** The weights that `roundedMotion` gives, if they are known. */
  readonly rounded?: ReadonlyMap<string, Tensor>;
}

/** Compiles the video U-Net or a part of it; see `videoPredictor`. */
export async function videoNetwork(
  { config, weights }: Component<UNetConfig>,
  motion: () => TrainedMotion,
  latentShape: Shape,
  tokens: number,
  { schedule, memory = 'fast', part = 'whole', rounded, ...options }: VideoNetworkOptions = {},
): Promise<VideoNetwork> {
  const { variant, values } = motion();
  if (needsSchedule(variant) && !schedule) {
    throw new RangeError('a motion of this variant needs the noise schedule');
  }
  const shapes = new Map([...values].map(([name, { shape }]) => [name, shape]));
  const { outputs, low } = predictionGraph(
    { config, weights },
    { variant, shapes },
    latentShape,
    tokens,
    memory,
    part,
    rounded ?? (await roundedMotion(weights, values)),
  );
  const isShared = (name: string) => name.startsWith('motion:');
  const compiled = await (low ? compileChain({ outputs }, options) : compile(outputs, options));
  const program = low || latentShape[0] === 1 ? splitBatch(compiled, isShared) : compiled;
  return {
    outputs: Object.keys(outputs),
    async run(latents, timesteps, context, deep) {
      const found = (await program.run({
        ...predictionInputs(config, latents, timesteps, context),
        ...(deep && { deep }),
        ...(schedule && extraValues(variant, schedule, timesteps)),
        ...Object.fromEntries([...motion().values].map(([name, value]) => [`motion:${name}`, value])),
      })) as Record<string, FloatTensor>;
      await assertFinite(found.prediction!, 'the U-Net', weights);
      return found;
    },
    dispose: () => program.dispose(),
  };
}

/** Variant and trained tensors of a motion, without values. */
export interface MotionShapes {
  readonly variant: MotionVariant;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/**
 * Estimates a run of `videoPredictor`, or of a part of the network, in a mode other than `auto`: its floating-point
 * operations, and the memory of the process in bytes, with the motion's values.
 */
export function samplingCost(
  unet: Component<UNetConfig>,
  motion: MotionShapes,
  latentShape: Shape,
  tokens: number,
  memory: MemoryMode,
  part: NetworkPart = 'whole',
): { readonly flops: number; readonly bytes: number } {
  const { outputs, low } = predictionGraph(unet, motion, latentShape, tokens, memory, part);
  const values = [...motion.shapes.values()].reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
  if (low) {
    const cost = chainCost(chain({ outputs }), latentShape[0]);
    return { flops: cost.flops, bytes: chainBytes(cost, values) };
  }
  const cost = graphCost(Object.values(outputs));
  return { flops: cost.flops, bytes: programBytes(cost) + values };
}

/**
 * The outputs of a part of the network as graphs, the prediction and those of extensions; with `low`, for one video.
 * `finished`: see `videoWeights`.
 */
function predictionGraph(
  { config, weights }: Component<UNetConfig>,
  { variant, shapes }: MotionShapes,
  latentShape: Shape,
  tokens: number,
  memory: MemoryMode,
  part: NetworkPart,
  finished?: ReadonlyMap<string, Tensor>,
) {
  const low = memory === 'low';
  const [videos, ...video] = [low ? 1 : latentShape[0]!, ...latentShape.slice(1)];
  const trained = new Map([...shapes].map(([name, shape]) => [name, input(`motion:${name}`, shape)]));
  const [, frames, height, width] = video;
  const ofDeep = [videos!, frames!, config.block_out_channels[0]!, height!, width!];
  const { prediction, extra, deep } = withCheckpoint(weights, () =>
    videoUNet(
      videoWeights(weights, trained, finished),
      config,
      {
        latents: input('latents', [videos, ...video]),
        sinusoids: input('sinusoids', [videos, timestepWidth(config)]),
        context: input('context', [videos, tokens, config.cross_attention_dim]),
        extra: extraInputs(variant, videos!),
        ...(part === 'rest' && { deep: input('deep', ofDeep) }),
      },
      { variant, recompute: low },
    ),
  );
  return { outputs: { prediction, ...extra, ...(part === 'keeping' && { deep }) }, low };
}
