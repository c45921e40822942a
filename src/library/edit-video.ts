/** @file `editVideo`: editing a clip, from options to frames. */

import { join, parse } from 'node:path';
import { checkOptions } from '../check-options.ts';
import { UsageError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import { phrase, setting } from '../phrases.ts';
import type { EditRequest } from '../pipelines/edit/edit-request.ts';
import { editSettings } from '../pipelines/edit/edit-settings.ts';
import { prepareEdit } from '../pipelines/edit/prepare-edit.ts';
import { runEdit } from '../pipelines/edit/run-edit.ts';
import { referenceOptions, videoSettings } from '../pipelines/video/video-settings.ts';
import { concerning } from '../renamed-setting.ts';
import {
  declare,
  type GivenSettings,
  namesOf,
  nested,
  pick,
  redeclared,
  required,
  type Settings,
  withDefaults,
  withoutUndefined,
} from '../settings.ts';
import { trainingSettings } from '../training/declared-settings.ts';
import { onDevice } from './chosen-device.ts';
import {
  assertNoFirstFrame,
  assertNotDrawn,
  firstFrameSettings,
  givenFirstFrameBase,
} from './first-frame.ts';
import { baseFolder, baseSetting } from './load-base.ts';
import { givenMotion, type MotionChoice, motionSetting } from './load-motion.ts';
import { field, workFields } from './shared-fields.ts';
import { drawing, shared } from './shared-settings.ts';
import {
  assertNotGiven,
  assertOneSource,
  assertSamplesMade,
  assertVideoOptionsUsed,
} from './unused-options.ts';
import { givenPicture, keepVideo, type Video } from './video.ts';

const {
  base: _,
  clips: __,
  prompt: ___,
  captions: ____,
  device: _____,
  clipParts: ______,
  heldOut: _______,
  heldOutEvery: ________,
  ...ofTraining
} = trainingSettings;

/** Settings of `training` that also say which frames of the clip are edited, and how they are fitted. */
const ofClip: readonly string[] = ['frames', 'width', 'height', 'clipFps', 'stride', 'fit'];

/** The settings of `training` in an edit: those of a training, except what the edit sets itself. */
export const editTrainingSettings = onlyWithoutMotion(
  redeclared(ofTraining, {
    frames: { default: undefined, usual: 'those of the edit', onlyWithout: 'frames' },
    width: { onlyWithout: 'width' },
    height: { onlyWithout: 'height' },
    stride: { usual: '2; 1 with frames that the base recommends' },
  }),
);

/** A motion takes the place of training on the clip. */
function onlyWithoutMotion<S extends Settings>(settings: S): S {
  const entries = Object.entries(settings).map(([name, each]) => [
    name,
    ofClip.includes(name) ? each : { ...each, onlyWithout: 'motion' },
  ]);
  return Object.fromEntries(entries) as S;
}

const { frames, width, height } = trainingSettings;
const ofMotionOrBase = {
  default: undefined,
  usual: `the motion's or the base's, else ${width.default}x${height.default}`,
  recommendable: false,
  group: 'Clip',
} as const;
const editedShape = redeclared(
  { frames, width, height, framesPerSecond: shared.framesPerSecond },
  {
    frames: {
      description: "number of frames to edit, from the clip's first on",
      default: undefined,
      usual: "the motion's or the base's, else 24; fewer for a shorter clip",
      recommendable: false,
      group: 'Clip',
    },
    width: {
      description: shared.width.description,
      sizeOf: shared.width.sizeOf!,
      ...ofMotionOrBase,
    },
    height: { description: shared.height.description, ...ofMotionOrBase },
    framesPerSecond: {
      usual: phrase`the rate at which the clip is sampled (${setting('training.clipFps')}), divided by the stride`,
      group: 'Clip',
    },
  },
);

/** The settings of `editVideo`. */
export const editVideoSettings = {
  clip: required(
    declare(field.path, {
      description: 'a video, an animation, or a folder of numbered pictures, whose first frames are edited',
    }),
  ),
  prompt: required(declare(field.text, { description: 'what the edited video should show' })),
  negativePrompt: shared.negativePrompt,
  /**
   * After an interruption, the same call continues there; another edit of the same clip needs neither training nor
   * inversion.
   */
  run: declare(field.path, {
    description: 'folder for the intermediate results of the edit',
    usual: phrase`beside ${setting('out')}, "name.edit"`,
  }),
  clipPrompt: declare(field.text, {
    description: 'what the clip shows, for training on it',
    usual: "the clip's caption, in a text file of the same name",
    onlyWithout: 'motion',
  }),
  base: baseSetting,
  /** Its strength is 1. */
  motion: declare(motionSetting.schema, {
    description: 'a motion trained on this clip, in place of training',
  }),
  ...firstFrameSettings,
  firstFrame: declare(firstFrameSettings.firstFrame.schema, {
    ...firstFrameSettings.firstFrame,
    description: 'the edited first frame, of any size',
    usual: "the clip's own, redrawn from the prompt",
  }),
  strength: editSettings.strength,
  drawing,
  training: declare(nested(editTrainingSettings), {
    settings: editTrainingSettings,
    description: 'settings of the training, and of sampling the clip',
    group: 'Training',
  }),
  ...editedShape,
  inversionSteps: editSettings.inversionSteps,
  seed: editSettings.seed,
  device: shared.device,
  memory: declare(shared.memory.schema, {
    ...shared.memory,
    description: 'how much memory the networks may take for speed, in training as well',
  }),
  precision: declare(shared.precision.schema, {
    ...shared.precision,
    description: "how products with the U-Net's weights are computed, in training as well",
  }),
  useRecommended: shared.useRecommended,
  out: shared.out,
  ...videoSettings,
  reference: shared.reference,
};

/**
 * Options of `editVideo`. Omitted settings are those that the base recommends (in its `lamp.json`), else the paper's.
 */
export interface EditVideoOptions extends GivenSettings<typeof editVideoSettings>, WorkOptions {}

/**
 * Edits a clip (LAMP, Sec. 4): learns its motion, finds its noise by DDIM inversion, and generates the new video from
 * that noise and an edited first frame. Intermediate results are kept in the folder `run`, so that the same call
 * continues an edit that was stopped. Throws `UsageError` for an invalid option, `MediaError` (clip, first frame),
 * `CheckpointError` (base, motion), `DeviceError`, `StorageError` (`run`, `out`), `InterruptedError` when stopped by
 * the signal.
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
  const { onEvent, onPreview, signal, ...given } = checkOptions('editVideo', options, {
    ...editVideoSettings,
    ...workFields,
  });
  const { base, motion, out, framesPerSecond, device: _, firstFrame, reference, ...others } = given;
  const { firstFrameBase: __, firstFrameSize: ___, run = runBeside(out), ...edits } = others;

  if (out !== undefined) assertVideoPath(out);
  if (firstFrame !== undefined) assertNotDrawn(given);
  assertOneSource(given);
  assertTrainingUsed(given);
  const { frames, width, height, training, ...rest } = edits;
  const { device: deviceName, precision } = withDefaults(pick(shared, ['device', 'precision']), given);
  const { device: chosenDevice, work } = await onDevice(
    { device: deviceName, memory: given.memory, precision },
    { onEvent, onPreview, signal },
  );
  const firstFrameBase = await givenFirstFrameBase(given, precision, chosenDevice, work);
  const picture =
    firstFrame === undefined ? {} : { firstFrame: await givenPicture('firstFrame', firstFrame) };
  const sampling = Object.fromEntries(namesOf(videoSettings).map((name) => [name, rest[name]]));
  const edit = Object.fromEntries(Object.entries(rest).filter(([name]) => !(name in videoSettings))) as Pick<
    EditRequest,
    'clip' | 'prompt'
  >;
  // What the edit reads lies in its clip, its base and its folder, unless an error says otherwise.
  const ofEdit = { MediaError: 'clip', CheckpointError: 'base', StorageError: 'run' };
  const request: EditRequest = {
    ...work,
    useRecommended: !reference,
    ...edit,
    run,
    sampling: { ...(reference && referenceOptions), ...withoutUndefined(sampling) },
    training: withoutUndefined({ ...training, frames, width, height }) as NonNullable<
      EditRequest['training']
    >,
    device: chosenDevice,
    ...(base !== undefined && { base: await baseFolder(base, work) }),
    ...(motion !== undefined && { motion: await wholeMotion(motion) }),
    ...picture,
    firstFrameBase,
  };
  const prepared = await concerning(ofEdit, () => prepareEdit(request));
  if (!prepared.variant.firstFrame) assertNoFirstFrame(given);
  const isDrawn = firstFrame === undefined && prepared.variant.firstFrame;
  assertVideoOptionsUsed(given, {
    sampling: prepared.sampling,
    drawing: isDrawn ? prepared.drawing : undefined,
    isEdit: true,
  });
  if (out !== undefined) await concerning('out', () => assertVideoTarget(out, prepared.size));
  onEvent?.(
    notice({
      found: `the intermediate results of the edit are kept in "${run}"`,
      advice: phrase`To edit the clip again, give it as ${setting('run')}.`,
    }),
  );
  const edited = await concerning(ofEdit, () => runEdit(prepared, work));
  const rate = framesPerSecond ?? edited.framesPerSecond;
  return keepVideo({ ...edited, framesPerSecond: rate }, out, work);
}

/** Throws `UsageError` for settings of a training that does not take place, or that others replace. */
function assertTrainingUsed(given: EditVideoOptions): void {
  const training = Object.entries(given.training ?? {}).map(([name, value]) => [`training.${name}`, value]);
  const options = { clipPrompt: given.clipPrompt, ...Object.fromEntries(training) };
  for (const name of ['frames', 'width', 'height'] as const) {
    if (given[name] === undefined) continue;
    assertNotGiven(
      options,
      [`training.${name}`],
      (other) => phrase`${setting(name)} and ${setting(other)} are both given`,
      'Use one of them.',
    );
  }
  assertSamplesMade(given.training ?? {}, 'training.');
  if (given.motion === undefined) return;
  const names = Object.keys(options).filter((name) => !ofClip.includes(name.replace('training.', '')));
  assertNotGiven(
    options,
    names,
    (name) => phrase`${setting(name)} is for training on the clip, but ${setting('motion')} takes its place`,
    'Use one of them.',
  );
}

/** `fox.edit` beside `fox.mp4`, or beside the folder `fox/`. */
function runBeside(out: string | undefined): string {
  if (out === undefined) {
    throw new UsageError({
      found: phrase`an edit needs ${setting('run')} or ${setting('out')}`,
      setting: 'run',
      advice: 'Give one of them.',
    });
  }
  const { dir, name } = parse(out);
  return join(dir, `${name}.edit`);
}

/** The path of a motion with strength 1. */
async function wholeMotion(choice: MotionChoice): Promise<string> {
  const { path, strength } = await givenMotion(choice);
  if (strength === 1) return path;
  throw new UsageError({
    found: `motion "${path}" has the strength ${strength}`,
    expected: 'full strength, which an edit needs',
    setting: 'motion',
    advice: 'Use 1.',
  });
}
