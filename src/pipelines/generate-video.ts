/** @file Generates videos: a first frame, a prompt and a motion become frames (LAMP, Sec. 3.4). */
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type FloatTensor, floats, sameShape, sizeOf } from '../graph/host-tensor.ts';
import { matchHistogram } from '../media/histogram.ts';
import type { Picture } from '../media/picture.ts';
import { type BaseModel, baseIdentity } from '../models/base-model.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { frameOf, fromFrames } from '../motion/frames.ts';
import { motionFingerprint } from '../motion/motion-fingerprint.ts';
import type { MotionValues } from '../motion/predictor.ts';
import { isLamp, type MotionVariant, motionVariants } from '../motion/variant.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { softwareVersions } from '../versions.ts';
import {
  type DrawSettings,
  decodedPicture,
  drawLatents,
  latentShape,
  resolveDrawSettings,
} from './draw-image.ts';
import { encodeFirstFrame, pictureFingerprint } from './first-frame.ts';
import type { InvertedClip } from './invert-video.ts';
import { promptEncoder } from './kept-programs.ts';
import { sampleVideo } from './sample-video.ts';
import { betweenSteps, samplerFor } from './sampling.ts';
import { inStages } from './stages.ts';
import { forGuidance, videoNetworks } from './video-networks.ts';
import {
  recommendedSampling,
  recommendedVideoSettings,
  resolveVideoSettings,
  type StoredSettings,
  type VideoSettings,
} from './video-settings.ts';

/** What to generate. Settings that are left out are as the base recommends, or else have the values of `videoDefaults`. */
export interface VideoRequest extends Partial<VideoSettings> {
  readonly prompt: string;
  /** What the video shall not show. */
  readonly negativePrompt?: string;
  /** Frame 0, of any size; without it the base model draws one. Not used where the motion's variant has no given one. */
  readonly firstFrame?: Picture;
  /** How the base model draws frame 0, where none is given; its prompts are the video's unless told. */
  readonly drawing?: Partial<DrawSettings>;
  /** One seed gives the same video again on the same device; 0 unless told. */
  readonly seed?: number;
  /** A clip of this many frames and this size, to begin with in place of noise, as editing does. */
  readonly inversion?: InvertedClip;
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
  /**
   * Generates a video for each request, in their order: first all first frames, then all latents, then all pictures, so that
   * each network is compiled once even where not all fit into memory. Of each request nothing but its first frame's latents
   * is kept. When the signal stops it, the videos whose latents are done are still decoded. Throws as `generate` does.
   */
  generateAll(
    requests: Iterable<VideoRequest> | AsyncIterable<VideoRequest>,
    work?: WorkOptions,
  ): AsyncGenerator<GeneratedVideo, void, undefined>;
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
  /** Where it is not one motion of strength 1: what it is made of; stored with the video. */
  readonly motionParts?: StoredSettings['motion']['parts'];
  /** Which of LAMP's parts the motion has (`MotionInfo.variant`); LAMP unless told. */
  readonly variant?: MotionVariant | undefined;
  /** Whether settings that are left out are as the base recommends (its `lamp.json`); true unless told. */
  readonly useRecommended?: boolean;
}

/**
 * Makes a generator. Networks are compiled when they are first needed, and kept. `motion` is asked for the trained
 * values at every step, so that a model in training can be sampled as it is; they must fit the base (`assertFits`).
 * Throws `UsageError` when the size or the number of frames cannot be, `CheckpointError` when the base recommends settings
 * that are none.
 */
