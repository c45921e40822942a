/** @file Text-to-image and image-to-image with the base model alone. */

import type { NoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import { assertStrength, redrawStart, redrawSteps } from '../../diffusion/sdedit.ts';
import type { Stage, WorkOptions } from '../../events.ts';
import { type FloatTensor, floats, sizeOf } from '../../graph/host-tensor.ts';
import { type Picture, type Rounding, unitFloatsToPicture } from '../../media/picture.ts';
import type { Size } from '../../media/size.ts';
import { type BaseModel, baseIdentity } from '../../models/base-model.ts';
import { vaeFactor } from '../../models/configs.ts';
import { assertPictureSize } from '../../models/picture-size.ts';
import {
  imagePredictor,
  type NoisePredictor,
  pictureDecoder,
  pictureEncoder,
} from '../../models/programs.ts';
import { pictureCost } from '../../models/sampling-cost.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import { runningDefaults, runningSettings } from '../../runtime/running-settings.ts';
import { smallNetworkMemory } from '../../runtime/sample-memory.ts';
import { softwareVersions } from '../../runtime/software-versions.ts';
import { defaultsOf, withDefaults } from '../../settings.ts';
import { pictureFingerprint } from '../video/encode-first-frame.ts';
import { denoisePicture } from './denoise.ts';
import { compiled, type Kept, type PromptEncoder, promptEncoder } from './kept-programs.ts';
import { forGuidance, type Predictors } from './predictors.ts';
import { predictedLatents, previewsFor } from './previews.ts';
import { type Redrawing, redrawingOf, redrawSettings } from './redrawing.ts';
import {
  betweenSteps,
  guidanceLimits,
  layered,
  pictureSampling,
  recommendedSampling,
  type SamplingSettings,
  samplerFor,
} from './sampling-settings.ts';
import type { StoredPicture } from './stored-picture.ts';

/** Settings of a picture. */
export interface DrawSettings extends SamplingSettings {
  readonly prompt: string;
  /** What the picture should not show. */
  readonly negativePrompt: string;
}

/** A request for one picture: a prompt, and settings that differ from the defaults. */
export interface DrawRequest extends Partial<DrawSettings> {
  readonly prompt: string;
  readonly seed?: number;
  /** A picture to redraw according to the prompt (SDEdit), cropped to the size of the new one. */
  readonly from?: Picture;
  /** How far that picture is redrawn; see `redrawSettings`. */
  readonly strength?: number;
}

/** Default settings, used where the base model recommends nothing else: DPM-Solver++ (25 steps), guidance 7.5. */
const drawDefaults = { ...defaultsOf(pictureSampling), negativePrompt: '' };

/** Resolves settings: those given, else what the base model recommends, else the defaults. */
export function resolveDrawSettings(
  { prompt, ...given }: Omit<DrawRequest, 'seed' | 'from' | 'strength'>,
  ofBase: Partial<SamplingSettings> = {},
): DrawSettings {
  return { prompt, ...layered<Omit<DrawSettings, 'prompt'>>(drawDefaults, ofBase, given) };
}

/** The networks and settings used for sampling latents. */
export interface DrawingTools {
  readonly base: BaseModel;
  readonly schedule: NoiseSchedule;
  readonly size: Size;
  readonly prompts: PromptEncoder;
  /** The image U-Net (see `forGuidance`). */
  readonly predictor: Kept<NoisePredictor>;
}

/**
 * Samples a picture's latents `[1, c, h, w]`, scaled for the U-Net, from noise or from those of `redrawing`. The same
 * seed gives the same latents.
 */
export async function drawLatents(
  { base, schedule, size, prompts, predictor }: DrawingTools,
  settings: DrawSettings,
  seed: number,
  work: WorkOptions = {},
  { stage = 'drawing the first frame', redrawing }: { stage?: Stage; redrawing?: Redrawing | undefined } = {},
): Promise<FloatTensor> {
  const { prompt, negativePrompt, guidance } = settings;
  const sampler = samplerFor(schedule, settings, randomStream(seed, 'picture', 'steps'));
  const guided = guidance > 1;
  const shape = latentShape(base, size);
  const noise = randomStream(seed, 'picture', 'noise').normals(sizeOf(shape));
  const start = redrawing
    ? redrawStart(schedule, sampler.timesteps, redrawing.latents, noise, redrawing.strength)
    : { step: 0, latents: floats(noise, shape) };
  const steps = sampler.timesteps.length - start.step;
  if (steps === 0) return start.latents;
  const context = await prompts.encode(guided ? [negativePrompt, prompt] : [prompt], work);
  const previews = await previewsFor(base, work);
  const network = await predictor.get(work);
  await betweenSteps(work, stage, 0, steps);
  return denoisePicture({
    predictor: network,
    sampler,
    context,
    guidance,
    limits: guidanceLimits(settings),
    noise: start.latents,
    firstStep: start.step,
    onStep: (index, _, taken) => {
      const done = index + 1 - start.step;
      previews?.show({ stage, done, total: steps }, () => predictedLatents(schedule, taken));
      return betweenSteps(work, stage, done, steps);
    },
  });
}

/** The shape `[1, c, h, w]` of a picture's latents. */
export function latentShape(base: BaseModel, { width, height }: Size): [1, number, number, number] {
  const factor = vaeFactor(base.vae.config);
  return [1, base.vae.config.latent_channels, height / factor, width / factor];
}

/**
 * The image U-Net of a base model at one size, compiled on first use, with one program for guidance and one without.
 */
export function imagePredictors(
  base: BaseModel,
  size: Size,
  device: DeviceName,
  memory: MemoryChoice = runningDefaults.memory,
): Predictors {
  const [, channels, height, width] = latentShape(base, size);
  const make = (samples: number) =>
    compiled(() =>
      imagePredictor(base.unet, [samples, channels, height, width], base.tokenizer.maxLength, {
        device,
        picture: size,
        memory: smallNetworkMemory(
          memory,
          device,
          () => pictureCost(base.unet, [samples, channels, height, width], base.tokenizer.maxLength).bytes,
        ),
      }),
    );
  return { guided: make(2), unguided: make(1) };
}

/** Converts a decoded picture `[1, 3, H, W]`, values about −1…1, to 8 bits. */
export function decodedPicture({ shape, data }: FloatTensor, rounding: Rounding = 'nearest'): Picture {
  const [, , height, width] = shape as [number, number, number, number];
  const unit = data.map((value) => value / 2 + 0.5);
  return unitFloatsToPicture(unit, { width, height }, { rounding });
}

/** Settings of a request that the base cannot recommend. */
const requestSettings = { seed: runningSettings.seed, ...redrawSettings };

/** A picture, and everything needed to reproduce it. */
export interface DrawnPicture {
  readonly picture: Picture;
  readonly settings: StoredPicture;
}

/**
 * Draws a picture for each request: text-to-image as in Stable Diffusion, or image-to-image (SDEdit). Omitted settings
 * are those that the base recommends, else those of `drawDefaults`. The networks are compiled once. Before anything is
 * computed, throws `UsageError` for an invalid size or setting, or `CheckpointError` if it is the base that recommends
 * it; later, `InterruptedError` when stopped by the signal.
 */
export async function* drawPictures(
  base: BaseModel,
  requests: readonly DrawRequest[],
  {
    device = runningDefaults.device,
    memory = runningDefaults.memory,
    width,
    height,
    stage = 'drawing',
  }: Size & { device?: DeviceName; memory?: MemoryChoice | undefined; stage?: Stage },
  work: WorkOptions = {},
): AsyncGenerator<DrawnPicture, void, undefined> {
  const size = { width, height };
  assertPictureSize(base.vae.config, size);
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const ofBase = recommendedSampling(base.settings);
  const planned = requests.map(({ from, ...request }) => {
    const { seed, strength, ...asked } = withDefaults(requestSettings, request);
    const settings = resolveDrawSettings(asked, ofBase);
    samplerFor(schedule, settings, randomStream(seed));
    assertStrength(strength);
    return { seed, settings, from, strength };
  });
  const made = { width, height, device, base: await baseIdentity(base), versions: softwareVersions() };
  const prompts = promptEncoder(base, device, memory);
  const predictors = imagePredictors(base, size, device, memory);
  const encoder = compiled(() => pictureEncoder(base.vae, size, { device, memory }));
  const decoder = compiled(() => pictureDecoder(base.vae, size, { device, memory }));
  const freePredictors = () => Promise.all([predictors.guided.dispose(), predictors.unguided.dispose()]);
  try {
    for (const [i, { seed, settings, from, strength }] of planned.entries()) {
      const predictor = forGuidance(predictors, settings);
      const tools = { base, schedule, size, prompts, predictor };
      // Large networks need not be in memory at the same time, unless they are used again.
      const alone = memory === 'low' || i === planned.length - 1;
      const redrawing = from && (await redrawingOf({ base, size, encoder }, from, strength, work));
      if (alone) await encoder.dispose();
      const latents = await drawLatents(tools, settings, seed, work, { stage, redrawing });
      if (alone) await freePredictors();
      const picture = decodedPicture(await (await decoder.get(work)).decode(latents));
      if (alone) await decoder.dispose();
      const stepsTaken = redrawSteps(settings.samplerSteps, strength);
      const redrawn = from && { redrawn: { ...pictureFingerprint(from), strength, stepsTaken } };
      yield { picture, settings: { ...settings, seed, ...redrawn, ...made } };
    }
  } finally {
    await Promise.all([encoder.dispose(), freePredictors(), decoder.dispose()]);
  }
}

/** Draws one picture; see `drawPictures`. */
export async function drawPicture(
  base: BaseModel,
  request: DrawRequest,
  size: Size & { device?: DeviceName },
  work: WorkOptions = {},
): Promise<Picture> {
  let drawn: Picture | undefined;
  for await (const { picture } of drawPictures(base, [request], size, work)) drawn = picture;
  return drawn!;
}
