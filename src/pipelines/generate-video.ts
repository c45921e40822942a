/** @file Generates videos: a first frame, a prompt and a motion become frames (LAMP, Sec. 3.4). */
import { fingerprint } from '../checkpoints/weight-file.ts';
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type FloatTensor, floats, sizeOf } from '../graph/host-tensor.ts';
import { matchHistogram } from '../media/histogram.ts';
import type { Picture } from '../media/picture.ts';
import type { BaseModel } from '../models/base-model.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { frameOf, fromFrames } from '../motion/frames.ts';
import { motionFingerprint } from '../motion/motion-fingerprint.ts';
import type { MotionValues } from '../motion/predictor.ts';
import { shareNoise } from '../motion/shared-noise.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { softwareVersions } from '../versions.ts';
import { alignmentStart, denoiseVideo } from './denoise.ts';
import {
  type DrawSettings,
  decodedPicture,
  drawLatents,
  latentShape,
  resolveDrawSettings,
} from './draw-image.ts';
import { encodeFirstFrame, pictureFingerprint } from './first-frame.ts';
import { promptEncoder } from './kept-programs.ts';
import { betweenSteps, samplerFor } from './sampling.ts';
import { forGuidance, videoNetworks } from './video-networks.ts';
import { resolveVideoSettings, type StoredSettings, type VideoSettings } from './video-settings.ts';

/** What to generate. Settings that are left out have the values of `videoDefaults`. */
export interface VideoRequest extends Partial<VideoSettings> {
  readonly prompt: string;
  /** What the video shall not show. */
  readonly negativePrompt?: string;
  /** Frame 0, of any size; without it the base model draws one. */
  readonly firstFrame?: Picture;
  /** How the base model draws frame 0, where none is given; its prompts are the video's unless told. */
  readonly drawing?: Partial<DrawSettings>;
  /** One seed gives the same video again on the same device; 0 unless told. */
  readonly seed?: number;
}

/** A video, and everything needed to make it again. */
export interface GeneratedVideo {
  readonly frames: Picture[];
  readonly settings: StoredSettings;
}

/** Generates videos of one size and length with one base model and motion. */
export interface VideoGenerator {
  /** Throws the `UsageError` that `generate` would throw for these settings. */
  check(request: VideoRequest): void;
  /**
   * Generates a video. Throws `UsageError` for a setting out of range, `InterruptedError` when the signal stops it,
   * `DeviceError` when the device fails. Not to be called again before it is done.
   */
  generate(request: VideoRequest, work?: WorkOptions): Promise<GeneratedVideo>;
  /** Frees the compiled networks. */
  dispose(): Promise<void>;
}

/** What a generator is made for. */
export interface VideoGeneratorOptions {
  /** Number of frames, the first included; at least 2. May differ from what the motion was trained with. */
  readonly frames: number;
  /** Pixels; both sides must divide by the VAE's factor. */
  readonly width: number;
  readonly height: number;
  /** `cpu` unless told. */
  readonly device?: DeviceName;
  /** What the motion is called; stored with the video. */
  readonly motionName?: string;
}

/**
 * Makes a generator. Networks are compiled when they are first needed, and kept. `motion` is asked for the trained
 * values at every step, so that a model in training can be sampled as it is; they must fit the base (`assertFits`).
 * Throws `UsageError` when the size or the number of frames cannot be.
 */
