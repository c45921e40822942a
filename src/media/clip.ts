/** @file Clips: videos, animations and folders of pictures, read frame by frame. */

import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { MediaError } from '../errors.ts';
import { alternatives, type Phrase, phrase, setting } from '../phrases.ts';
import { decodeAnimation, inspectAnimation } from './animated-picture.ts';
import { type ClipTiming, microseconds } from './frame-times.ts';
import type { FirstField } from './h264-fields.ts';
import type { Picture, Size } from './picture.ts';
import { decodePictureFolder, inspectPictureFolder } from './picture-folder.ts';
import { clipError } from './refuse-media.ts';
import { type Fit, resizePicture } from './resize.ts';
import { decodeVideo, inspectVideo } from './video-decoding.ts';

/** A video file, an animated GIF or WebP, or a folder of numbered pictures. */
export type ClipKind = 'video' | 'animation' | 'folder';

/** What a clip is. */
export interface ClipInfo extends Size, Omit<ClipTiming, 'framesPerSecond'> {
  /** The path as it was given. */
  readonly path: string;
  readonly kind: ClipKind;
  /** Frames that a player shows and that really decode. */
  readonly frameCount: number;
  /** Frames in the file, where an edit list does not show each once. */
  readonly storedFrames?: number;
  /** The usual rate; `null` for a folder, which has none. */
  readonly framesPerSecond: number | null;
  /** How long the frames move, without a rest on the last one; `null` for a folder. */
  readonly durationSeconds: number | null;
  /** The field that is shown first, where the video is interlaced: frames are made of this field alone. */
  readonly firstField?: FirstField;
  /** Whether it is interlaced in a way that is not taken apart (H.265): its pictures are taken as they are. */
  readonly interlacedAsIs?: boolean;
}

const VIDEO_ENDINGS: readonly string[] = [
  ...['.mp4', '.m4v', '.mov', '.qt', '.3gp', '.3g2', '.webm', '.mkv'],
  // MPEG transport streams; TypeScript is told apart by its content, see `isTransportStream`.
  ...['.ts', '.m2ts', '.mts', '.m2t'],
];
const ANIMATION_ENDINGS: readonly string[] = ['.gif', '.webp'];

/** What a clip can be, for messages. */
export const CLIP_CHOICES =
  'MP4, MOV, WebM, MKV, MPEG-TS, GIF, animated WebP, or a folder of numbered pictures';

/** The kind of clip that a file of this name is, or `undefined`. */
export function clipKindOfName(name: string): 'video' | 'animation' | undefined {
  const ending = extname(name).toLowerCase();
  if (VIDEO_ENDINGS.includes(ending)) {
    return 'video';
  }
  return ANIMATION_ENDINGS.includes(ending) ? 'animation' : undefined;
}

/** Throws `MediaError` for a clip that is not there or has another ending than clips have. The content is not read. */
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
    throw new MediaError(
      `clip "${path}" ${ending ? `ends in ${ending}` : 'has no ending'}; expected ${CLIP_CHOICES}.`,
    );
  }
  return kind;
}

/**
 * Finds out what a clip is: display size (rotation applied), frames as a player shows them, rate. Decodes the clip once, because
 * only then the number of frames is certain. Throws `MediaError` when it is missing, of an unknown kind, cut off, damaged, or
 * coded in a way that cannot be decoded.
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
  /** Exactly these frames, counted from 0, in this order, repeats allowed. Not together with the next three. */
  readonly indices?: readonly number[];
  /** The first frame; 0 unless told. */
  readonly start?: number;
  /** How many frames; all that are left unless told. */
  readonly count?: number;
  /** Every how manieth frame; 1 unless told. */
  readonly stride?: number;
  /** Resize each frame to this as soon as it is decoded; the clip's own size unless told. */
  readonly size?: Size;
  /** How to meet another aspect ratio; `cover` unless told. */
  readonly fit?: Fit;
}

/**
 * Reads frames of a clip. Decoding stops after the last frame that is needed, and only needed frames are kept. Throws
 * `MediaError` as {@link inspectClip} does, or when the clip does not have a frame that was asked for; `RangeError` when
 * an index, `start`, `count` or `stride` makes no sense.
 */
export async function readFrames(path: string, options: ReadFramesOptions = {}): Promise<Picture[]> {
  assertSelection(options);
  const kind = await clipKind(path);
  const { start = 0, count, stride = 1, size, fit } = options;
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
    found.set(index, size ? await resizePicture(frame, size, fit) : frame);
  });
  return indices.map((index) => {
    const frame = found.get(index);
    if (!frame) {
      throw new MediaError(
        `clip "${path}" has ${frameCount} frames that can be decoded; frame ${index} (counted from 0) was asked for. Use fewer frames, a smaller stride, or a longer clip.`,
      );
    }
    return frame;
  });
}

const decoders = { video: decodeVideo, animation: decodeAnimation, folder: decodePictureFolder };

/**
 * Hands the frames of a clip whose numbers are `wanted` to `take`, in order, each as soon as it is decoded, so that none
 * need be kept. Returns how many frames were seen. Throws `MediaError` as {@link inspectClip} does.
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

/** What {@link assertLongEnough} needs to know. */
export interface ClipLength extends Pick<ClipInfo, 'path' | 'frameCount'> {
  /** The rate at which so many frames are taken, where it is not the clip's own. */
  readonly clipFps?: number;
}

/**
 * Checks that a clip holds `frames` frames at a stride, which takes `(frames - 1) * stride + 1`. Throws `MediaError`
 * with the settings that would do for this clip.
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
    found: `clip "${path}" has ${frameCount} frame${frameCount === 1 ? '' : 's'}${at}; ${frames} at stride ${stride} need ${needed}`,
    setting: 'frames',
    advice: phrase`Use ${alternatives(remedies)}.`,
  });
}
