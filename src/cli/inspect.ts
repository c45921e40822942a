/** @file `lamp inspect`: says what a file or folder is. */

import { readdir, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Command } from 'commander';
import { bytesText, countText } from '../amounts.ts';
import { unreadable } from '../checkpoints/json-file.ts';
import { openSafetensors } from '../checkpoints/safetensors.ts';
import { isThere, whyUnreadable } from '../checkpoints/user-file.ts';
import { CheckpointError, UsageError } from '../errors.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { type ClipInfo, inspectClip } from '../media/clip.ts';
import { findClipSet, type PassedOver } from '../media/find-clips.ts';
import { type TimeNote, timeNotes } from '../media/time-notes.ts';
import { readVideoMetadata } from '../media/video-file.ts';
import { builtInBase, builtInName } from '../models/built-in-base.ts';
import type { PictureSize } from '../models/programs.ts';
import { isSingleFile } from '../models/single-file.ts';
import { readMotionInfo } from '../motion/file/motion-file.ts';
import { type StoredSettings, settingsKey, storedSettings } from '../pipelines/video/stored-settings.ts';
import { checkDevice, deviceNames, parseDevice } from '../runtime/devices.ts';
import { readMetrics } from '../training/metrics.ts';
import { readRun, runPaths } from '../training/run-folder.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { type Facts, factLines, passedOverRows, settingRows } from './facts.ts';
import { baseFacts } from './inspect-base.ts';
import { pictureFacts } from './inspect-picture.ts';
import { ofBase, pictureSize, wholeNumber } from './options.ts';

interface InspectOptions {
  readonly frames?: number;
  readonly size?: PictureSize;
  readonly device: string;
  readonly json?: boolean;
}

const help = `
Examples:
  lamp inspect stable-diffusion-v1-5 --size 256x256 --frames 8    architecture, cost of training
  lamp inspect built-in                                           what the model that comes with lamp can draw
  lamp inspect runs/horse                                         prompt, settings, progress
  lamp inspect clips/horse-runs                                   size, frames, rate, strides that fit
  lamp inspect zebra.mp4                                          how it was made; also of a PNG that "lamp image" drew`;

/** The command, to be added to the program. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description(
      'say what a motion, run, base model, clip, video or picture is, and what training would cost',
    )
    .argument(
      '<path>',
      'motion file, run folder, diffusers folder or model in one file, clip, folder of clips, generated video, or drawn picture',
    )
    .option(
      '--frames <number>',
      `frames of a training video ${ofBase(usual.frames)}`,
      wholeNumber({ least: 2, most: 10_000 }),
    )
    .option(
      '--size <WxH>',
      `size of a training video ${ofBase(`${usual.width}x${usual.height}`)}`,
      pictureSize,
    )
    .option('--device <name>', `where training would run: ${deviceNames.join(', ')}`, 'cpu')
    .option('--json', 'print one JSON object')
    .addHelpText('after', help)
    .action(async (path: string, options: InspectOptions) => {
      const facts = await factsAbout(path, options);
      const text = options.json ? JSON.stringify({ path, ...facts.data }) : factLines(facts);
      process.stdout.write(`${text}\n`);
    });
}

/** Files that are pictures and never clips; what is in one is told by its bytes. */
const PICTURE_ENDINGS = ['.png', '.jpg', '.jpeg', '.tif', '.tiff', '.avif', '.heic', '.heif', '.bmp', '.svg'];

async function factsAbout(path: string, options: InspectOptions): Promise<Facts> {
  const { frames = usual.frames, size } = options;
  const device = parseDevice(options.device);
  const found = await stat(path).catch((error: unknown) => error as Error);
  if (found instanceof Error) {
    if (await isThere(path)) {
      throw new UsageError(`"${path}" cannot be read: ${await whyUnreadable(found, path)}`);
    }
    if (path !== builtInName) throw new UsageError(`there is nothing at "${path}". Check the path.`);
    await checkDevice(device);
    return baseFacts(builtInBase(), { frames: options.frames, ...size, device });
  }
  if (!found.isDirectory()) {
    const ending = extname(path).toLowerCase();
    if (PICTURE_ENDINGS.includes(ending)) return pictureFacts(path);
    if (await isSingleFile(path)) {
      await checkDevice(device);
      return baseFacts(path, { frames: options.frames, ...size, device });
    }
    return ending === '.safetensors' ? motionFacts(path) : clipFacts(path, frames);
  }
  const names = await readdir(path).catch(async (error: unknown) => {
    throw await unreadable(error, path, 'the folder');
  });
  if (names.includes('model_index.json')) {
    await checkDevice(device);
    return baseFacts(path, { frames: options.frames, ...size, device });
  }
  if (names.includes('run.json')) return runFacts(path);
  if (names.includes('config.json')) {
    throw new CheckpointError(
      `"${path}" is one part of a model. Give the folder that has model_index.json, perhaps the one above.`,
    );
  }
  const set = await findClipSet([path]);
  const isClip = set.clips.length === 1 && set.clips[0] === path;
  return isClip ? clipFacts(path, frames) : folderFacts(path, set, frames);
}

