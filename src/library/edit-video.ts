/** @file Giving a clip a new look: everything from options to frames in one call. */

import { join, parse } from 'node:path';
import { z } from 'zod';
import { redrawStrength } from '../diffusion/sdedit.ts';
import { UsageError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import { phrase, setting } from '../phrases.ts';
import { type EditVideoOptions as EditOptions, prepareEdit } from '../pipelines/edit/prepare-edit.ts';
import { runEdit } from '../pipelines/edit/run-edit.ts';
import { referenceOptions, videoSettings } from '../pipelines/video/video-settings.ts';
import { parseDevice } from '../runtime/devices.ts';
import {
  declare,
  type GivenSettings,
  namesOf,
  nested,
  redeclared,
  required,
  withoutUndefined,
} from '../settings.ts';
import { trainingSettings } from '../training/declared-settings.ts';
import { checkOptions, field, workFields } from './check-options.ts';
import { assertNotDrawn, firstFrameSettings, givenFirstFrameBase } from './first-frame.ts';
import { baseFolder, baseSetting } from './load-base.ts';
import { givenMotion, type MotionChoice, motionSetting } from './load-motion.ts';
import { drawing, shared } from './shared-settings.ts';
import { givenPicture, keepVideo, type Video } from './video.ts';

const { base: _, clips: __, prompt: ___, captions: ____, device: _____, ...ofTraining } = trainingSettings;

/** The settings of `training` in an edit: those of a training, without what the edit says itself. */
export const editTrainingSettings = redeclared(ofTraining, {
  frames: { default: undefined, usual: 'those of the edit' },
  stride: { usual: '2; 1 with frames that the base recommends' },
});

/** The settings of `editVideo`. */
export const editVideoSettings = {
  clip: required(
    declare(field.path, {
      description: 'a video, an animation, or a folder of numbered pictures; its first frames are edited',
    }),
  ),
  prompt: required(declare(field.text, { description: 'what the edited video shows' })),
  negativePrompt: shared.negativePrompt,
  /** The same call goes on there after it was stopped; another look of the same clip needs neither training nor inversion. */
  run: declare(field.path, {
    description: 'folder that keeps the parts of the edit',
    usual: phrase`beside ${setting('out')}, "name.edit"`,
  }),
  clipPrompt: declare(field.text, {
    description: 'what the clip shows, for training on it',
    usual: "the clip's caption, in a text file of its name",
  }),
  base: baseSetting,
  /** Its strength is 1. */
  motion: declare(motionSetting.schema, {
    description: 'a motion that was trained on this clip before: there is no training then',
  }),
  ...firstFrameSettings,
  firstFrame: declare(firstFrameSettings.firstFrame.schema, {
    ...firstFrameSettings.firstFrame,
    description: 'the first frame in the new look, of any size',
    usual: "the clip's own is drawn anew from the prompt",
  }),
  strength: declare(z.number().min(0).max(1), {
    description:
      "how far the clip's first frame is drawn anew: 0 leaves it as it is, 1 keeps next to nothing",
    group: 'First frame',
    default: redrawStrength,
  }),
  drawing,
  training: declare(nested(editTrainingSettings), {
    settings: editTrainingSettings,
    description: 'settings of the training, and of how the clip is taken',
    group: 'Training',
  }),
  frames: declare(z.int().min(2), {
    description: "number of frames that are edited, from the clip's first on",
    unit: 'frames',
    usual: '24, fewer of a shorter clip',
    group: 'Clip',
    recommendable: true,
  }),
  width: declare(shared.width.schema, {
    ...trainingSettings.width,
    description: shared.width.description,
    group: 'Clip',
  }),
  height: declare(shared.height.schema, {
    ...trainingSettings.height,
    description: shared.height.description,
    group: 'Clip',
  }),
  framesPerSecond: declare(shared.framesPerSecond.schema, {
    ...shared.framesPerSecond,
    usual: phrase`the rate at which the clip is taken (${setting('training.clipFps')}), divided by the stride`,
    group: 'Clip',
  }),
  inversionSteps: declare(z.int().min(1).max(1000), {
    description: 'steps of the DDIM inversion, from the clip to its noise',
    unit: 'steps',
    usual: "the sampler's if it is ddim, or 50",
    group: 'Inversion',
  }),
  seed: declare(z.int(), {
    description: "seed of the first frame and of the sampling's noise, not of the training",
    default: 0,
  }),
  device: shared.device,
  useRecommended: shared.useRecommended,
  out: shared.out,
  ...videoSettings,
  reference: shared.reference,
};

/** What `editVideo` takes. What is left out is as the base recommends (its `lamp.json`), or as in the paper. */
export interface EditVideoOptions extends GivenSettings<typeof editVideoSettings>, WorkOptions {}

/**
 * Gives a clip a new look (LAMP, Sec. 4): learns its motion, finds the noise it would have come from, and makes it
 * again from that and a first frame in the new look. The folder `run` keeps what was done: an edit that was stopped
 * goes on with the same call. Throws `UsageError` for an option that makes no sense, `MediaError` (clip, first frame),
 * `CheckpointError` (base, motion), `DeviceError`, `StorageError` (`run`, `out`), `InterruptedError` when the signal
 * stops it.
 *
 * @example
 * import { editVideo } from 'lamp-video';
 *
 * await editVideo({
 *   clip: 'clips/jumps/fox.gif',
 *   clipPrompt: 'a fox jumps',
 *   prompt: 'a fox jumps in the snow',
 *   run: 'runs/snow',
 *   frames: 4,
 *   training: { steps: 2 }, // default 500
 *   inversionSteps: 3, // default: those of the sampler
 *   samplerSteps: 3,
 *   out: 'snow.gif',
 * });
 */
export async function editVideo(options: EditVideoOptions): Promise<Video> {
  const { onEvent, signal, ...given } = checkOptions('editVideo', options, {
    ...editVideoSettings,
    ...workFields,
  });
  const work = { onEvent, signal };
  const { base, motion, out, framesPerSecond, device, firstFrame, reference = false, ...others } = given;
  const { firstFrameBase: _, firstFrameSize: __, run = runBeside(out), ...edits } = others;

  if (out !== undefined) assertVideoPath(out);
  if (firstFrame !== undefined) assertNotDrawn(given);
  const { frames, width, height, training, ...rest } = edits;
  const firstFrameBase = await givenFirstFrameBase(given, work);
  const sampling = Object.fromEntries(namesOf(videoSettings).map((name) => [name, rest[name]]));
  const edit = Object.fromEntries(Object.entries(rest).filter(([name]) => !(name in videoSettings))) as Pick<
    EditOptions,
    'clip' | 'prompt'
  >;
  const prepared = await prepareEdit({
    ...work,
    useRecommended: !reference,
    ...edit,
    run,
    sampling: { ...(reference && referenceOptions), ...withoutUndefined(sampling) },
    training: withoutUndefined({ ...training, frames, width, height }) as NonNullable<
      EditOptions['training']
    >,
    device: parseDevice(device ?? 'cpu'),
    ...(base !== undefined && { base: await baseFolder(base, work) }),
    ...(motion !== undefined && { motion: await wholeMotion(motion) }),
    ...(firstFrame !== undefined && { firstFrame: await givenPicture(firstFrame) }),
    firstFrameBase,
  });
  if (out !== undefined) await assertVideoTarget(out, prepared.size);
  onEvent?.(
    notice({
      found: `the parts of the edit are kept in "${run}"`,
      advice: phrase`For another look of the clip, give it as ${setting('run')}.`,
    }),
  );
  const edited = await runEdit(prepared, work);
  const rate = framesPerSecond ?? edited.framesPerSecond;
  return keepVideo({ ...edited, framesPerSecond: rate }, out, work);
}

/** `fox.edit` beside `fox.mp4`, or beside the folder `fox/`. */
function runBeside(out: string | undefined): string {
  if (out === undefined) {
    throw new UsageError({
      found: phrase`neither ${setting('run')} nor ${setting('out')} says where the parts of the edit are kept`,
      setting: 'run',
      advice: 'Give one of them.',
    });
  }
  const { dir, name } = parse(out);
  return join(dir, `${name}.edit`);
}

/** The path of a motion that acts as it was learned. */
async function wholeMotion(choice: MotionChoice): Promise<string> {
  const { path, strength } = await givenMotion(choice);
  if (strength === 1) return path;
  throw new UsageError(`motion "${path}" has the strength ${strength}; an edit needs it whole. Use 1.`);
}