export async function videoGenerator(
  base: BaseModel,
  motion: () => MotionValues,
  { frames, width, height, device = 'cpu', motionName }: VideoGeneratorOptions,
): Promise<VideoGenerator> {
  const size = { width, height };
  assertPictureSize(base.vae.config, size);
  if (!Number.isInteger(frames) || frames < 2) {
    throw new UsageError(`${frames} frames; a video needs a whole number of at least 2.`);
  }
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const identity = {
    name: base.name,
    unet: base.fingerprint,
    vae: await fingerprint(base.vae.weights.path),
    textEncoder: await fingerprint(base.textEncoder.weights.path),
  };
  const prompts = promptEncoder(base, device);
  const networks = videoNetworks(base, motion, { frames, size, device });
  const { encoder, image, video, decoder } = networks;

  const firstFrameLatents = async (
    { firstFrame }: VideoRequest,
    settings: VideoSettings,
    drawing: DrawSettings,
    seed: number,
    work: WorkOptions,
  ): Promise<FloatTensor> => {
    if (firstFrame) {
      await networks.keepOnly(encoder);
      const noise = randomStream(seed, 'first frame', 'posterior');
      const { scaling_factor: scale } = base.vae.config;
      return encodeFirstFrame(await encoder.get(work), firstFrame, size, settings, noise, scale);
    }
    const predictor = forGuidance(image, drawing.guidance);
    await networks.keepOnly(predictor);
    return drawLatents({ base, schedule, size, prompts, predictor }, drawing, seed, work);
  };

  const decodeFrames = async (latents: FloatTensor, settings: VideoSettings, work: WorkOptions) => {
    await networks.keepOnly(decoder);
    const network = await decoder.get(work);
    const pictures: Picture[] = [];
    await betweenSteps(work, 'decoding', 0, frames);
    for (let f = 0; f < frames; f++) {
      const decoded = decodedPicture(await network.decode(frameOf(latents, f)), settings.rounding);
      pictures.push(f > 0 && settings.histogramMatching ? matchHistogram(pictures[0]!, decoded) : decoded);
      await betweenSteps(work, 'decoding', f + 1, frames);
    }
    return pictures;
  };

  const plan = ({
    prompt,
    negativePrompt = '',
    drawing: asked,
    seed = 0,
    firstFrame,
    ...given
  }: VideoRequest) => {
    const settings = resolveVideoSettings(given);
    const drawing = resolveDrawSettings({ prompt, negativePrompt, ...asked });
    if (!firstFrame) samplerFor(schedule, drawing, randomStream(seed));
    const sampler = samplerFor(schedule, settings, randomStream(seed, 'video', 'steps'));
    return { prompt, negativePrompt, seed, settings, drawing, sampler };
  };

  return {
    check: (request) => void plan(request),
    async generate(request, work = {}) {
      const { prompt, negativePrompt, seed, settings, drawing, sampler } = plan(request);
      const { firstFrame } = request;
      const first = await firstFrameLatents(request, settings, drawing, seed, work);
      const texts = settings.guidance > 1 ? [negativePrompt, prompt] : [prompt];
      const context = await prompts.encode(texts, work);
      const predictor = forGuidance(video, settings.guidance);
      await networks.keepOnly(predictor);
      const network = await predictor.get(work);
      const steps = sampler.timesteps.length;
      await betweenSteps(work, 'sampling', 0, steps);
      const latents = await denoiseVideo({
        predictor: network,
        sampler,
        context,
        guidance: settings.guidance,
        noise: videoNoise(latentShape(base, size), frames, seed, settings),
        firstFrame: fromFrames([first]),
        alignFrom: alignmentIndex(settings),
        onStep: (index) => betweenSteps(work, 'sampling', index + 1, steps),
      });
      return {
        frames: await decodeFrames(latents, settings, work),
        settings: {
          prompt,
          negativePrompt,
          seed,
          frames,
          width,
          height,
          device,
          ...settings,
          firstFrame: firstFrame
            ? { kind: 'picture', ...pictureFingerprint(firstFrame) }
            : { kind: 'drawn', ...drawing },
          base: identity,
          motion: {
            ...(motionName !== undefined && { name: motionName }),
            sha256: motionFingerprint(motion()),
          },
          versions: softwareVersions(),
        },
      };
    },
    dispose: () => networks.dispose(),
  };
}

/** Shared noise `[1, c, f, h, w]`. Each frame has its own stream: a longer video begins with the same noise. */
function videoNoise(
  shape: readonly [number, number, number, number],
  frames: number,
  seed: number,
  { noiseShare: share, keepNoiseVariance: keepVariance }: VideoSettings,
): FloatTensor {
  const drawn = Array.from({ length: frames }, (_, f) =>
    floats(randomStream(seed, 'video', 'noise', f).normals(sizeOf(shape)), shape),
  );
  return shareNoise(fromFrames(drawn), { share, keepVariance });
}

/** The literal of the reference, whatever the number of steps. */
const referenceAlignment = 31;

function alignmentIndex({ alignment, samplerSteps }: VideoSettings): number | undefined {
  if (alignment === 'off') return undefined;
  return alignment === 'reference' ? referenceAlignment : alignmentStart(samplerSteps);
}