async function motionFacts(path: string): Promise<Facts> {
  const info = await readMotionInfo(path);
  const { tensors } = await openSafetensors(path);
  const parameters = [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const { settings, ...rest } = info;
  return {
    title: `motion "${path}"`,
    rows: [
      ['prompt', info.prompt],
      ['base', `${info.baseName} (fingerprint ${info.baseFingerprint})`],
      ['made for', `${info.frames} frames of ${info.width}x${info.height} at ${rate(info.framesPerSecond)}`],
      ['trained', `${info.steps} steps`],
      ...(info.rank ? [['rank', `${info.rank} (matrices as products of thin ones)`] as const] : []),
      [
        'values',
        `${countText(parameters)} in ${tensors.size} tensors (${bytesText((await stat(path)).size)})`,
      ],
      ...settingRows(settings),
    ],
    data: { kind: 'motion', ...rest, parameters, settings },
  };
}

async function clipFacts(path: string, frames: number): Promise<Facts> {
  const clip = await inspectClip(path);
  const metadata = clip.path.toLowerCase().endsWith('.webp') ? {} : await readVideoMetadata(path);
  const settings = storedSettings(metadata);
  const kind = { video: 'video', animation: 'animation', folder: 'folder of pictures' }[clip.kind];
  const notes = timeNotes(clip);
  const { path: _, kind: clipKind, frameTimes: __, ...numbers } = clip;
  return {
    title: settings ? `video "${path}", made by lamp` : `clip "${path}", a ${kind}`,
    rows: [
      ['size', `${clip.width}x${clip.height}`],
      ['frames', `${clip.frameCount}${clip.framesPerSecond ? ` at ${rate(clip.framesPerSecond)}` : ''}`],
      ['as a clip', strideText(clip, frames)],
      ...noteRows(notes),
      ...(settings ? madeRows(settings) : []),
    ],
    data: {
      kind: 'clip',
      clipKind,
      ...numbers,
      notes,
      largestStride: largestStride(clip, frames),
      ...(settings ? { [settingsKey]: settings } : {}),
    },
  };
}

function noteRows(notes: readonly TimeNote[]): [string, string][] {
  return notes.map(({ serious, message }) => ['', `${serious ? 'problem' : 'note'}: ${message}`]);
}

async function folderFacts(
  path: string,
  { clips, passedOver }: { readonly clips: readonly string[]; readonly passedOver: readonly PassedOver[] },
  frames: number,
): Promise<Facts> {
  const found: ClipInfo[] = [];
  for (const clip of clips) found.push(await inspectClip(clip));
  return {
    title: `folder of ${clips.length} clip${clips.length === 1 ? '' : 's'} "${path}"`,
    rows: [
      ...found.flatMap((clip) => [
        [
          clip.path,
          `${clip.width}x${clip.height}, ${clip.frameCount} frames${clip.framesPerSecond ? ` at ${rate(clip.framesPerSecond)}` : ''}; ${strideText(clip, frames)}`,
        ] as const,
        ...noteRows(timeNotes(clip)),
      ]),
      ...passedOverRows(passedOver),
    ],
    data: {
      kind: 'clips',
      clips: found.map(({ frameTimes: _, ...clip }) => ({
        ...clip,
        notes: timeNotes(clip),
        largestStride: largestStride(clip, frames),
      })),
      passedOver,
    },
  };
}

async function runFacts(path: string): Promise<Facts> {
  const run = await readRun(path);
  const metrics = await readMetrics(runPaths(path).metrics);
  const last = metrics.at(-1);
  const { base: _, clips: __, ...settings } = run.settings;
  return {
    title: `training run "${path}"`,
    rows: [
      [
        'state',
        run.finished ? `finished ${run.finished}` : 'not finished; go on with "lamp train … --resume"',
      ],
      ['steps', `${last?.step ?? 0} of ${run.settings.steps}`],
      ...(last ? [['loss', lossText(metrics.map(({ loss }) => loss))] as const] : []),
      ['base', `${run.base.name} (fingerprint ${run.base.unet})`],
      [
        'clips',
        `${run.clips.length} of ${run.clips.reduce((sum, { frameCount }) => sum + frameCount, 0)} frames in all`,
      ],
      ...settingRows(settings),
      ...settingRows(run.versions),
    ],
    data: { kind: 'run', stepsTaken: last?.step ?? 0, ...(last && { lastMetrics: last }), ...run },
  };
}

/** The mean of the first and of the last steps: single losses vary too much to say anything. */
function lossText(losses: readonly number[]): string {
  const some = Math.max(1, Math.min(50, Math.floor(losses.length / 4)));
  const mean = (values: readonly number[]) => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(4);
  if (losses.length < 4) return mean(losses);
  return `${mean(losses.slice(0, some))} in the first ${some} steps, ${mean(losses.slice(-some))} in the last`;
}

function madeRows(settings: StoredSettings): [string, string][] {
  const { frames: _frames, width: _width, height: _height, framesPerSecond: _rate, ...rest } = settings;
  return settingRows(rest);
}

/** The largest stride at which a clip holds that many frames; 0 when it is too short. */
function largestStride({ frameCount }: ClipInfo, frames: number): number {
  return Math.floor((frameCount - 1) / (frames - 1));
}

function strideText(clip: ClipInfo, frames: number): string {
  const largest = largestStride(clip, frames);
  if (largest === 0) return `too short for ${frames} frames`;
  return `${frames} frames at ${largest === 1 ? 'stride 1' : `strides 1 to ${largest}`}`;
}

function rate(framesPerSecond: number): string {
  return `${Number(framesPerSecond.toFixed(2))} frames a second`;
}
