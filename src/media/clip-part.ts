/** @file Parts of clips: from when to when, and which rectangle of the picture, in place of all of it. */
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { MediaError, UsageError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';
import { cropPicture } from './black-bars.ts';
import type { ClipInfo } from './clip.ts';
import type { Picture } from './picture.ts';

const count = (least: number) => z.int().min(least).max(1e9);

/** A rectangle of a picture in pixels, as a player shows it. */
const cropSchema = z.strictObject({ left: count(0), top: count(0), width: count(1), height: count(1) });

const seconds = z.number().min(0).max(1e6);

/**
 * A part of a clip as people give it. What is omitted is not limited. Seconds are those that a player shows; frames are
 * counted from 0.
 */
export const clipPartSchema = z.strictObject({
  /** Time of the first frame, in seconds. */
  start: seconds.optional(),
  /** Time after the last frame, in seconds. */
  end: seconds.optional(),
  /** In place of `start`: the first frame. */
  startFrame: count(0).optional(),
  /** In place of `end`: the frame after the last one. */
  endFrame: count(1).optional(),
  crop: cropSchema.optional(),
});

/** See `clipPartSchema`. */
export type ClipPart = z.infer<typeof clipPartSchema>;

/** A part of a clip in frames. */
export const framesPartSchema = z.object({
  /** The first frame. */
  first: count(0),
  /** The frame after the last one. */
  end: count(1),
  /** The rectangle; absent for the whole picture. */
  crop: cropSchema.optional(),
});

/** See `framesPartSchema`. */
export type FramesPart = z.infer<typeof framesPartSchema>;

/** The facts about a clip that a part of it depends on; the size is absent where the part was checked before. */
type PartedClip = Pick<ClipInfo, 'path' | 'frameCount' | 'framesPerSecond'> & {
  readonly frameTimes?: readonly number[] | undefined;
  readonly width?: number;
  readonly height?: number;
};

/** A fraction of a frame: times that people round still mean the frame that they looked up. */
const ROUNDING = 0.1;

/** The frames of a part. Throws `MediaError` if the clip has no such part. */
export function framesOfPart(part: ClipPart, clip: PartedClip): FramesPart {
  const { path, frameCount, framesPerSecond: rate, frameTimes } = clip;
  const wrong = (found: string, expected: string) =>
    new MediaError({ found: `the part of clip "${path}" ${found}`, expected, setting: 'clipParts' });
  for (const [time, frame] of [['start', 'startFrame'] as const, ['end', 'endFrame'] as const]) {
    if (part[time] === undefined) continue;
    if (part[frame] !== undefined) throw wrong(`has both "${time}" and "${frame}"`, 'one of them');
    if (rate === null) throw wrong(`has a "${time}" in seconds`, `"${frame}", since pictures have no times`);
  }
  /** The number of frames that begin before a time. */
  const framesBefore = (time: number) => {
    const early = time - ROUNDING / rate!;
    if (!frameTimes) return Math.max(0, Math.ceil(early * rate!));
    const after = frameTimes.findIndex((shown) => shown >= early);
    return after < 0 ? frameCount : after;
  };
  const first = part.startFrame ?? (part.start === undefined ? 0 : framesBefore(part.start));
  const end = part.endFrame ?? (part.end === undefined ? frameCount : framesBefore(part.end));
  if (first >= end || end > frameCount) {
    throw wrong(
      `is frame ${first} to ${end - 1}`,
      `frames within 0 to ${frameCount - 1}, the first one first`,
    );
  }
  const { crop } = part;
  if (crop && clip.width !== undefined && clip.height !== undefined) {
    const [right, bottom] = [crop.left + crop.width, crop.top + crop.height];
    if (right > clip.width || bottom > clip.height) {
      throw wrong(
        `reaches to ${right},${bottom}`,
        `a rectangle within its ${clip.width}x${clip.height} pixels`,
      );
    }
  }
  return { first, end, ...(crop && { crop }) };
}

/** The picture within the rectangle; the picture itself if there is none. */
export function croppedTo(from: Picture, crop: FramesPart['crop']): Picture {
  return crop ? cropPicture(from, crop.left, crop.top, crop) : from;
}

/**
 * The parts that are given for clips by name (their file or folder name, or a path), by the clips' paths. Throws
 * `UsageError` for a name that is not that of one clip.
 */
export function partsByPath(
  parts: Readonly<Record<string, ClipPart>>,
  clips: readonly string[],
): Map<string, ClipPart> {
  const found = new Map<string, ClipPart>();
  for (const [name, part] of Object.entries(parts)) {
    const same = clips.filter((clip) => resolve(clip) === resolve(name));
    const named = same.length > 0 ? same : clips.filter((clip) => basename(clip) === name);
    if (named.length !== 1) {
      throw new UsageError({
        found: phrase`${setting('clipParts')} names "${name}", which is the name of ${named.length === 0 ? 'no clip' : `${named.length} clips`}`,
        setting: 'clipParts',
        advice: named.length === 0 ? 'Give the name of a clip, or its path.' : 'Give its path.',
      });
    }
    found.set(named[0]!, part);
  }
  return found;
}
