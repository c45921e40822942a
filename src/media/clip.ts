/** @file Reading clips (videos, animations and folders of pictures) frame by frame. */

import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { MediaError } from '../errors.ts';
import { alternatives, type Phrase, phrase, setting } from '../phrases.ts';
import { decodeAnimation, inspectAnimation } from './animated-picture.ts';
import { cropPicture } from './black-bars.ts';
import { clipKindOfName } from './clip-names.ts';
import { type ClipTiming, microseconds } from './frame-times.ts';
import type { FirstField } from './h264-fields.ts';
import type { Picture } from './picture.ts';
import { decodePictureFolder, inspectPictureFolder } from './picture-folder.ts';
import { clipError } from './refuse-media.ts';
import { resizePicture } from './resize.ts';
import type { Fit } from './shape-settings.ts';
import type { Size } from './size.ts';
import { decodeVideo, inspectVideo } from './video-decoding.ts';

export { clipKindOfName } from './clip-names.ts';

/** A video file, an animated GIF or WebP, or a folder of numbered pictures. */
export type ClipKind = 'video' | 'animation' | 'folder';

/** Facts about a clip. */
export interface ClipInfo extends Size, Omit<ClipTiming, 'framesPerSecond'> {
  /** The path, as given. */
  readonly path: string;
  readonly kind: ClipKind;
  /** Number of frames that a player shows and that can be decoded. */
  readonly frameCount: number;
  /** Number of frames in the file, if an edit list does not show each exactly once. */
  readonly storedFrames?: number;
  /** Frame rate (the most common one where it varies); `null` for a folder, which has none. */
  readonly framesPerSecond: number | null;
  /** Duration without a rest on the last frame; `null` for a folder. */
  readonly durationSeconds: number | null;
  /** The field displayed first, if the video is interlaced; frames are made from this field alone. */
  readonly firstField?: FirstField;
  /** Whether the video is interlaced H.265, which is not deinterlaced: its pictures are used unchanged. */
  readonly interlacedAsIs?: boolean;
  /**
   * The field that is shown first, if the pictures are visibly interlaced (combed) although the video is not flagged as
   * such. They are used unchanged.
   */
  readonly combed?: FirstField;
}

/** The supported kinds of clips, for messages. */
export const CLIP_CHOICES =
  'MP4, MOV, WebM, MKV, MPEG-TS, GIF, animated WebP, or a folder of numbered pictures';

/**
 * The kind of a clip, without reading its content. Throws `MediaError` if it does not exist or its extension is not
 * that of a clip.
 */
export async function clipKind(path: string): Promise<ClipKind> {
  const found = await stat(path).catch(async (error: unknown) => {
    throw await clipError(error, path);
  });
  if (found.isDirectory()) {
    return 'folder';
  }
  const kind = clipKindOfName(path);
  if (!kind) {
    const ending = extname(path);
    throw new MediaError({
      found: `clip "${path}" ${ending ? `ends in ${ending}` : 'has no ending'}`,
      expected: CLIP_CHOICES,
    });
  }
  return kind;
}

/**
 * Determines a clip's display size (rotation applied), the frames that a player shows, and its rate. Decodes the clip
 * once, since only then is the number of frames certain. Throws `MediaError` if it is missing, of an unknown kind,
 * truncated, damaged, or uses an unsupported codec.
 */
export async function inspectClip(path: string): Promise<ClipInfo> {
  const kind = await clipKind(path);
  if (kind === 'folder') {
    const facts = await inspectPictureFolder(path);
    return { path, kind, ...facts, framesPerSecond: null, durationSeconds: null };
  }
  const facts = await (kind === 'video' ? inspectVideo(path) : inspectAnimation(path));
  const { framesPerSecond, frameTimes, frameCount } = facts;
  const lastShown = frameTimes?.at(-1);
  const durationSeconds =
    lastShown === undefined ? frameCount / framesPerSecond : microseconds(lastShown + 1 / framesPerSecond);
  return { path, kind, ...facts, durationSeconds };
}

/** Which frames {@link readFrames} reads, and at which size. */
export interface ReadFramesOptions {
  /** Exactly these frames, counted from 0, in this order, with repetitions allowed. Excludes the next three options. */
  readonly indices?: readonly number[];
  /** The first frame; default 0. */
  readonly start?: number;
  /** Number of frames; default all that remain. */
  readonly count?: number;
  /** Read every n-th frame; default 1. */
  readonly stride?: number;
  /** Crop each frame to this rectangle first; default the whole picture. */
  readonly crop?: (Size & { readonly left: number; readonly top: number }) | undefined;
  /** Resize each frame to this size as soon as it is decoded; default the clip's own size. */
  readonly size?: Size;
  /** How to fit another aspect ratio; default `cover`. */
  readonly fit?: Fit;
}

