/**
 * @file Videos: a first frame, a prompt and a motion become frames (LAMP, Sec. 3.4), step by step:
 *
 * 1. `planVideo`: everything checked and decided;
 * 2. `beginVideo`: the first frame drawn, or encoded;
 * 3. `drawVideo`: from shared noise to latents, around the first frame;
 * 4. `finishVideo`: decoded, colours matched, and what it was made of written down.
 */
import type { BaseModel } from '../../models/base-model.ts';
import type { TrainedMotion } from '../../motion/predictor.ts';
import { beginVideo } from './begin-video.ts';
import { drawVideo } from './draw-video.ts';
import { finishVideo } from './finish-video.ts';
import { planVideo } from './plan-video.ts';
import { inStages } from './stages.ts';
import { videoContext } from './video-context.ts';
import type { GeneratedVideo, VideoGenerator, VideoGeneratorOptions } from './video-request.ts';

/**
 * Makes a generator. Networks are compiled when they are first needed, and kept, but for those of a request's
 * `firstFrameBase`, which are freed when the picture is drawn. `motion` is asked for at every step, so that a model
 * in training can be sampled as it is; they must fit the base (`assertFits`). Throws `UsageError` when the size or
 * the number of frames cannot be, `CheckpointError` when the base recommends settings that are none or is a Stable
 * Diffusion XL model, which has no motions.
 */
export async function videoGenerator(
  base: BaseModel,
  motion: () => TrainedMotion,
  options: VideoGeneratorOptions,
): Promise<VideoGenerator> {
  const context = await videoContext(base, motion, options);
  const generateAll: VideoGenerator['generateAll'] = (requests, work) =>
    inStages(
      requests,
      {
        begin: (request, stage) => beginVideo(context, request, stage),
        sample: (begun, stage) => drawVideo(context, begun, stage),
        finish: (begun, drawn, stage) => finishVideo(context, begun, drawn, stage),
      },
      work,
    );
  return {
    check: (request) => void planVideo(context, request),
    generateAll,
    generate: async (request, work) => (await generateAll([request], work).next()).value as GeneratedVideo,
    tellAgain: () => context.prompts.tellAgain(),
    dispose: () => context.networks.dispose(),
  };
}
