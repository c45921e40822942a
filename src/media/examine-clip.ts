/** @file Examines one clip, or a part of it: what its frames show, whatever it is to be used for. */
import { basename } from 'node:path';
import { type Bars, blackBars } from './black-bars.ts';
import { type ClipInfo, inspectClip, visitFrames } from './clip.ts';
import { type ClipPart, croppedTo, type FramesPart, framesOfPart } from './clip-part.ts';
import { framesAtRate, rangeOf } from './clip-window.ts';
import {
  findCuts,
  frameChanges,
  movingShare,
  repeatedShare,
  type Thumbnail,
  thumbnailOf,
} from './frame-changes.ts';
import { type NumberNote, notesOnNumbers } from './frame-numbers.ts';
import { isMadeByLamp } from './lamp-made.ts';
import type { Picture } from './picture.ts';
import { listFrames } from './picture-folder.ts';

/** A part of a clip without a cut in it. */
export interface Shot {
  /** Index of its first frame. */
  readonly start: number;
  readonly length: number;
}

/** Facts about a clip, or a part of it, that do not depend on what it is examined for, nor on other clips. */
export interface ClipFacts extends ClipInfo {
  /** The part of it that is used; absent for all of it. Shots, bars and movement are those of that part. */
  readonly part?: FramesPart;
  /** Shots in order; a clip without cuts is one shot. */
  readonly shots: readonly Shot[];
  readonly bars: Bars | undefined;
  /** Fraction of the picture in which something moves, 0 to 1. */
  readonly moving: number;
  /** Fraction of the frames that repeat the previous one, 0 to 1. */
  readonly repeated: number;
  /** Whether this program made it (see `isMadeByLamp`). */
  readonly madeByLamp: boolean;
  /** Notes on the numbering of a folder's frames. */
  readonly onNumbers: readonly NumberNote[];
}

/** What is found about a clip by itself. */
export interface ExaminedAlone {
  readonly facts: ClipFacts;
  /** Of all frames of the part, in order. */
  readonly thumbnails: readonly Thumbnail[];
}

/** Number of frames, spread over the clip, that are searched for bars. */
const searchedFrames = 8;

/**
 * Examines a clip, or the part of it that is asked for. It is decoded twice. Throws `MediaError` if it cannot be read
 * or has no such part.
 */
export async function examineClip(path: string, asked: ClipPart | undefined): Promise<ExaminedAlone> {
  const whole = await inspectClip(path);
  const part = asked && framesOfPart(asked, whole);
  const info = { ...whole, ...(part && { part }) };
  const { first, end } = rangeOf(info);
  const frameCount = end - first;
  framesAtRate(info, info.framesPerSecond ?? 'frames'); // Throws for impossible times.
  const last = Math.min(searchedFrames, frameCount) - 1;
  const chosen = new Set(
    Array.from(
      { length: last + 1 },
      (_, i) => first + Math.round((i * (frameCount - 1)) / Math.max(1, last)),
    ),
  );
  const thumbnails: Thumbnail[] = [];
  const samples: Picture[] = [];
  const everyFrame = new Set(Array.from({ length: frameCount }, (_, index) => first + index));
  await visitFrames(path, everyFrame, async (picture, index) => {
    const frame = croppedTo(picture, part?.crop);
    thumbnails.push(await thumbnailOf(frame));
    if (chosen.has(index)) samples.push(frame);
  });
  const changes = frameChanges(thumbnails);
  const starts = [0, ...findCuts(changes)];
  const facts: ClipFacts = {
    ...info,
    shots: starts.map((start, i) => ({
      start: first + start,
      length: (starts[i + 1] ?? frameCount) - start,
    })),
    bars: blackBars(samples),
    moving: movingShare(thumbnails),
    repeated: repeatedShare(changes),
    madeByLamp: await isMadeByLamp(path),
    onNumbers: info.kind === 'folder' ? notesOnNumbers(await frameNames(path)) : [],
  };
  return { facts, thumbnails };
}

async function frameNames(folder: string): Promise<string[]> {
  return (await listFrames(folder)).map((path) => basename(path));
}
