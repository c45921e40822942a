/**
 * @file Step 3 of making a video: sampling its latents from noise, with the image model in the last steps if requested.
 */
import { ddimSampler } from '../../diffusion/ddim.ts';
import type { WorkOptions } from '../../events.ts';
import type { FloatTensor } from '../../graph/host-tensor.ts';
import { fromFrames } from '../../motion/frames.ts';
import type { VideoPredictor } from '../../motion/predictor.ts';
import { shareNoise } from '../../motion/shared-noise.ts';
import type { FrameDetails } from '../draw/denoise.ts';
import { latentShape } from '../draw/draw-picture.ts';
import { forGuidance } from '../draw/predictors.ts';
import { predictedLatents, previewsFor } from '../draw/previews.ts';
import { betweenSteps, guidanceLimits } from '../draw/sampling-settings.ts';
import type { BegunVideo } from './begin-video.ts';
import { drawUncopied } from './draw-uncopied.ts';
import { frameNoise } from './frame-noise.ts';
import { sampleVideo } from './sample-video.ts';
import type { StoredSettings } from './stored-settings.ts';
import type { VideoContext } from './video-context.ts';

/** A video's latents, and the number of steps taken. */
export interface DrawnVideo {
  /** `[1, c, f, h, w]`. */
  readonly latents: FloatTensor;
  readonly ran: Pick<StoredSettings, 'stepsTaken' | 'guidedSteps' | 'fullSteps' | 'imageModelSteps'>;
}

/** Samples the latents of a video whose first frame is ready. Throws `InterruptedError` when stopped by the signal. */
export async function drawVideo(
  context: VideoContext,
  video: BegunVideo,
  work: WorkOptions,
): Promise<DrawnVideo> {
  const { base, frames, size, schedule, networks } = context;
  const { seed, settings, sampler, firstLatents, inversion } = video;
  const { guidance, finishAt, deepEvery } = settings;
  const previews = await previewsFor(base, work);
  // Before the text, whose encoder needs room, too.
  await networks.keepOnly(deepEvery > 1 ? networks.reusing : forGuidance(networks.video, settings));
  const text = await encodeText(context, video, guidance, work);
  const details = await detailsOf(context, video, text, work);
  const limits = guidanceLimits(settings);
  const reusing = deepEvery > 1 ? (await networks.reusing.get(work)).every(deepEvery) : undefined;
  const network = counting(reusing ?? (await forGuidance(networks.video, settings).get(work)));
  const steps = sampler.timesteps.length;
  const noise = frameNoise(latentShape(base, size), frames, seed);
  await betweenSteps(work, 'sampling', 0, steps);
  const firstFrame = firstLatents && fromFrames([firstLatents]);
  const latents = await sampleVideo({
    predictor: network,
    sampler,
    context: text,
    settings,
    limits,
    start: inversion ? { inverted: inversion.latents } : { noise },
    firstFrame,
    ...(finishAt === 0 && details && { details }),
    onStep: (index, _, taken) => {
      const step = { stage: 'sampling', done: index + 1, total: steps } as const;
      previews?.show(step, () => predictedLatents(schedule, taken, firstFrame));
      return betweenSteps(work, step.stage, step.done, steps);
    },
  });
  const ran = {
    stepsTaken: steps,
    ...(limits && { guidedSteps: network.guidedSteps() }),
    ...(reusing && { fullSteps: reusing.fullSteps() }),
  };
  if (!details) return { latents, ran };
  if (finishAt === 0) {
    const { length } = sampler.timesteps.filter((timestep) => timestep < details.below);
    return { latents, ran: { ...ran, imageModelSteps: length } };
  }
  let imageModelSteps = 0;
  const finished = await drawUncopied({
    schedule,
    // From here on sampling is deterministic and independent of earlier steps.
    sampler: ddimSampler(schedule, { steps: settings.samplerSteps }),
    video: latents,
    given: firstLatents !== undefined,
    motion: { predictor: network, context: text, guidance, timestep: sampler.timesteps.at(-1)! },
    noise: shareNoise(noise, { share: settings.noiseShare, keepVariance: true }),
    details,
    onStep: (index, total, current) => {
      imageModelSteps = index + 1;
      const step = { stage: 'drawing details', done: index + 1, total } as const;
      previews?.show(step, current);
      return betweenSteps(work, step.stage, step.done, total);
    },
  });
  return { latents: finished, ran: { ...ran, imageModelSteps } };
}

/** A predictor that counts the steps with guidance: those at which it predicts without and with the prompt. */
function counting<T extends Pick<VideoPredictor, 'predict'>>(predictor: T): T & { guidedSteps(): number } {
  let guided = 0;
  return {
    ...predictor,
    predict(...given: Parameters<VideoPredictor['predict']>) {
      const [latents] = given;
      if (latents.shape[0]! > 1) guided++;
      return predictor.predict(...given);
    },
    guidedSteps: () => guided,
  };
}

/** Text states for this guidance scale: negative prompt and prompt, or the prompt alone. */
function encodeText(
  { prompts }: VideoContext,
  { prompt, negativePrompt }: BegunVideo,
  guidance: number,
  work: WorkOptions,
) {
  return prompts.encode(guidance > 1 ? [negativePrompt, prompt] : [prompt], work);
}

/** How the image model takes the last steps; `undefined` if the video model takes all steps, as in the paper. */
async function detailsOf(
  context: VideoContext,
  video: BegunVideo,
  text: Awaited<ReturnType<typeof encodeText>>,
  work: WorkOptions,
): Promise<FrameDetails | undefined> {
  const { imageModelBelow, imageModelGuidance: guidance, finishAt } = video.settings;
  if (imageModelBelow <= 0) return undefined;
  const { networks } = context;
  return {
    below: finishAt > 0 ? Math.min(imageModelBelow, finishAt) : imageModelBelow,
    guidance,
    context: guidance === video.settings.guidance ? text : await encodeText(context, video, guidance, work),
    predictor: async () => {
      const imageModel = guidance > 1 ? networks.image.guided : networks.image.unguided;
      await networks.keepOnly(imageModel);
      return imageModel.get(work);
    },
  };
}
