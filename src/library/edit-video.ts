/** @file Giving a clip a new look: everything from options to frames in one call. */
import { join, parse } from 'node:path';
import { UsageError } from '../errors.ts';
import { notice } from '../events.ts';
import { assertVideoPath } from '../media/video-file.ts';
import { assertVideoTarget } from '../media/video-target.ts';
import { phrase, setting } from '../phrases.ts';
import { type EditVideoOptions as EditOptions, prepareEdit } from '../pipelines/edit/prepare-edit.ts';
import { runEdit } from '../pipelines/edit/run-edit.ts';
import { referenceOptions, type VideoSettings, withoutUndefined } from '../pipelines/video/video-settings.ts';
import { parseDevice } from '../runtime/devices.ts';
import { checkOptions, field, fieldsNamed, workFields } from './check-options.ts';
import {
  assertNotDrawn,
  type FirstFrameOptions,
  firstFrameFields,
  givenFirstFrameBase,
} from './first-frame.ts';
import { type BaseChoice, baseField, baseFolder } from './load-base.ts';
import { givenMotion, type MotionChoice, motionField } from './load-motion.ts';
import { givenPicture, keepVideo, type Video } from './video.ts';

/** What `editVideo` takes. What is left out is as the base recommends (its `lamp.json`), or as in the paper. */
export interface EditVideoOptions
  extends Omit<EditOptions, 'base' | 'motion' | 'firstFrame' | 'sampling' | 'run'>,
    Partial<VideoSettings>,
    FirstFrameOptions {
  /**
   * Folder that keeps the parts of the edit; by default `fox.edit` beside an `out` of `fox.mp4`. Needed where there is
   * no `out`.
   */
  readonly run?: string;
  /**
   * Settings that are left out are those of the authors' implementation, whatever the base recommends; false by
   * default.
   */
  readonly reference?: boolean;
  /** The model that edits; the built-in one unless told. See `LoadBaseOptions.base`. */
  readonly base?: BaseChoice;
  /** A motion that was trained on the clip before: there is no training then. Its strength is 1. */
  readonly motion?: MotionChoice;
  /** Number of frames that are edited, from the clip's first on; 24 (fewer of a shorter clip) unless told. */
  readonly frames?: number;
  /** Pixels, a multiple of what the base's VAE needs (8 in Stable Diffusion). */
  readonly width?: number;
  /** Pixels, like `width`. */
  readonly height?: number;
  /** Writes the video there: `.mp4`, `.webm` or `.gif`; a name without ending makes a folder of PNG frames. */
  readonly out?: string;
  /** The rate to play at; that at which the clip is taken (`training.clipFps`), divided by the stride, unless told. */
  readonly framesPerSecond?: number;
}

const samplingNames = Object.keys(referenceOptions) as (keyof VideoSettings)[];

const fields = {
  clip: field.path,
  prompt: field.text,
  negativePrompt: field.anyText.optional(),
  run: field.path.optional(),
  clipPrompt: field.text.optional(),
  motion: motionField.optional(),
  base: baseField.optional(),
  ...firstFrameFields,
  strength: field.number.optional(),
  drawing: field.settings.optional(),
  training: field.settings.optional(),
  frames: field.number.optional(),
  width: field.number.optional(),
  height: field.number.optional(),
  inversionSteps: field.number.optional(),
  seed: field.seed.optional(),
  device: field.text.optional(),
  useRecommended: field.flag.optional(),
  reference: field.flag.optional(),
  out: field.path.optional(),
  framesPerSecond: field.rate.optional(),
  ...fieldsNamed(samplingNames),
  ...workFields,
};

/**
 * Gives a clip a new look (LAMP, Sec. 4): learns its motion, finds the noise it would have come from, and makes it
 * again from that and a first frame in the new look. The folder `run` keeps what was done: an edit that was stopped
 * goes on with the same call. Throws `UsageError` for an option that makes no sense, `MediaError` (clip, first frame),
 * `CheckpointError` (base, motion), `DeviceError`, `StorageError` (`run`, `out`), `InterruptedError` when the signal
 * stops it.
 *
 * @example import { editVideo } from 'lamp-video';
 *
 * await editVideo({ clip: 'clips/jumps/fox.gif', clipPrompt: 'a fox jumps', prompt: 'a fox jumps in the snow', run:
 * 'runs/snow', frames: 4, training: { steps: 2 }, // 500 unless told inversionSteps: 3, // as many as the sampler's
 * unless told samplerSteps: 3, out: 'snow.gif', });
 */
export async function editVideo(options: EditVideoOptions): Promise<Video> {
  const { onEvent, signal, ...given } = checkOptions('editVideo', options, fields);
  const work = { onEvent, signal };
  const { base, motion, out, framesPerSecond, device, firstFrame, reference = false, ...others } = given;
  const { firstFrameBase: _, firstFrameSize: __, run = runBeside(out), ...edits } = others;

  if (out !== undefined) assertVideoPath(out);
  if (firstFrame !== undefined) assertNotDrawn(given);
  const { frames, width, height, training, ...rest } = edits;
  const firstFrameBase = await givenFirstFrameBase(given, work);
  const sampling = Object.fromEntries(samplingNames.map((name) => [name, rest[name]]));
  const edit = Object.fromEntries(
    Object.entries(rest).filter(([name]) => !samplingNames.includes(name as keyof VideoSettings)),
  ) as Pick<EditOptions, 'clip' | 'prompt'>;
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
