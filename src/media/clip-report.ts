/** @file Examines clips before they are trained on: what each is, what is wrong with it, and which stride suits the set. */
import { basename } from 'node:path';
import { InterruptedError, MediaError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type Bars, blackBars } from './black-bars.ts';
import { describeUnused, readCaptions } from './captions.ts';
import { type ClipInfo, inspectClip, visitFrames } from './clip.ts';
import { type ClipPrint, clipPrint, likeness } from './clip-likeness.ts';
import type { ClipSet, PassedOver } from './find-clips.ts';
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
import { resizePicture } from './resize.ts';

/** A part of a clip without a cut in it. */
export interface Shot {
  /** Number of its first frame. */
  readonly start: number;
  readonly length: number;
}

/** What is known about a clip. */
export interface ClipReport extends ClipInfo {
  readonly caption: string | undefined;
  /** In the order of time; a clip without cuts is one shot. */
  readonly shots: readonly Shot[];
  readonly bars: Bars | undefined;
  /** Share of the picture in which something moves, 0 to 1. */
  readonly moving: number;
  /** Share of the frames that repeat the one before, 0 to 1. */
  readonly repeated: number;
  /** Whether this program made it (see `isMadeByLamp`). */
  readonly madeByLamp: boolean;
  /** What the numbers of a folder's frames tell. */
  readonly onNumbers: readonly NumberNote[];
}

/** Two clips that show nearly the same. */
export interface AlikeClips {
  readonly paths: readonly [string, string];
  /** Share of the shorter that is also in the other. */
  readonly share: number;
}

/** How the clips could be trained on. */
export interface Proposal {
  readonly frames: number;
  readonly stride: number;
  /** Rate at which the training videos play. */
  readonly framesPerSecond: number;
  /** How long they last. */
  readonly seconds: number;
}

/** What is known about a set of clips. */
export interface SetReport {
  readonly clips: readonly ClipReport[];
  /** Clips that cannot be read, with the reasons. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  readonly alike: readonly AlikeClips[];
  /** What else lies in the folders of the clips. */
  readonly passedOver: readonly PassedOver[];
  /** Captions that belong to no clip, in words (see `describeUnused`). */
  readonly unusedCaptions: readonly string[];
  /** `undefined` when no clip holds enough frames. */
  readonly proposal: Proposal | undefined;
  /** Some frames of each clip, from its beginning to its end, for looking at. */
  readonly strips: readonly (readonly Picture[])[];
}

/** What the clips are examined for. */
export interface ExamineOptions extends WorkOptions {
  /** Frames of a training video. */
  readonly frames: number;
  /** Height of the pictures in `strips`; 96 unless told. */
  readonly stripHeight?: number;
}

/** Pictures in a strip; the same frames are searched for bars. */
const stripLength = 8;

/** Two clips are alike from this share on. */
const alikeShare = 0.75;

/**
 * Examines clips that were found; each is decoded twice. A clip that cannot be read is part of the report. Throws
 * `MediaError` for malformed captions, `InterruptedError` when stopped.
 */
export async function examineClips(
  { clips: paths, passedOver, folders }: ClipSet,
  options: ExamineOptions,
): Promise<SetReport> {
  const { frames, signal, onEvent } = options;
  const { captions, unused } = await readCaptions(paths, folders);
  const progress = (done: number) =>
    onEvent?.({ type: 'progress', stage: 'examining clips', done, total: paths.length });
  const unreadable: { path: string; reason: string }[] = [];
  const found: { report: ClipReport; print: ClipPrint; strip: Picture[] }[] = [];
  progress(0);
  for (const [index, path] of paths.entries()) {
    if (signal?.aborted) throw new InterruptedError(`stopped after ${index} of ${paths.length} clips.`);
    try {
      const examined = await examineClip(path, options.stripHeight ?? 96);
      found.push({ ...examined, report: { ...examined.report, caption: captions.get(path) } });
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      unreadable.push({ path, reason: error.message });
    }
    progress(index + 1);
  }
  const clips = found.map(({ report }) => report);
  return {
    clips,
    unreadable,
    alike: findAlike(found),
    passedOver,
    unusedCaptions: describeUnused(unused),
    proposal: propose(clips, frames),
    strips: found.map(({ strip }) => strip),
  };
}

async function examineClip(path: string, stripHeight: number) {
  const info = await inspectClip(path);
  const { frameCount } = info;
  const last = Math.min(stripLength, frameCount) - 1;
  const chosen = new Set(
    Array.from({ length: last + 1 }, (_, i) => Math.round((i * (frameCount - 1)) / Math.max(1, last))),
  );
  const thumbnails: Thumbnail[] = [];
  const samples: Picture[] = [];
  const everyFrame = new Set(Array.from({ length: frameCount }, (_, index) => index));
  await visitFrames(path, everyFrame, async (frame, index) => {
    thumbnails.push(await thumbnailOf(frame));
    if (chosen.has(index)) samples.push(frame);
  });
  const changes = frameChanges(thumbnails);
  const starts = [0, ...findCuts(changes)];
  const report: ClipReport = {
    ...info,
    caption: undefined,
    shots: starts.map((start, i) => ({ start, length: (starts[i + 1] ?? frameCount) - start })),
    bars: blackBars(samples),
    moving: movingShare(thumbnails),
    repeated: repeatedShare(changes),
    madeByLamp: await isMadeByLamp(path),
    onNumbers: info.kind === 'folder' ? notesOnNumbers(await frameNames(path)) : [],
  };
  const width = Math.max(1, Math.round((info.width / info.height) * stripHeight));
  const strip = await Promise.all(
    samples.map((frame) => resizePicture(frame, { width, height: stripHeight }, 'stretch')),
  );
  return { report, print: clipPrint(thumbnails), strip };
}

async function frameNames(folder: string): Promise<string[]> {
  return (await listFrames(folder)).map((path) => basename(path));
}

function findAlike(
  clips: readonly { readonly report: ClipReport; readonly print: ClipPrint }[],
): AlikeClips[] {
  const alike: AlikeClips[] = [];
  for (const [i, one] of clips.entries()) {
    for (const other of clips.slice(0, i)) {
      const share = likeness(other.print, one.print);
      if (share >= alikeShare) alike.push({ paths: [other.report.path, one.report.path], share });
    }
  }
  return alike;
}

/** Rate at which the reference's videos play; a motion is easiest to see at about this rate. */
const customaryRate = 8;

/**
 * The stride at which training videos play at about 8 frames a second, or the largest below it at which every shot that
 * holds `frames` frames at all still holds them.
 */
export function propose(
  clips: readonly Pick<ClipReport, 'shots' | 'framesPerSecond'>[],
  frames: number,
): Proposal | undefined {
  const usable = clips.flatMap(({ shots, framesPerSecond }) =>
    shots
      .filter(({ length }) => length >= frames)
      .map(({ length }) => ({ length, rate: framesPerSecond ?? customaryRate })),
  );
  if (usable.length === 0) return undefined;
  const rates = usable.map(({ rate }) => rate).sort((a, b) => a - b);
  const rate = rates[rates.length >> 1]!;
  const longest = Math.min(...usable.map(({ length }) => Math.floor((length - 1) / (frames - 1))));
  const stride = Math.max(1, Math.min(longest, Math.round(rate / customaryRate)));
  const framesPerSecond = rate / stride;
  return { frames, stride, framesPerSecond, seconds: frames / framesPerSecond };
}
