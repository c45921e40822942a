/**
 * @file Examines clips before they are trained on: what each is, what is wrong with it, and which stride suits the set.
 */
import { basename } from 'node:path';
import { InterruptedError, MediaError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type Bars, blackBars } from './black-bars.ts';
import { describeCaptionNotes } from './caption-notes.ts';
import { readCaptions } from './captions.ts';
import { type ClipInfo, inspectClip, readFrames, visitFrames } from './clip.ts';
import { type ClipPrint, clipPrint, likeness } from './clip-likeness.ts';
import {
  type ClipRate,
  type ClipWindowKind,
  clipWindow,
  framesAtRate,
  lowestRate,
  type TimedClip,
} from './clip-window.ts';
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
import type { Picture, Size } from './picture.ts';
import { listFrames } from './picture-folder.ts';

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
  /** The training videos that it gives; absent where it is too short for one. */
  readonly window?: VideoPlaces;
}

/** Which training videos a clip gives. */
export interface VideoPlaces {
  /** Numbers of the clip's frames with which the first and the last one begin; the same where there is only one. */
  readonly first: number;
  readonly last: number;
  /** How many there are. */
  readonly starts: number;
  /** The numbers of all frames of the only one, or of the one in the middle as an example. */
  readonly frames: readonly number[];
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
  /** The rate at which frames are taken, where clips have rates. */
  readonly clipFps: ClipRate;
  /** Every n-th of these frames. */
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
  /** Captions that belong to no clip, or whose clip is written otherwise, in words (see `describeCaptionNotes`). */
  readonly unusedCaptions: readonly string[];
  /** `undefined` when no clip holds enough frames. */
  readonly proposal: Proposal | undefined;
  /**
   * The rate at which frames are taken: the one that was asked for, or the clips' own, the lowest where they have
   * several.
   */
  readonly clipFps: ClipRate;
  /**
   * The frames of each clip's video (see `VideoPlaces`), or all of a clip that is too short, where strips are asked
   * for.
   */
  readonly strips: readonly (readonly Picture[])[];
}

/** What the clips are examined for. */
export interface ExamineOptions extends WorkOptions {
  /** Frames of a training video. */
  readonly frames: number;
  /** At which rate frames are taken; the lowest of the clips' own unless told. */
  readonly clipFps?: ClipRate | undefined;
  /** Every n-th of these frames is taken; 1 unless told. */
  readonly stride?: number | undefined;
  /** Where in a clip a video begins; `random` unless told. */
  readonly window?: ClipWindowKind | undefined;
  /** Height of the pictures in `strips`, and the width of all of a clip side by side; no strips unless told. */
  readonly strip?: Size | undefined;
}

/** So many frames, spread over the clip, are searched for bars. */
const searchedFrames = 8;

/** Two clips are alike from this share on. */
const alikeShare = 0.75;

/**
 * Examines clips that were found; each is decoded twice, and once more for strips. A clip that cannot be read is part
 * of the report. Throws `MediaError` for malformed captions, `InterruptedError` when stopped.
 */
export async function examineClips(
  { clips: paths, passedOver, folders }: ClipSet,
  options: ExamineOptions,
): Promise<SetReport> {
  const { frames, signal, onEvent } = options;
  const { captions, notes } = await readCaptions(paths, folders);
  const progress = (done: number) =>
    onEvent?.({ type: 'progress', stage: 'examining clips', done, total: paths.length });
  const unreadable: { path: string; reason: string }[] = [];
  const found: { report: ClipReport; print: ClipPrint }[] = [];
  progress(0);
  for (const [index, path] of paths.entries()) {
    if (signal?.aborted) throw new InterruptedError(`stopped after ${index} of ${paths.length} clips.`);
    try {
      const examined = await examineClip(path);
      found.push({ ...examined, report: { ...examined.report, caption: captions.get(path) } });
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      unreadable.push({ path, reason: error.message });
    }
    progress(index + 1);
  }
  const clipFps = options.clipFps ?? lowestRate(found.map(({ report }) => report));
  const clips = found.map(({ report }) => ({ ...report, ...placesIn(report, options, clipFps) }));
  const strips: Picture[][] = [];
  if (options.strip)
    for (const clip of clips) strips.push(await stripOf(clip, options.strip, frames, clipFps));
  return {
    clips,
    unreadable,
    alike: findAlike(found),
    passedOver,
    unusedCaptions: describeCaptionNotes(notes),
    clipFps,
    proposal: propose(clips, frames, clipFps),
    strips,
  };
}

function placesIn(
  clip: ClipReport,
  { frames, stride = 1, window = 'random' }: ExamineOptions,
  clipFps: ClipRate,
): { readonly window?: VideoPlaces } {
  try {
    const { starts, framesFrom } = clipWindow(clip, { frames, stride, window, clipFps, clipRange: 'whole' });
    const [first, last] = [framesFrom(0)[0]!, framesFrom(starts - 1)[0]!];
    return { window: { first, last, starts, frames: framesFrom((starts - 1) >> 1) } };
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return {}; // Its notes say that it is too short.
  }
}

/** The pictures of a clip's video, side by side no wider than the strip. */
async function stripOf(clip: ClipReport, strip: Size, frames: number, clipFps: ClipRate): Promise<Picture[]> {
  const indices = clip.window?.frames ?? framesAtRate(clip, clipFps).slice(0, frames);
  const shape = clip.width / clip.height;
  const height = Math.max(8, Math.min(strip.height, Math.floor(strip.width / frames / shape)));
  const size = { width: Math.max(1, Math.round(shape * height)), height };
  return readFrames(clip.path, { indices, size, fit: 'stretch' });
}

async function examineClip(path: string) {
  const info = await inspectClip(path);
  const { frameCount } = info;
  framesAtRate(info, info.framesPerSecond ?? 'frames'); // Throws for times that make no sense.
  const last = Math.min(searchedFrames, frameCount) - 1;
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
  return { report, print: clipPrint(thumbnails) };
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

/** What is known about the time of a clip's shots. */
export type TimedShots = TimedClip & Pick<ClipReport, 'shots'>;

/** How many frames each shot of a clip has at a rate. */
export function shotLengths(clip: TimedShots, clipFps: ClipRate): number[] {
  const frames = framesAtRate(clip, clipFps);
  return clip.shots.map(
    ({ start, length }) => frames.filter((frame) => frame >= start && frame < start + length).length,
  );
}

/**
 * The stride at which training videos play at about 8 frames a second, or the largest below it at which every shot that
 * holds `frames` frames at all still holds them. Frames are taken at `clipFps`.
 */
export function propose(
  clips: readonly TimedShots[],
  frames: number,
  clipFps: ClipRate = lowestRate(clips),
): Proposal | undefined {
  const usable = clips.flatMap((clip) =>
    shotLengths(clip, clipFps)
      .filter((length) => length >= frames)
      .map((length) => ({
        length,
        rate: clipFps === 'frames' ? (clip.framesPerSecond ?? customaryRate) : clipFps,
      })),
  );
  if (usable.length === 0) return undefined;
  const rates = usable.map(({ rate }) => rate).sort((a, b) => a - b);
  const rate = rates[rates.length >> 1]!;
  const longest = Math.min(...usable.map(({ length }) => Math.floor((length - 1) / (frames - 1))));
  const stride = Math.max(1, Math.min(longest, Math.round(rate / customaryRate)));
  const framesPerSecond = rate / stride;
  return { frames, clipFps, stride, framesPerSecond, seconds: frames / framesPerSecond };
}
