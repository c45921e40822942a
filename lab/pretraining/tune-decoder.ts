/**
 * @file Trains the decoder of an autoencoder further. The encoder, and so the latents, stay unchanged, so that a U-Net
 * can be trained on these latents at the same time. With noise in the latents, the decoder learns to mend what a U-Net
 * gets wrong: latents whose neighbours do not quite fit together become clean outlines (compare arXiv 2507.15856).
 */
import { join } from 'node:path';
import { type RandomStream, randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import { sampleLatents } from '../../src/models/programs.ts';
import { movesOfBatch } from './moved-latents.ts';
import { dividedStep } from './parallel-step.ts';
import { pretrain } from './pretrain.ts';
import {
  batchCodec,
  type PretrainVaeOptions,
  showReconstruction,
  type TrainedVae,
  writeVae,
} from './pretrain-vae.ts';
import { decoderShapes, vaeLossDefaults } from './vae-step.ts';

/** Inputs of the training; those for the whole autoencoder, with required initial weights. */
export type TuneDecoderOptions = Omit<PretrainVaeOptions, 'config' | 'initial'> & {
  readonly vae: TrainedVae;
  /** Largest standard deviation of the noise (see `decoderNoise`); default 0, none. */
  readonly mostNoise?: number | undefined;
};

/**
 * Gaussian noise for latents, with a standard deviation of its own for each sample: `most` times the square of a
 * uniform number, so that most samples have little.
 */
export function decoderNoise(random: RandomStream, shape: Shape, most: number): FloatTensor {
  const noise = new Float32Array(sizeOf(shape));
  const samples = shape[0]!;
  const values = noise.length / samples;
  for (let i = 0; i < samples; i++) {
    const deviation = most * random.uniform() ** 2;
    const sample = random.normals(values).map((value) => deviation * value);
    noise.set(sample, i * values);
  }
  return floats(noise, shape);
}

/**
 * Trains, or resumes, writes `vae/` and returns the autoencoder with the new decoder. Throws as `pretrain`
 * does.
 */
export async function tuneDecoder(options: TuneDecoderOptions): Promise<TrainedVae> {
  const { vae, folder, settings, width, height, source, onEvent, signal } = options;
  const { lossWeights = vaeLossDefaults, moving = false, mostNoise = 0, device = 'cpu', piece } = options;
  const { config } = vae;
  const pictureShape = [settings.batch, 3, height, width];
  const encoder = await batchCodec(vae, pictureShape, { device });
  const withDecoder = (decoder: TrainedVae['weights']): TrainedVae => ({
    config,
    weights: new Map([...vae.weights, ...decoder]),
  });
  try {
    const { views } = await pretrain({
      onEvent,
      signal,
      folder,
      settings,
      identity: {
        decoderOf: config,
        pictureShape,
        lossWeights,
        moving,
        mostNoise,
        source: options.sourceName,
      },
      shapes: decoderShapes(config),
      initial: vae.weights,
      step: (parameters) =>
        dividedStep(
          (samples) => ({ kind: 'decoder', config, pictureShape: [samples, 3, height, width], lossWeights }),
          parameters,
          { batch: settings.batch, piece, device },
        ),
      batchAt: async (index) => {
        const pictures = await source(index, settings.batch);
        const posterior = await encoder.encode(pictures);
        const random = randomStream(settings.seed, 'decoder noise', index);
        return {
          pictures,
          latents: sampleLatents(posterior, random.normals(posterior.mean.data.length), 1),
          noise: decoderNoise(random, posterior.mean.shape, mostNoise),
          moves: moving ? movesOfBatch(settings.seed, index, settings.batch) : undefined,
        };
      },
      look: (weights, step) => showReconstruction(withDecoder(weights.views), options, step),
    });
    const tuned = withDecoder(views);
    await writeVae(join(folder, 'vae'), tuned);
    return tuned;
  } finally {
    await encoder.dispose();
  }
}
