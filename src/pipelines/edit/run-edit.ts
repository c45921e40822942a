/**
 * @file Video editing (LAMP, Sec. 4): a clip in a new look. The model learns the motion of the one clip, DDIM inversion finds the
 * noise that the clip would have come from, and from that noise and a first frame in the new look the new video is made.
 */
import { InterruptedError } from '../../errors.ts';
import type { WorkOptions } from '../../events.ts';
import { trained } from '../../motion/file/motion-file.ts';
import { openRunFolder } from '../../training/run-folder.ts';
import { videoGenerator } from '../video/video-pipeline.ts';
import type { GeneratedVideo } from '../video/video-request.ts';
import { sameEdit, trainForEdit } from './edit-motion.ts';
import { keptInversion } from './kept-inversion.ts';
import type { PreparedEdit } from './prepare-edit.ts';
import { type NewFirstFrame, newFirstFrame } from './redraw-first-frame.ts';

/** An edited video, and the rate at which its frames move as the clip's do. */
export interface EditedVideo extends GeneratedVideo {
  readonly framesPerSecond: number;
}

/**
 * Makes an edit that was prepared (see `prepareEdit`, which checks everything before anything is written). The run's folder keeps
 * the training, the inverted clip and the first frame, each written whole and used again only while all is the same that it was
 * made from: an edit that was stopped, by the signal (`InterruptedError`) or by a kill, goes on with the same call.
 */
export async function runEdit(edit: PreparedEdit, work: WorkOptions = {}): Promise<EditedVideo> {
  const unlock = await openRunFolder(edit.paths.folder);
  try {
    // First what takes least time, and what the user may want to look at before the rest.
    const first = edit.variant.firstFrame ? await firstFrameOf(edit, work) : undefined;
    return await withMotion(edit, first, work);
  } catch (error) {
    throw error instanceof InterruptedError ? goOn(error, edit) : error;
  } finally {
    await unlock();
  }
}

function firstFrameOf(edit: PreparedEdit, work: WorkOptions): Promise<NewFirstFrame> {
  const { firstFrame: given, sampling } = edit;
  return newFirstFrame({
    ...work,
    ...edit,
    path: edit.paths.firstFrame,
    given,
    givenFit: sampling.firstFrameFit,
  });
}

async function withMotion(
  edit: PreparedEdit,
  first: NewFirstFrame | undefined,
  work: WorkOptions,
): Promise<EditedVideo> {
  const { base, device, frames, size, sampling, seed, source } = edit;
  const { motion, name } = 'motion' in source ? source : await trainForEdit(edit.paths, source, work);
  const acting = trained(motion);
  const inversion = await keptInversion(edit.paths.inversion, {
    ...work,
    ...edit,
    motion: acting,
    steps: edit.inversionSteps,
    posterior: sampling.firstFramePosterior,
  });
  const generator = await videoGenerator(base, () => acting, {
    frames,
    ...size,
    device,
    motionName: name,
    useRecommended: false,
  });
  try {
    const { frames: pictures, settings } = await generator.generate(
      {
        ...sampling,
        prompt: edit.prompt,
        negativePrompt: edit.negativePrompt,
        seed,
        inversion,
        ...(first && { firstFrame: first.picture }),
      },
      work,
    );
    const { firstFrame } = settings;
    const stored =
      firstFrame.kind === 'picture' && first?.redrawn
        ? { ...firstFrame, redrawn: first.redrawn }
        : firstFrame;
    return {
      frames: pictures,
      settings: { ...settings, firstFrame: stored },
      framesPerSecond: edit.framesPerSecond,
    };
  } finally {
    await generator.dispose();
  }
}

function goOn(error: InterruptedError, { paths }: PreparedEdit): InterruptedError {
  const advice = [`What was done before is kept in "${paths.folder}".`, sameEdit];
  return new InterruptedError({ found: error.found, advice }, { cause: error });
}