/**
 * Reads frames of a clip. Decoding stops after the last frame needed, and only needed frames are kept in memory. Throws
 * `MediaError` as {@link inspectClip} does, or if the clip lacks a requested frame; `RangeError` for an invalid index,
 * `start`, `count` or `stride`.
 */
export async function readFrames(path: string, options: ReadFramesOptions = {}): Promise<Picture[]> {
  assertSelection(options);
  const kind = await clipKind(path);
  const { start = 0, count, stride = 1, crop, size, fit } = options;
  let indices = options.indices;
  if (!indices) {
    const length = count ?? Math.ceil(((await inspectClip(path)).frameCount - start) / stride);
    indices = Array.from({ length: Math.max(0, length) }, (_, step) => start + step * stride);
  }
  if (indices.length === 0) {
    return [];
  }
  const found = new Map<number, Picture>();
  const frameCount = await decoders[kind](path, new Set(indices), async (frame, index) => {
    const shown = crop ? cropPicture(frame, crop.left, crop.top, crop) : frame;
    found.set(index, size ? await resizePicture(shown, size, fit) : shown);
  });
  return indices.map((index) => {
    const frame = found.get(index);
    if (!frame) {
      throw new MediaError({
        found: `clip "${path}" has ${frameCount} frames that can be decoded, and frame ${index} (counted from 0) was asked for`,
        advice: phrase`Use fewer ${setting('frames')}, a smaller ${setting('stride')}, or a longer clip.`,
      });
    }
    return frame;
  });
}

const decoders = { video: decodeVideo, animation: decodeAnimation, folder: decodePictureFolder };

/**
 * Passes the frames of a clip whose indices are in `wanted` to `take`, in order, each as soon as it is decoded, so that
 * none need be kept. Returns the number of frames decoded. Throws `MediaError` as {@link inspectClip} does.
 */
export async function visitFrames(
  path: string,
  wanted: ReadonlySet<number>,
  take: (frame: Picture, index: number) => Promise<void>,
): Promise<number> {
  return decoders[await clipKind(path)](path, wanted, take);
}

function assertSelection({ indices, start, count, stride }: ReadFramesOptions): void {
  if (indices && (start !== undefined || count !== undefined || stride !== undefined)) {
    throw new RangeError('give either indices, or start, count and stride');
  }
  const whole = (name: string, value: number | undefined, least: number) => {
    if (value !== undefined && (!Number.isInteger(value) || value < least)) {
      throw new RangeError(`${name} is ${value}; expected a whole number from ${least}`);
    }
  };
  whole('start', start, 0);
  whole('count', count, 0);
  whole('stride', stride, 1);
  for (const index of indices ?? []) {
    whole('a frame index', index, 0);
  }
}

/** The facts needed by {@link assertLongEnough}. */
export interface ClipLength extends Pick<ClipInfo, 'path' | 'frameCount'> {
  /** The rate at which frames are sampled, if it is not the clip's own. */
  readonly clipFps?: number;
}

/**
 * Checks that a clip has `frames` frames at a stride, which requires `(frames - 1) * stride + 1`. Throws `MediaError`
 * with settings that would work for this clip.
 */
export function assertLongEnough(
  { path, frameCount, clipFps }: ClipLength,
  frames: number,
  stride: number,
): void {
  const needed = (frames - 1) * stride + 1;
  if (frameCount >= needed) {
    return;
  }
  const remedies: Phrase[] = [];
  const workingStride = frames > 1 ? Math.floor((frameCount - 1) / (frames - 1)) : 0;
  if (workingStride >= 1) {
    remedies.push([setting('stride', workingStride)]);
  }
  const workingFrames = Math.floor((frameCount - 1) / stride) + 1;
  if (workingFrames >= 2) {
    remedies.push([setting('frames', workingFrames)]);
  }
  if (workingStride < 1 && frameCount > workingFrames && frameCount >= 2) {
    remedies.push(phrase`${setting('stride', 1)} with ${setting('frames', frameCount)}`);
  }
  if (clipFps !== undefined) remedies.push(phrase`a higher ${setting('clipFps')}`);
  remedies.push(['a longer clip']);
  const at = clipFps === undefined ? '' : ` at ${Number(clipFps.toFixed(3))} a second`;
  throw new MediaError({
    found: `clip "${path}" has ${frameCount} frame${frameCount === 1 ? '' : 's'}${at}`,
    expected: `at least ${needed}, which ${frames} frames at stride ${stride} need`,
    setting: 'frames',
    advice: phrase`Use ${alternatives(remedies)}.`,
  });
}
