/**
 * @file Video editing (LAMP, Sec. 4). The model learns the motion of a single clip, DDIM inversion finds the noise from
 * which the clip would be sampled, and that noise and an edited first frame give the new video.
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

/** An edited video, and the frame rate at which it moves as fast as the clip. */
export interface EditedVideo extends GeneratedVideo {
  readonly framesPerSecond: number;
}

/**
 * Carries out a prepared edit (see `prepareEdit`, which checks everything before anything is written). The run's folder
 * keeps the training, the inverted clip and the first frame. Each is written atomically and reused only while its
 * inputs are unchanged, so an edit that was stopped, by the signal (`InterruptedError`) or by a kill, continues with
 * the same call.
 */
export async function runEdit(edit: PreparedEdit, work: WorkOptions = {}): Promise<EditedVideo> {
  const unlock = await openRunFolder(edit.paths.folder);
  try {
    // The first frame comes first: it is quick, and the user may want to look at it before the rest.
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
  const { base, device, memory, frames, size, sampling, seed, source } = edit;
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
    memory,
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
  const advice = [`The results so far are kept in "${paths.folder}".`, sameEdit];
  return new InterruptedError({ found: error.found, advice }, { cause: error });
}
