/**
 * @file The video pipeline (LAMP, Sec. 3.4): from a first frame, a prompt and a motion to frames, in these steps:
 *
 * 1. `planVideo`: everything checked and decided;
 * 2. `beginVideo`: the first frame drawn, or encoded;
 * 3. `drawVideo`: from shared noise to latents, around the first frame;
 * 4. `finishVideo`: decoded, colours matched, and what it was made of written down.
 */
import type { BaseModel } from '../../models/base-model.ts';
import type { TrainedMotion } from '../../motion/trained-motion.ts';
import { beginVideo } from './begin-video.ts';
import { drawVideo } from './draw-video.ts';
import { finishVideo } from './finish-video.ts';
import { planVideo } from './plan-video.ts';
import { inStages } from './stages.ts';
import { videoContext } from './video-context.ts';
import type { GeneratedVideo, VideoGenerator, VideoGeneratorOptions } from './video-request.ts';

/**
 * Makes a generator. Networks are compiled on first use and kept, except those of a request's `firstFrameBase`, which
 * are freed once the picture is drawn. `motion` is called at every step, so that a model can be sampled during
 * training; its values must fit the base (`assertFitsBase`). Throws `UsageError` if the size or the number of frames is
 * invalid, `CheckpointError` if the base recommends invalid settings or is a Stable Diffusion XL model, for which there
 * are no motions.
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
