/** @file Trains an autoencoder from scratch, and encodes pictures with it in batches. */
import { join } from 'node:path';
import { writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { isFile } from '../../src/checkpoints/exists.ts';
import { readJsonFile } from '../../src/checkpoints/json-file.ts';
import { writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { openWeightFile } from '../../src/checkpoints/weight-file.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { notice, type WorkOptions } from '../../src/events.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import { Weights } from '../../src/graph/weights.ts';
import { contactSheet } from '../../src/media/contact-sheet.ts';
import { type Picture, signedFloatsToPicture } from '../../src/media/picture.ts';
import { writePng } from '../../src/media/picture-file.ts';
import { type VaeConfig, vaeConfigSchema } from '../../src/models/configs.ts';
import { sampleLatents } from '../../src/models/programs.ts';
import { decode, encode } from '../../src/models/vae.ts';
import type { DeviceName } from '../../src/runtime/devices.ts';
import { type CompileOptions, compile } from '../../src/runtime/program.ts';
import { movesOfBatch } from './moved-latents.ts';
import { channelStatistics, normalisedLatents } from './normalise-latents.ts';
import { dividedStep } from './parallel-step.ts';
import { pretrain } from './pretrain.ts';
import type { PretrainSettings } from './pretraining-settings.ts';
import { type VaeLossWeights, vaeLatentShape, vaeLossDefaults, vaeShapes } from './vae-step.ts';

/** Inputs of the training. */
export interface PretrainVaeOptions extends WorkOptions {
  /** Folder for `vae/` (as in a diffusers folder), `samples/`, `metrics.jsonl` and `checkpoints/`. */
  readonly folder: string;
  readonly settings: PretrainSettings;
  /** Its `scaling_factor` becomes 1, since the weights give latents of unit deviation. */
  readonly config: VaeConfig;
  readonly width: number;
  readonly height: number;
  /** Batch `index` of `count` pictures `[count, 3, height, width]` in −1…1: a function of the index alone. */
  readonly source: (index: number, count: number) => FloatTensor | Promise<FloatTensor>;
  /** Names the data, so that a checkpoint of other data is refused. */
  readonly sourceName: string;
  readonly lossWeights?: VaeLossWeights;
  /**
   * Transform the latents of most pictures before they are decoded (see `movedBatch`), so that transformed latents are
   * those of transformed pictures.
   */
  readonly moving?: boolean;
  readonly device?: DeviceName;
  /** Samples of a piece of a batch, which threads compute side by side (see `dividedStep`); default: no pieces. */
  readonly piece?: number | undefined;
  /** Number of pictures for the latents' statistics; default 512. */
  readonly measuredPictures?: number;
  /** Weights (`vae:…`) to begin with; default random. */
  readonly initial?: ReadonlyMap<string, FloatTensor> | undefined;
}

/** A trained autoencoder: weights as `vae:…`, and settings with the scaling factor that was measured. */
export interface TrainedVae {
  readonly config: VaeConfig;
  readonly weights: ReadonlyMap<string, FloatTensor>;
}

/** Batches for sheets and measurements have negative indices, which training never uses. */
const [lookBatch, measureBatch] = [-1, -2];

/** Trains, or resumes. Sheets show pictures above their reconstructions; a notice reports the mean PSNR. */
export async function pretrainVae(options: PretrainVaeOptions): Promise<TrainedVae> {
  const { folder, settings, config, width, height, source, onEvent, signal } = options;
  const { lossWeights = vaeLossDefaults, moving = false, device = 'cpu', piece } = options;
  const pictureShape = [settings.batch, 3, height, width];
  const latentShape = vaeLatentShape(config, pictureShape);
  const weights = await pretrain({
    onEvent,
    signal,
    folder,
    settings,
    identity: { config, pictureShape, lossWeights, moving, source: options.sourceName },
    shapes: vaeShapes(config),
    initial: options.initial,
    step: (parameters) =>
      dividedStep(
        (samples) => ({
          kind: 'autoencoder',
          config,
          pictureShape: [samples, 3, height, width],
          lossWeights,
        }),
        parameters,
        { batch: settings.batch, piece, device },
      ),
    batchAt: async (index) => ({
      pictures: await source(index, settings.batch),
      noise: floats(
        randomStream(settings.seed, 'vae noise', index).normals(sizeOf(latentShape)),
        latentShape,
      ),
      moves: moving ? movesOfBatch(settings.seed, index, settings.batch) : undefined,
    }),
    look: ({ views }, step) => showReconstruction({ config, weights: views }, options, step),
  });
  const trained = await normalised({ config, weights: weights.views }, options, pictureShape);
  await writeVae(join(folder, 'vae'), trained);
  return trained;
}

/** Writes a sheet of pictures above their reconstructions, and reports their PSNR. */
export async function showReconstruction(
  vae: TrainedVae,
  options: Omit<PretrainVaeOptions, 'config'>,
  step: number,
): Promise<void> {
  const { folder, settings, width, height, source, device = 'cpu', onEvent } = options;
  const codec = await batchCodec(vae, [settings.batch, 3, height, width], { device });
  const pictures = await source(lookBatch, settings.batch);
  const { mean } = await codec.encode(pictures);
  const back = await codec.decode(mean);
  await codec.dispose();
  const file = join(folder, 'samples', `step-${String(step).padStart(6, '0')}.png`);
  const shown = Math.min(8, settings.batch);
  await writePng(file, contactSheet([picturesOf(pictures, shown), picturesOf(back, shown)]));
  onEvent?.({ type: 'written', path: file });
  const message = `step ${step}: pictures come back with ${psnr(pictures, back).toFixed(2)} dB`;
  onEvent?.(notice(message));
}

/**
 * The autoencoder with latents of unit deviation in every channel, as measured on pictures that it was not trained on.
 */
async function normalised(
  vae: TrainedVae,
  { settings, source, device = 'cpu', measuredPictures = 512 }: PretrainVaeOptions,
  pictureShape: Shape,
): Promise<TrainedVae> {
  const codec = await batchCodec(vae, pictureShape, { device });
  const latents: FloatTensor[] = [];
  for (let i = 0; i * settings.batch < measuredPictures; i++) {
    const posterior = await codec.encode(await source(measureBatch - i, settings.batch));
    const noise = randomStream(settings.seed, 'vae statistics', i).normals(posterior.mean.data.length);
    latents.push(sampleLatents(posterior, noise, 1));
  }
  await codec.dispose();
  return {
    config: { ...vae.config, scaling_factor: 1 },
    weights: normalisedLatents(vae.weights, channelStatistics(latents)),
  };
}

/** Mean and deviation of pictures' latents `[b, c, h, w]`, not scaled. */
export interface Posterior {
  readonly mean: FloatTensor;
  readonly deviation: FloatTensor;
}

/** Encodes and decodes whole batches. */
export interface BatchCodec {
  /** Pictures `[b, 3, H, W]` → their latents. */
  encode(pictures: FloatTensor): Promise<Posterior>;
  /** Latents, not scaled, → pictures. */
  decode(latents: FloatTensor): Promise<FloatTensor>;
  dispose(): Promise<void>;
}

/** Compiles an autoencoder for pictures `[b, 3, H, W]`; the weights are read at every run. */
export async function batchCodec(
  vae: TrainedVae,
  pictureShape: Shape,
  options: Pick<CompileOptions, 'device'> = {},
): Promise<BatchCodec> {
  const { config, weights } = vae;
  const given = new Map([...weights].map(([name, { shape }]) => [name, input(name, shape)]));
  const w = new Weights((name) => given.get(`vae:${name}`));
  const values = Object.fromEntries(weights);
  const { mean, logVariance } = encode(w, config, input('pictures', pictureShape));
  const encoder = await compile({ mean, logVariance }, options);
  const latents = input('latents', vaeLatentShape(config, pictureShape));
  const decoder = await compile({ pictures: decode(w, config, latents) }, options);
  return {
    async encode(pictures) {
      const found = (await encoder.run({ ...values, pictures })) as Record<
        'mean' | 'logVariance',
        FloatTensor
      >;
      const deviation = found.logVariance.data.map((value) => Math.exp(0.5 * value));
      return { mean: found.mean, deviation: floats(deviation, found.mean.shape) };
    },
    async decode(latents) {
      return (await decoder.run({ ...values, latents })).pictures as FloatTensor;
    },
    async dispose() {
      await encoder.dispose();
      await decoder.dispose();
    },
  };
}

/** Latents of a batch for training the U-Net: a sample of their posterior, determined by `noise`, scaled. */
export async function encodeBatch(
  codec: BatchCodec,
  { config }: TrainedVae,
  pictures: FloatTensor,
  noise: { normals(count: number): Float32Array },
): Promise<FloatTensor> {
  const posterior = await codec.encode(pictures);
  return sampleLatents(posterior, noise.normals(posterior.mean.data.length), config.scaling_factor);
}

/** Name of the weights' file in a `vae` folder, which is written last. */
const weightsName = 'diffusion_pytorch_model.safetensors';

/** Writes `config.json` and the weights of a `vae` folder in the diffusers format. */
export async function writeVae(folder: string, { config, weights }: TrainedVae): Promise<void> {
  await writeJsonAtomically(join(folder, 'config.json'), { _class_name: 'AutoencoderKL', ...config });
  const tensors = [...weights].map(([name, value]) => [name.replace(/^vae:/, ''), value] as const);
  await writeSafetensors(join(folder, weightsName), tensors, { format: 'pt' });
}

/** Reads a `vae` folder. Throws `CheckpointError` when it is missing or damaged. */
export async function readVae(folder: string): Promise<TrainedVae> {
  const config = await readJsonFile(join(folder, 'config.json'), vaeConfigSchema, 'the settings of a VAE');
  const { file } = await openWeightFile(join(folder, weightsName));
  const weights = [...(await file.readAll())].map(
    ([name, value]) => [`vae:${name}`, value as FloatTensor] as const,
  );
  return { config, weights: new Map(weights) };
}

/** The autoencoder of a `vae` folder, made and written there unless it is there. */
export async function keptVae(folder: string, make: () => Promise<TrainedVae>): Promise<TrainedVae> {
  if (await isFile(join(folder, weightsName))) return readVae(folder);
  const made = await make();
  await writeVae(folder, made);
  return made;
}

function picturesOf({ data, shape }: FloatTensor, count: number): Picture[] {
  const [, channels, height, width] = shape as [number, number, number, number];
  const size = channels * height * width;
  return Array.from({ length: count }, (_, i) =>
    signedFloatsToPicture(data.subarray(i * size, (i + 1) * size), { width, height }),
  );
}

/** Peak signal-to-noise ratio in decibels of values in −1…1. */
function psnr(a: FloatTensor, b: FloatTensor): number {
  const error = a.data.reduce((sum, value, i) => sum + (value - b.data[i]!) ** 2, 0) / a.data.length;
  return 10 * Math.log10(4 / error);
}
