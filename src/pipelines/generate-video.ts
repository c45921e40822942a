/** @file Generates videos: a first frame, a prompt and a motion become frames (LAMP, Sec. 3.4). */
import { ddimSampler } from '../diffusion/ddim.ts';
import { readNoiseSchedule } from '../diffusion/noise-schedule.ts';
import { randomStream } from '../diffusion/random.ts';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type FloatTensor, sameShape } from '../graph/host-tensor.ts';
import { matchHistogram } from '../media/histogram.ts';
import type { Picture } from '../media/picture.ts';
import { type BaseModel, baseIdentity } from '../models/base-model.ts';
import { assertPictureSize } from '../models/picture-size.ts';
import { finishingAt } from '../motion/extended/finishing.ts';
import { assertMotionBase } from '../motion/file/motion-base.ts';
import { motionFingerprint } from '../motion/file/motion-fingerprint.ts';
import { frameOf, fromFrames } from '../motion/frames.ts';
import type { TrainedMotion } from '../motion/predictor.ts';
import { shareNoise } from '../motion/shared-noise.ts';
import { isLamp } from '../motion/variant.ts';
import { softwareVersions } from '../runtime/software-versions.ts';
import {
  type DrawnPicture,
  type DrawSettings,
  decodedPicture,
  drawLatents,
  latentShape,
  resolveDrawSettings,
} from './draw-image.ts';
import { drawUncopied } from './draw-uncopied.ts';
import { encodeFirstFrame, pictureFingerprint } from './first-frame.ts';
import { drawFirstFrame, drawnSettings, firstFrameSize } from './first-frame-base.ts';
import { frameNoise } from './frame-noise.ts';
import { promptEncoder } from './kept-programs.ts';
import { sampleVideo } from './sample-video.ts';
import { betweenSteps, samplerFor } from './sampling.ts';
import { inStages } from './stages.ts';
import type { StoredSettings } from './stored-settings.ts';
import type {
  GeneratedVideo,
  VideoGenerator,
  VideoGeneratorOptions,
  VideoRequest,
} from './video-generator.ts';
import { forGuidance, videoNetworks } from './video-networks.ts';
import {
  recommendedSampling,
  recommendedVideoSettings,
  resolveVideoSettings,
  type VideoSettings,
} from './video-settings.ts';

/** A video's latents, and how many steps it took to draw them. */
interface Sampled {
  readonly latents: FloatTensor;
  readonly ran: Pick<StoredSettings, 'stepsTaken' | 'imageModelSteps'>;
}

/**
 * Makes a generator. Networks are compiled when they are first needed, and kept, but for those of a request's
 * `firstFrameBase`, which are freed when the picture is drawn. `motion` is asked for at every step, so that a
 * model in training can be sampled as it is; they must fit the base (`assertFits`).
 * Throws `UsageError` when the size or the number of frames cannot be, `CheckpointError` when the base recommends settings
 * that are none or is a Stable Diffusion XL model, which has no motions.
 */
