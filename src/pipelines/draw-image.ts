/** @file Text-to-image: a prompt becomes a picture, with the base model alone. */
import type { NoiseSchedule } from '../diffusion/noise-schedule.ts';
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import type { WorkOptions } from '../events.ts';
import { type FloatTensor, floats, sizeOf } from '../graph/host-tensor.ts';
import { type Picture, type Rounding, unitFloatsToPicture } from '../media/picture.ts';
import type { BaseModel } from '../models/base-model.ts';
import { vaeFactor } from '../models/configs.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { imagePredictor, type NoisePredictor, type PictureSize, pictureDecoder } from '../models/programs.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { denoisePicture } from './denoise.ts';
import { compiled, type Kept, type PromptEncoder, promptEncoder } from './kept-programs.ts';
import { betweenSteps, type SamplingSettings, samplerFor } from './sampling.ts';
import { defaultSteps, withoutUndefined } from './video-settings.ts';

/** What to draw and how. */
export interface DrawSettings extends SamplingSettings {
  readonly prompt: string;
  /** What the picture shall not show. */
  readonly negativePrompt: string;
}

/** A prompt, and settings that differ from the defaults. */
export type DrawRequest = Pick<DrawSettings, 'prompt'> & Partial<DrawSettings> & { readonly seed?: number };

/** Fills in the defaults: DPM-Solver++ with 25 steps, guidance 7.5, no negative prompt. */
export function resolveDrawSettings(given: Omit<DrawRequest, 'seed'>): DrawSettings {
  const sampler = given.sampler ?? 'dpm++';
  const defaults = {
    sampler,
    samplerSteps: defaultSteps[sampler],
    eta: 0,
    guidance: 7.5,
    negativePrompt: '',
  };
  return { ...defaults, ...withoutUndefined(given) };
}

/** What latents are drawn with. */
export interface DrawingTools {
  readonly base: BaseModel;
  readonly schedule: NoiseSchedule;
  readonly size: PictureSize;
  readonly prompts: PromptEncoder;
  /** The image U-Net, compiled for two samples at once with guidance (more than 1), else for one. */
  readonly predictor: Kept<NoisePredictor>;
}

/** Draws a picture's latents `[1, c, h, w]`, scaled as the U-Net sees them. One seed gives the same latents again. */
export async function drawLatents(
  { base, schedule, size, prompts, predictor }: DrawingTools,
  settings: DrawSettings,
  seed: number,
  work: WorkOptions = {},
): Promise<FloatTensor> {
  const { prompt, negativePrompt, guidance } = settings;
  const sampler = samplerFor(schedule, settings, randomStream(seed, 'picture', 'steps'));
  const guided = guidance > 1;
  const context = await prompts.encode(guided ? [negativePrompt, prompt] : [prompt], work);
  const network = await predictor.get(work);
  const steps = sampler.timesteps.length;
  const stage = 'drawing the first frame';
  await betweenSteps(work, stage, 0, steps);
  const shape = latentShape(base, size);
  const noise = randomStream(seed, 'picture', 'noise').normals(sizeOf(shape));
  return denoisePicture({
    predictor: network,
    sampler,
    context,
    guidance,
    noise: floats(noise, shape),
    onStep: (index) => betweenSteps(work, stage, index + 1, steps),
  });
}

/** Shape `[1, c, h, w]` of a picture's latents. */
export function latentShape(base: BaseModel, { width, height }: PictureSize): [1, number, number, number] {
  const factor = vaeFactor(base.vae.config);
  return [1, base.vae.config.latent_channels, height / factor, width / factor];
}

/** The image U-Net of a base model at one size, compiled when first asked for; one for each kind of guidance. */
export function imagePredictors(base: BaseModel, size: PictureSize, device: DeviceName) {
  const [, channels, height, width] = latentShape(base, size);
  const make = (samples: number) =>
    compiled(() =>
      imagePredictor(base.unet, [samples, channels, height, width], base.tokenizer.maxLength, { device }),
    );
  return { guided: make(2), unguided: make(1) };
}

/** A decoded picture `[1, 3, H, W]`, about −1…1, in 8 bits. */
export function decodedPicture({ shape, data }: FloatTensor, rounding: Rounding = 'nearest'): Picture {
  const [, , height, width] = shape as [number, number, number, number];
  const unit = data.map((value) => value / 2 + 0.5);
  return unitFloatsToPicture(unit, { width, height }, { rounding });
}

/**
 * Draws one picture: text-to-image as Stable Diffusion does it. Throws `UsageError` for a size or setting that cannot be,
 * `InterruptedError` when the signal stops it.
 */
export async function drawImage(
  base: BaseModel,
  { seed = 0, ...request }: DrawRequest,
  { device = 'cpu', ...size }: PictureSize & { device?: DeviceName },
  work: WorkOptions = {},
): Promise<Picture> {
  assertPictureSize(base.vae.config, size);
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const predictors = imagePredictors(base, size, device);
  const decoder = compiled(() => pictureDecoder(base.vae, size, { device }));
  try {
    const settings = resolveDrawSettings(request);
    const prompts = promptEncoder(base, device);
    const predictor = settings.guidance > 1 ? predictors.guided : predictors.unguided;
    const latents = await drawLatents({ base, schedule, size, prompts, predictor }, settings, seed, work);
    await predictor.dispose();
    return decodedPicture(await (await decoder.get(work)).decode(latents));
  } finally {
    await Promise.all([predictors.guided, predictors.unguided, decoder].map((program) => program.dispose()));
  }
}
