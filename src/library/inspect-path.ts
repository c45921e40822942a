/** @file `inspect`: describes files and folders. */

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { z } from 'zod';
import { parseBytes } from '../amounts.ts';
import { checkOptions } from '../check-options.ts';
import { exists } from '../checkpoints/exists.ts';
import { whyUnreadable } from '../checkpoints/user-file.ts';
import { CheckpointError, type LampError, MediaError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { CLIP_CHOICES, clipKindOfName } from '../media/clip.ts';
import { unreadVideoKind } from '../media/file-kinds.ts';
import { findClipSet } from '../media/find-clips.ts';
import { shapeSettings } from '../media/shape-settings.ts';
import { builtInBase, builtInName } from '../models/built-in-base.ts';
import { isSingleFile } from '../models/single-file.ts';
import { phrase, setting } from '../phrases.ts';
import { concerning } from '../renamed-setting.ts';
import { checkDevice } from '../runtime/devices.ts';
import { runningDefaults } from '../runtime/running-settings.ts';
import { declare, type GivenSettings, redeclared, required, withText } from '../settings.ts';
import { trainingSettings } from '../training/declared-settings.ts';
import { runPaths } from '../training/run-folder.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { checked } from '../wrong-settings.ts';
import { onDevice } from './chosen-device.ts';
import { type BaseInspection, type CostQuestion, inspectBase } from './inspect-base.ts';
import {
  type ClipInspection,
  type ClipsInspection,
  inspectClips,
  inspectOneClip,
  inspectPicture,
  type PictureInspection,
} from './inspect-media.ts';
import {
  type CheckpointInspection,
  inspectRun,
  inspectTrained,
  type MotionInspection,
  type RunInspection,
} from './inspect-trained.ts';
import { field, workFields } from './shared-fields.ts';
import { shared } from './shared-settings.ts';
import { assertNotGiven } from './unused-options.ts';

/** Less cannot hold the program itself. */
const leastMemory = 5e8;
const memorySize = checked<number | string>(
  (value) => {
    const bytes = typeof value === 'string' ? parseBytes(value) : value;
    return typeof bytes === 'number' && bytes >= leastMemory && bytes <= Number.MAX_SAFE_INTEGER;
  },
  'an amount of memory such as 12GB, at least 0.5GB',
  'memory',
);

/** A setting of the training whose cost is estimated. */
function forCost<S extends z.ZodType>(schema: S, what: string, value: string | number) {
  const description = `${what}, for estimating the cost`;
  return declare(schema, { description, usual: String(value), recommendable: true });
}

const { batch, accumulation, rank, optimizer } = trainingSettings;

/** The settings of `inspect`. */
export const inspectSettings = {
  path: required(
    declare(field.path, {
      description:
        'a base model (a diffusers folder, a single file, or built-in), motion file, run folder, training checkpoint, clip, folder of clips, generated video, or picture',
    }),
  ),
  ...withText(
    redeclared(shapeSettings, {
      frames: { description: trainingSettings.frames.description, usual: String(usual.frames) },
      width: {
        description: 'width of a training video, for estimating the cost',
        sizeOf: 'a training video, for estimating the cost',
        usual: String(usual.width),
      },
      height: {
        description: 'height of a training video, for estimating the cost',
        usual: String(usual.height),
      },
    }),
    { recommendable: true },
  ),
  batch: forCost(batch.schema, 'videos per batch', usual.batch),
  accumulation: forCost(accumulation.schema, 'batches per step', usual.accumulation),
  rank: forCost(rank.schema, 'rank of the trained low-rank factors (0: full matrices)', usual.rank),
  optimizer: forCost(optimizer.schema, 'optimiser of the training', usual.optimizer),
  device: declare(shared.device.schema, { ...shared.device, description: 'where training would run' }),
  precision: declare(shared.precision.schema, {
    ...shared.precision,
    description: "how products with the U-Net's weights would be computed",
  }),
  forMemory: declare(memorySize, {
    description:
      'list which videos a machine with this much memory can be trained on and make (with Stable Diffusion XL, which pictures it can draw), and how',
  }),
};

/** Options of `inspect`. */
export interface InspectOptions extends GivenSettings<typeof inspectSettings>, WorkOptions {}

/** Description of a file or folder; `kind` is its type. */
export type Inspection =
  | BaseInspection
  | MotionInspection
  | CheckpointInspection
  | RunInspection
  | ClipInspection
  | ClipsInspection
  | PictureInspection;

/**
 * Describes a file or folder: a base model, with the estimated cost of training a motion on it; a motion; a run; a
 * training checkpoint; a clip; a folder of clips, as reported by `examineClips`; a video or picture, with how lamp made
 * it. Throws `UsageError` for an invalid option, `MediaError` for a path that does not exist, and for damaged or
 * unsupported clips and pictures, `CheckpointError` for such weights, `StorageError` for a damaged run, `DeviceError`,
 * and `InterruptedError` when stopped.
 *
 * @example
 * import { inspect } from 'lamp-video';
 *
 * const found = await inspect({ path: 'built-in' });
 * if (found.kind === 'base') console.log(found.name, found.unet.parameters, found.training?.plain.bytes);
 */
export async function inspect(options: InspectOptions): Promise<Inspection> {
  const {
    path,
    device,
    precision,
    forMemory,
    onEvent,
    onPreview: _,
    signal,
    ...given
  } = checkOptions('inspect', options, {
    ...inspectSettings,
    ...workFields,
  });
  const chosen = device ?? runningDefaults.device;
  const { device: settled, work } = await onDevice({ device: chosen, precision }, { onEvent, signal });
  const memory = typeof forMemory === 'string' ? parseBytes(forMemory) : forMemory;
  const question = { ...given, device: settled, precision, forMemory: memory };
  const refuse = (kind: 'clips' | 'others') =>
    assertForBase(path, { ...given, device, precision, forMemory }, kind);
  return concerning('path', () => inspectPath(path, question, refuse, work), checkedAs);
}

/** The settings that other functions check what is at the path as. */
const checkedAs = ['base', 'motion', 'clips', 'out'];

/** `refuse` throws `UsageError` for options that say nothing about clips, or about anything but base models. */
async function inspectPath(
  path: string,
  question: CostQuestion,
  refuse: (kind: 'clips' | 'others') => void,
  work: WorkOptions,
): Promise<Inspection> {
  const { frames = usual.frames } = question;
  const found = await stat(path).catch((error: unknown) => error as Error);
  if (found instanceof Error) {
    if (path === builtInName && !(await exists(path))) return base(builtInBase(), question, path);
    throw await nothingThere(found, path);
  }
  if (!found.isDirectory()) return inspectFile(path, frames, refuse, () => base(path, question));
  const names = await readdir(path).catch(async (error: unknown) => {
    throw await nothingThere(error, path);
  });
  if (names.includes('model_index.json')) return base(path, question);
  if (names.includes('run.json')) {
    refuse('others');
    return inspectRun(path);
  }
  await refusePart(path, names);
  refuse('clips');
  const { clips } = await findClipSet([path]);
  const isClip = clips.length === 1 && clips[0] === path;
  return isClip ? inspectOneClip(path, frames) : inspectClips(path, frames, work);
}

/** Throws `UsageError` for options that say nothing about what was found: all are for base models, one for clips. */
function assertForBase(path: string, given: object, kind: 'clips' | 'others'): void {
  const others = [
    ...['width', 'height', 'batch', 'accumulation', 'rank', 'optimizer'],
    ...['device', 'precision', 'forMemory'],
  ];
  const names = kind === 'clips' ? others : ['frames', ...others];
  assertNotGiven(
    given,
    names,
    (name) =>
      phrase`${setting(name)} is for ${name === 'frames' ? 'base models and clips' : 'base models'}, and "${path}" is something else`,
  );
}

async function base(folder: string, question: CostQuestion, path = folder): Promise<BaseInspection> {
  await checkDevice(question.device);
  return inspectBase(folder, question, path);
}

/** Extensions of files that are pictures and never clips; the content decides the format. */
const pictureEndings = ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.avif', '.heic', '.heif', '.bmp', '.svg'];

async function inspectFile(
  path: string,
  frames: number,
  refuse: (kind: 'clips' | 'others') => void,
  base: () => Promise<BaseInspection>,
): Promise<Inspection> {
  const ending = extname(path).toLowerCase();
  const isPicture = pictureEndings.includes(ending);
  if (!isPicture && (await isSingleFile(path))) return base();
  if (isPicture || ending === '.safetensors') {
    // What cannot be read as either is named first.
    const found = await (isPicture ? inspectPicture(path) : inspectTrained(path));
    refuse('others');
    return found;
  }
  if (clipKindOfName(path) === undefined && !unreadVideoKind(path)) {
    throw new MediaError({
      found: `"${path}" ${ending ? `ends in ${ending}` : 'has no ending'}`,
      expected: `a clip (${CLIP_CHOICES}), a picture, a motion (.safetensors), or a model in one file`,
    });
  }
  refuse('clips');
  await findClipSet([path]); // Throws if it is not what its name says.
  return inspectOneClip(path, frames);
}

/** Throws `CheckpointError` for a folder that is part of a model or run. */
async function refusePart(path: string, names: readonly string[]): Promise<void> {
  if (names.includes('config.json')) {
    throw new CheckpointError({
      found: `"${path}" is one part of a model`,
      advice: 'Give the folder that has model_index.json, perhaps the one above.',
    });
  }
  const run = dirname(path);
  const { checkpoints, latents } = runPaths(run);
  if ([checkpoints, latents].map((each) => basename(each)).includes(basename(path))) {
    if (!(await exists(join(run, 'run.json')))) return;
    throw new CheckpointError({
      found: `"${path}" is one part of a run`,
      advice: `Give its folder "${run}".`,
    });
  }
}

/** The error for a path that cannot be read, of the class that suits its name. */
async function nothingThere(error: unknown, path: string): Promise<LampError> {
  const why = await whyUnreadable(error, path);
  const found = why.isMissing ? `there is nothing at "${path}"` : `"${path}" cannot be read: ${why.found}`;
  const isWeights = /\.(safetensors|ckpt|bin|pth?)$/i.test(path);
  return new (isWeights ? CheckpointError : MediaError)({ ...why, found }, { cause: error });
}