export async function videoGenerator(
  base: BaseModel,
  motion: () => MotionValues,
  {
    frames,
    width,
    height,
    device = 'cpu',
    motionName,
    motionParts,
    variant = motionVariants.lamp,
    useRecommended = true,
  }: VideoGeneratorOptions,
): Promise<VideoGenerator> {
  const size = { width, height };
  assertPictureSize(base.vae.config, size);
  if (!Number.isInteger(frames) || frames < 2) {
    throw new UsageError(`${frames} frames; a video needs a whole number of at least 2.`);
  }
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const identity = await baseIdentity(base);
  const ofBase = useRecommended
    ? { video: recommendedVideoSettings(base.settings), image: recommendedSampling(base.settings) }
    : {};
  const prompts = promptEncoder(base, device);
  const networks = videoNetworks(base, motion, { frames, size, device, variant });
  const { encoder, image, video, decoder } = networks;

  const firstFrameLatents = async (
    { firstFrame }: VideoRequest,
    settings: VideoSettings,
    drawing: DrawSettings,
    seed: number,
    work: WorkOptions,
  ): Promise<FloatTensor | undefined> => {
    if (!variant.firstFrame) {
      const message = 'this motion draws the first frame like the others; the one given is not used.';
      if (firstFrame) work.onEvent?.({ type: 'notice', message });
      return undefined;
    }
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

  const storedFirstFrame = (
    { firstFrame }: VideoRequest,
    drawing: DrawSettings,
  ): StoredSettings['firstFrame'] => {
    if (!variant.firstFrame) return { kind: 'none' };
    if (firstFrame) return { kind: 'picture', ...pictureFingerprint(firstFrame) };
    return { kind: 'drawn', ...drawing };
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
    inversion,
    ...given
  }: VideoRequest) => {
    const settings = resolveVideoSettings(given, ofBase.video);
    const drawing = resolveDrawSettings({ prompt, negativePrompt, ...asked }, ofBase.image);
    if (!firstFrame) samplerFor(schedule, drawing, randomStream(seed));
    const sampler = samplerFor(schedule, settings, randomStream(seed, 'video', 'steps'));
    const shape = [1, base.vae.config.latent_channels, frames, ...latentShape(base, size).slice(2)];
    if (inversion && !sameShape(inversion.latents.shape, shape)) {
      throw new UsageError(
        `the inverted clip has latents [${inversion.latents.shape}]; ${frames} frames of ${width}x${height} have [${shape}].`,
      );
    }
    return { prompt, negativePrompt, seed, settings, drawing, sampler, inversion };
  };

  /** A request of which the first frame's latents are left, so that its picture need not be kept. */
  const begin = async (request: VideoRequest, work: WorkOptions) => {
    const planned = plan(request);
    const { settings, drawing, seed } = planned;
    const first = await firstFrameLatents(request, settings, drawing, seed, work);
    return { ...planned, first, firstFrame: storedFirstFrame(request, drawing) };
  };
  type Begun = Awaited<ReturnType<typeof begin>>;

  const sample = async (
    { prompt, negativePrompt, seed, settings, sampler, first, inversion }: Begun,
    work: WorkOptions,
  ): Promise<FloatTensor> => {
    const texts = settings.guidance > 1 ? [negativePrompt, prompt] : [prompt];
    const context = await prompts.encode(texts, work);
    const predictor = forGuidance(video, settings.guidance);
    await networks.keepOnly(predictor);
    const network = await predictor.get(work);
    const steps = sampler.timesteps.length;
    await betweenSteps(work, 'sampling', 0, steps);
    return sampleVideo({
      predictor: network,
      sampler,
      context,
      settings,
      start: inversion
        ? { inverted: inversion.latents }
        : { noise: frameNoise(latentShape(base, size), frames, seed) },
      firstFrame: first && fromFrames([first]),
      onStep: (index) => betweenSteps(work, 'sampling', index + 1, steps),
    });
  };

  const finish = async (
    { prompt, negativePrompt, seed, settings, firstFrame, inversion }: Begun,
    latents: FloatTensor,
    work: WorkOptions,
  ): Promise<GeneratedVideo> => ({
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
      firstFrame,
      ...(inversion && { inversion: inversion.origin }),
      base: identity,
      motion: {
        ...(motionName !== undefined && { name: motionName }),
        sha256: motionFingerprint(motion()),
        ...(!isLamp(variant) && { variant }),
        ...(motionParts && { parts: motionParts }),
      },
      versions: softwareVersions(),
    },
  });

  const generateAll: VideoGenerator['generateAll'] = (requests, work) =>
    inStages(requests, { begin, sample, finish }, work);
  return {
    check: (request) => void plan(request),
    generateAll,
    generate: async (request, work) => (await generateAll([request], work).next()).value as GeneratedVideo,
    dispose: () => networks.dispose(),
  };
}

/** Noise `[1, c, f, h, w]`. Each frame has its own stream: a longer video begins with the same noise. */
function frameNoise(
  shape: readonly [number, number, number, number],
  frames: number,
  seed: number,
): FloatTensor {
  const drawn = Array.from({ length: frames }, (_, f) =>
    floats(randomStream(seed, 'video', 'noise', f).normals(sizeOf(shape)), shape),
  );
  return fromFrames(drawn);
}
