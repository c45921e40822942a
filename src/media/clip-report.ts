/**
 * @file Examines clips before they are trained on: what each is, what is wrong with it, and which stride suits the set.
 */
import { basename } from 'node:path';
import { InterruptedError, MediaError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type MessageParts, messageParts } from '../phrases.ts';
import { type Bars, blackBars } from './black-bars.ts';
import type { CaptionNote } from './caption-notes.ts';
import { readCaptions } from './captions.ts';
import { type ClipInfo, inspectClip, readFrames, visitFrames } from './clip.ts';
import { type ClipPrint, clipPrint, likeness } from './clip-likeness.ts';
import {
  type ClipRate,
  type ClipWindowKind,
  clipWindow,
  framesAtRate,
  lowestRate,
  rateOf,
  type TimedClip,
  type WindowSettings,
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
import { type RateNote, rateNotes } from './rate-notes.ts';
import type { Fit } from './resize.ts';

/** A part of a clip without a cut in it. */
export interface Shot {
  /** Number of its first frame. */
  readonly start: number;
  readonly length: number;
}

/** What is known about a clip. */
export interface ExaminedClip extends ClipInfo {
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

/** A clip that cannot be read, and why. */
export interface UnreadableClip extends MessageParts {
  readonly path: string;
}

/** Clips that show nearly the same: each is like at least one other of them. */
export interface AlikeClips {
  /** In the order of the set; two or more. */
  readonly paths: readonly string[];
  /** Share of the shorter of two that is also in the other, 0 to 1; the lowest of the pairs that are alike. */
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
export interface ExaminedSet {
  readonly clips: readonly ExaminedClip[];
  /** Clips that cannot be read, with what is wrong with them. */
  readonly unreadable: readonly UnreadableClip[];
  readonly alike: readonly AlikeClips[];
  /** What else lies in the folders of the clips. */
  readonly passedOver: readonly PassedOver[];
  /** Captions that belong to no clip, or whose clip is written otherwise. */
  readonly captionNotes: readonly CaptionNote[];
  /** `undefined` when no clip holds enough frames. */
  readonly proposal: Proposal | undefined;
  /**
   * The rate at which frames are taken: the one that was asked for, or the clips' own, the lowest where they have
   * several.
   */
  readonly clipFps: ClipRate;
  /** What is to be said of the rate at which frames are taken. */
  readonly rateNotes: readonly RateNote[];
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
  /** At which rate frames are taken; `common`, the default: the clips' own, the lowest where they differ. */
  readonly clipFps?: ClipRate | 'common' | undefined;
  /** Every n-th of these frames is taken; 1 unless told. */
  readonly stride?: number | undefined;
  /** Where in a clip a video begins; `random` unless told. */
  readonly window?: ClipWindowKind | undefined;
  /** Height of the pictures in `strips`, and the width of all of a clip side by side; no strips unless told. */
  readonly strip?: Size | undefined;
  /** Shape of the pictures in `strips`: that of training videos of this size; the clip's own unless told. */
  readonly size?: Size | undefined;
  /** How a clip of another shape is fitted to it; `cover` unless told. */
  readonly fit?: Fit | undefined;
}

/** So many frames, spread over the clip, are searched for bars. */
const searchedFrames = 8;

/** Two clips are alike from this share on. */
const alikeShare = 0.75;

/**
 * Examines clips that were found; each is decoded twice, and once more for strips. A clip that cannot be read is part
 * of the report. Throws `MediaError` for malformed captions, `InterruptedError` when stopped.
 */
export async function examineClipSet(
  { clips: paths, passedOver, folders }: ClipSet,
  options: ExamineOptions,
): Promise<ExaminedSet> {
  const { frames, signal, onEvent } = options;
  const { clipFps: askedRate = 'common', stride = 1, window = 'random' } = options;
  const { captions, notes: captionNotes } = await readCaptions(paths, folders);
  const progress = (done: number) =>
    onEvent?.({ type: 'progress', stage: 'examining clips', done, total: paths.length });
  const unreadable: UnreadableClip[] = [];
  const found: { report: ExaminedClip; print: ClipPrint }[] = [];
  progress(0);
  for (const [index, path] of paths.entries()) {
    if (signal?.aborted) throw new InterruptedError(`stopped after ${index} of ${paths.length} clips.`);
    try {
      const examined = await examineClip(path);
      found.push({ ...examined, report: { ...examined.report, caption: captions.get(path) } });
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      unreadable.push({ path, ...messageParts(error) });
    }
    progress(index + 1);
  }
  const clipFps = rateOf(
    askedRate,
    found.map(({ report }) => report),
  );
  const clips = found.map(({ report }) => ({
    ...report,
    ...placesIn(report, { frames, stride, window, clipFps, clipRange: 'whole' }),
  }));
  const strips: Picture[][] = [];
  if (options.strip) {
    for (const clip of clips) strips.push(await stripOf(clip, { ...options, clipFps, strip: options.strip }));
  }
  return {
    clips,
    unreadable,
    alike: findAlike(found),
    passedOver,
    captionNotes,
    clipFps,
    rateNotes: rateNotes(clips, { clipFps: askedRate, stride, window }, clipFps),
    proposal: propose(clips, frames, clipFps, window),
    strips,
  };
}

function placesIn(clip: ExaminedClip, settings: WindowSettings): { readonly window?: VideoPlaces } {
  try {
    const { starts, framesFrom } = clipWindow(clip, settings);
    const [first, last] = [framesFrom(0)[0]!, framesFrom(starts - 1)[0]!];
    return { window: { first, last, starts, frames: framesFrom((starts - 1) >> 1) } };
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return {}; // Its notes say that it is too short.
  }
}

/** The pictures of a clip's video, side by side no wider than the strip. */
async function stripOf(
  clip: ExaminedClip,
  options: Pick<ExamineOptions, 'frames' | 'fit'> & {
    readonly clipFps: ClipRate;
    readonly strip: Size;
    readonly size?: Size | undefined;
  },
): Promise<Picture[]> {
  const { frames, clipFps, strip, size: shown = clip, fit } = options;
  const indices = clip.window?.frames ?? framesAtRate(clip, clipFps).slice(0, frames);
  const shape = shown.width / shown.height;
  const height = Math.max(8, Math.min(strip.height, Math.floor(strip.width / frames / shape)));
  const size = { width: Math.max(1, Math.round(shape * height)), height };
  // A clip of its own shape is rounded to whole pixels, not cut.
  return readFrames(clip.path, { indices, size, fit: options.size ? (fit ?? 'cover') : 'stretch' });
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
  const report: ExaminedClip = {
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

/** The groups of clips that are alike, in the order of their first ones. */
export function findAlike(
  clips: readonly { readonly report: Pick<ExaminedClip, 'path'>; readonly print: ClipPrint }[],
): AlikeClips[] {
  /** The first clip of each one's group. */
  const first = clips.map((_, i) => i);
  const shares = clips.map(() => 1);
  for (const [i, one] of clips.entries()) {
    for (const [k, other] of clips.slice(0, i).entries()) {
      const share = likeness(other.print, one.print);
      if (share < alikeShare) continue;
      const [to, from] = [first[i]!, first[k]!].sort((a, b) => a - b) as [number, number];
      for (const [at, group] of first.entries()) if (group === from) first[at] = to;
      shares[to] = Math.min(shares[to]!, shares[from]!, share);
    }
  }
  return clips.flatMap((_, group): AlikeClips[] => {
    const paths = clips.flatMap(({ report }, i) => (first[i] === group ? [report.path] : []));
    return paths.length > 1 ? [{ paths, share: shares[group]! }] : [];
  });
}

/** Rate at which the reference's videos play; a motion is easiest to see at about this rate. */
const customaryRate = 8;

/** What is known about the time of a clip's shots. */
export type TimedShots = TimedClip & Pick<ExaminedClip, 'shots'>;

/** How many frames each shot of a clip has at a rate. */
export function shotLengths(clip: TimedShots, clipFps: ClipRate): number[] {
  const frames = framesAtRate(clip, clipFps);
  return clip.shots.map(
    ({ start, length }) => frames.filter((frame) => frame >= start && frame < start + length).length,
  );
}

/**
 * The stride at which training videos play at about 8 frames a second, or the largest below it at which every shot that
 * holds `frames` frames at all still holds them. Frames are taken at `clipFps`; those that are spread over a whole clip
 * have no stride.
 */
export function propose(
  clips: readonly TimedShots[],
  frames: number,
  clipFps: ClipRate = lowestRate(clips),
  window: ClipWindowKind = 'random',
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
  const isSpread = window === 'spread';
  const rates = usable
    .map(({ rate, length }) => (isSpread ? (rate * (frames - 1)) / Math.max(1, length - 1) : rate))
    .sort((a, b) => a - b);
  const rate = rates[rates.length >> 1]!;
  if (isSpread) return { frames, clipFps, stride: 1, framesPerSecond: rate, seconds: frames / rate };
  const longest = Math.min(...usable.map(({ length }) => Math.floor((length - 1) / (frames - 1))));
  const stride = Math.max(1, Math.min(longest, Math.round(rate / customaryRate)));
  const framesPerSecond = rate / stride;
  return { frames, clipFps, stride, framesPerSecond, seconds: frames / framesPerSecond };
}