export async function videoGenerator(
  base: BaseModel,
  motion: () => TrainedMotion,
  {
    frames,
    width,
    height,
    device = 'cpu',
    motionName,
    motionParts,
    useRecommended = true,
  }: VideoGeneratorOptions,
): Promise<VideoGenerator> {
  const size = { width, height };
  const { variant } = motion();
  assertMotionBase(base);
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
  const networks = videoNetworks(base, motion, { frames, size, schedule, device });
  const { encoder, image, video, decoder } = networks;

  const firstFrameLatents = async (
    firstFrame: Picture | undefined,
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
    firstFrame: Picture | undefined,
    drawing: DrawSettings,
    drawn: DrawnPicture | undefined,
  ): StoredSettings['firstFrame'] => {
    if (!variant.firstFrame) return { kind: 'none' };
    if (firstFrame) {
      const by = drawn && { drawn: drawnSettings(drawn) };
      return { kind: 'picture', ...pictureFingerprint(firstFrame), ...by };
    }
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
    firstFrameBase,
    drawing: asked,
    seed = 0,
    firstFrame,
    inversion,
    ...given
  }: VideoRequest) => {
    const settings = resolveVideoSettings(given, ofBase.video);
    const by = firstFrame ? undefined : firstFrameBase;
    if (by) firstFrameSize(by, size);
    if (by && !variant.firstFrame) {
      throw new UsageError(
        'this motion draws the first frame like the others: another model cannot (--first-frame-base).',
      );
    }
    const ofDrawing = by && useRecommended ? recommendedSampling(by.base.settings) : ofBase.image;
    const drawing = resolveDrawSettings({ prompt, negativePrompt, ...asked }, ofDrawing);
    if (!firstFrame) samplerFor(schedule, drawing, randomStream(seed));
    const allSteps = samplerFor(schedule, settings, randomStream(seed, 'video', 'steps'));
    const sampler = finishingAt(allSteps, schedule, settings.finishAt);
    const shape = [1, base.vae.config.latent_channels, frames, ...latentShape(base, size).slice(2)];
    if (inversion && !sameShape(inversion.latents.shape, shape)) {
      throw new UsageError(
        `the inverted clip has latents [${inversion.latents.shape}]; ${frames} frames of ${width}x${height} have [${shape}].`,
      );
    }
    return { prompt, negativePrompt, seed, settings, drawing, by, sampler, inversion };
  };

  /** A request of which the first frame's latents are left, so that its picture need not be kept. */
  const begin = async (request: VideoRequest, work: WorkOptions) => {
    const planned = plan(request);
    const { settings, drawing, by, seed } = planned;
    if (by) await networks.keepOnly();
    const drawn = by && (await drawFirstFrame(by, { ...drawing, seed }, { video: size, device }, work));
    const picture = drawn?.picture ?? request.firstFrame;
    const first = await firstFrameLatents(picture, settings, drawing, seed, work);
    return { ...planned, first, firstFrame: storedFirstFrame(picture, drawing, drawn) };
  };
  type Begun = Awaited<ReturnType<typeof begin>>;

  const sample = async (
    { prompt, negativePrompt, seed, settings, sampler, first, inversion }: Begun,
    work: WorkOptions,
  ): Promise<Sampled> => {
    const { imageModelBelow, imageModelGuidance, finishAt } = settings;
    const encode = (guidance: number) =>
      prompts.encode(guidance > 1 ? [negativePrompt, prompt] : [prompt], work);
    const context = await encode(settings.guidance);
    const ofImages = imageModelBelow > 0 ? await encode(imageModelGuidance) : context;
    const predictor = forGuidance(video, settings.guidance);
    await networks.keepOnly(predictor);
    const network = await predictor.get(work);
    const details = imageModelBelow > 0 && {
      below: finishAt > 0 ? Math.min(imageModelBelow, finishAt) : imageModelBelow,
      guidance: imageModelGuidance,
      context: ofImages,
      predictor: async () => {
        const imageModel = forGuidance(image, imageModelGuidance);
        await networks.keepOnly(imageModel);
        return imageModel.get(work);
      },
    };
    const steps = sampler.timesteps.length;
    const noise = frameNoise(latentShape(base, size), frames, seed);
    await betweenSteps(work, 'sampling', 0, steps);
    const latents = await sampleVideo({
      predictor: network,
      sampler,
      context,
      settings,
      start: inversion ? { inverted: inversion.latents } : { noise },
      firstFrame: first && fromFrames([first]),
      ...(finishAt === 0 && details && { details }),
      onStep: (index) => betweenSteps(work, 'sampling', index + 1, steps),
    });
    const ran = { stepsTaken: steps };
    if (!details) return { latents, ran };
    if (finishAt === 0) {
      const { length } = sampler.timesteps.filter((timestep) => timestep < details.below);
      return { latents, ran: { ...ran, imageModelSteps: length } };
    }
    let imageModelSteps = 0;
    const finished = await drawUncopied({
      schedule,
      // From here on nothing is left to chance, and no earlier step is remembered.
      sampler: ddimSampler(schedule, { steps: settings.samplerSteps }),
      video: latents,
      given: first !== undefined,
      motion: {
        predictor: network,
        context,
        guidance: settings.guidance,
        timestep: sampler.timesteps.at(-1)!,
      },
      noise: shareNoise(noise, { share: settings.noiseShare, keepVariance: true }),
      details,
      onStep: (index, count) => {
        imageModelSteps = index + 1;
        return betweenSteps(work, 'drawing details', index + 1, count);
      },
    });
    return { latents: finished, ran: { ...ran, imageModelSteps } };
  };

  const finish = async (
    { prompt, negativePrompt, seed, settings, firstFrame, inversion }: Begun,
    { latents, ran }: Sampled,
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
      ...ran,
      firstFrame,
      ...(inversion && { inversion: inversion.origin }),
      base: identity,
      motion: {
        ...(motionName !== undefined && { name: motionName }),
        sha256: motionFingerprint(motion().values),
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
    tellAgain: () => prompts.tellAgain(),
    dispose: () => networks.dispose(),
  };
}
