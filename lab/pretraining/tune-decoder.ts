/**
 * @file Trains the decoder of an autoencoder further. The encoder, and so the latents, stay unchanged, so that a U-Net
 * can be trained on these latents at the same time.
 */
import { join } from 'node:path';
import { randomStream } from '../../src/diffusion/random.ts';
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
};

/**
 * Trains, or resumes, writes `vae/` and returns the autoencoder with the new decoder. Throws as `pretrain`
 * does.
 */
export async function tuneDecoder(options: TuneDecoderOptions): Promise<TrainedVae> {
  const { vae, folder, settings, width, height, source, onEvent, signal } = options;
  const { lossWeights = vaeLossDefaults, moving = false, device = 'cpu', piece } = options;
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
      identity: { decoderOf: config, pictureShape, lossWeights, moving, source: options.sourceName },
      shapes: decoderShapes(config),
      initial: vae.weights,
      optimiser: 'muon',
      step: (parameters) =>
        dividedStep(
          (samples) => ({ kind: 'decoder', config, pictureShape: [samples, 3, height, width], lossWeights }),
          parameters,
          { batch: settings.batch, piece, device },
        ),
      batchAt: async (index) => {
        const pictures = await source(index, settings.batch);
        const posterior = await encoder.encode(pictures);
        const noise = randomStream(settings.seed, 'decoder noise', index);
        return {
          pictures,
          latents: sampleLatents(posterior, noise.normals(posterior.mean.data.length), 1),
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
