/** @file One step of training a text-to-image model from scratch: text encoder and image U-Net together. */
import type { FloatTensor, IntTensor, Shape } from '../../src/graph/host-tensor.ts';
import { mul, reduceMean, reshape, sub } from '../../src/graph/operators/index.ts';
import { input } from '../../src/graph/tensor.ts';
import { weightsTakenBy } from '../../src/graph/weights.ts';
import type { TextEncoderConfig, UNetConfig } from '../../src/models/configs.ts';
import { textEncoder } from '../../src/models/text-encoder.ts';
import { timestepSinusoids, timestepWidth } from '../../src/models/time-embedding.ts';
import { unet } from '../../src/models/unet.ts';
import type { CompileOptions } from '../../src/runtime/program.ts';
import type { ParameterSet, ParameterShape } from '../../src/training/parameter-set.ts';
import { gradientStep } from './gradient-step.ts';

/** The networks that are trained together. */
export interface ModelConfigs {
  readonly unet: UNetConfig;
  readonly textEncoder: TextEncoderConfig;
}

/** A batch of noisy latents with their captions. */
export interface ModelBatch {
  /** Noisy latents `[b, c, h, w]`. */
  readonly noisy: FloatTensor;
  /** The U-Net's target (velocity, for v-prediction). */
  readonly target: FloatTensor;
  readonly timesteps: readonly number[];
  /** Token ids of the captions `[b, tokens]`. */
  readonly ids: IntTensor;
}

/** A step whose batches are of one kind. Its gradients are those of the last batch. */
export interface TrainingStep<Batch> {
  /** Returns the loss; the gradients are written to `gradients`. */
  run(batch: Batch): Promise<number>;
  readonly gradients: ParameterSet;
  dispose(): Promise<void>;
}

/** Names (`text_encoder:…`, `unet:…`) and shapes of all weights. */
export function modelShapes({ unet: config, textEncoder: text }: ModelConfigs): ParameterShape[] {
  const ofText = weightsTakenBy((w) => textEncoder(w, text, input('ids', [1, 1], 'int64')));
  const side = 2 ** (config.block_out_channels.length - 1);
  const ofUNet = weightsTakenBy((w) =>
    unet(w, config, {
      latents: input('latents', [1, config.in_channels, side, side]),
      sinusoids: input('sinusoids', [1, timestepWidth(config)]),
      context: input('context', [1, 1, config.cross_attention_dim]),
    }),
  );
  return [...underPart('text_encoder', ofText), ...underPart('unet', ofUNet)];
}

/** Weights of one network as parameters of a training, under the name of its part. */
export function underPart(part: string, shapes: ReadonlyMap<string, Shape>): ParameterShape[] {
  return [...shapes].map(([name, shape]) => ({ name: `${part}:${name}`, shape }));
}

/**
 * Compiles the step for latents `[b, c, h, w]` and captions of `tokens` tokens. The loss is the mean squared error.
 */
export async function modelStep(
  configs: ModelConfigs,
  parameters: ParameterSet,
  latentShape: Shape,
  tokens: number,
  options?: CompileOptions,
): Promise<TrainingStep<ModelBatch>> {
  const samples = latentShape[0]!;
  const step = await gradientStep(
    parameters,
    (part) => {
      const context = textEncoder(
        part('text_encoder'),
        configs.textEncoder,
        input('batch:ids', [samples, tokens], 'int64'),
      );
      const prediction = unet(part('unet'), configs.unet, {
        latents: input('batch:noisy', latentShape),
        sinusoids: input('batch:sinusoids', [samples, timestepWidth(configs.unet)]),
        context,
      });
      const error = sub(prediction, input('batch:target', latentShape));
      return reshape(reduceMean(mul(error, error)), []);
    },
    options,
  );
  return {
    gradients: step.gradients,
    run: ({ noisy, target, timesteps, ids }) =>
      step.run({
        'batch:noisy': noisy,
        'batch:target': target,
        'batch:sinusoids': timestepSinusoids(configs.unet, timesteps),
        'batch:ids': ids,
      }),
    dispose: step.dispose,
  };
}
