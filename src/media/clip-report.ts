/** @file Examines clips before training: facts about each clip, problems, and a suitable stride for the set. */

import { InterruptedError, MediaError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { type MessageParts, messageParts } from '../phrases.ts';
import type { CaptionNote } from './caption-notes.ts';
import { readCaptions } from './captions.ts';
import { readFrames } from './clip.ts';
import { type ClipPrint, clipPrint, likeness } from './clip-likeness.ts';
import { type ClipPart, partsByPath } from './clip-part.ts';
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
import { type ClipFacts, examineClip } from './examine-clip.ts';
import type { ClipSet, PassedOver } from './find-clips.ts';
import { keptExamination } from './kept-examination.ts';
import type { Picture } from './picture.ts';
import { rateNotes } from './rate-notes.ts';
import { type AlikeClips, alikeClips, noProposal, type SetNote } from './set-notes.ts';
import type { Fit } from './shape-settings.ts';
import type { Size } from './size.ts';

/** Facts about an examined clip. */
export interface ExaminedClip extends ClipFacts {
  readonly caption: string | undefined;
  /** The training videos that it can give; absent if it is too short for one. */
  readonly window?: VideoPlaces;
}

/** The possible training videos of a clip. */
export interface VideoPlaces {
  /** Indices of the clip's frames with which the first and the last of them begin; equal if there is only one. */
  readonly first: number;
  readonly last: number;
  /** Number of possible videos. */
  readonly starts: number;
  /** Indices of all frames of the only one, or of the middle one as an example. */
  readonly frames: readonly number[];
}

/** A clip that cannot be read, and why. */
export interface UnreadableClip extends MessageParts {
  readonly path: string;
}

/** Proposed settings for training on the clips. */
export interface Proposal {
  readonly frames: number;
  /** The rate at which frames are sampled, if clips have rates. */
  readonly clipFps: ClipRate;
  /** Take every n-th of these frames. */
  readonly stride: number;
  /** Frame rate of the training videos. */
  readonly framesPerSecond: number;
  /** Their duration in seconds. */
  readonly seconds: number;
  /** Options for `learnMotion` that give these: `frames`, and others where its defaults do not. */
  readonly settings: {
    readonly clipFps?: ClipRate;
    readonly frames: number;
    readonly stride?: number;
    readonly window?: ClipWindowKind;
  };
}

/** Facts about an examined set of clips. */
export interface ExaminedSet {
  readonly clips: readonly ExaminedClip[];
  /** Clips that cannot be read, with the reasons. */
  readonly unreadable: readonly UnreadableClip[];
  readonly alike: readonly AlikeClips[];
  /** Other contents of the clips' folders. */
  readonly passedOver: readonly PassedOver[];
  /** Captions that belong to no clip, or whose clip is named differently. */
  readonly captionNotes: readonly CaptionNote[];
  /** `undefined` if no clip has enough frames, which a note says. */
  readonly proposal: Proposal | undefined;
  /** The rate at which frames are sampled: the requested one, else the lowest among the clips. */
  readonly clipFps: ClipRate;
  /** Notes on the set: the rate at which frames are sampled, and why, and why no training is proposed. */
  readonly setNotes: readonly SetNote[];
  /**
   * If strips are requested, the frames of each clip's video (see `VideoPlaces`), or all frames of a clip that is too
   * short.
   */
  readonly strips: readonly (readonly Picture[])[];
}

/** Options of {@link examineClipSet}. */
export interface ExamineOptions extends WorkOptions {
  /** Frames of a training video. */
  readonly frames: number;
  /** Rate at which frames are sampled; default `common`: the clips' own, the lowest if they differ. */
  readonly clipFps?: ClipRate | 'common' | undefined;
  /** Take every n-th of these frames; default 1. */
  readonly stride?: number | undefined;
  /** Parts of clips, by their names; see `TrainingSettings.clipParts`. */
  readonly clipParts?: Readonly<Record<string, ClipPart>> | undefined;
  /** Where in a clip a video begins; default `random`. */
  readonly window?: ClipWindowKind | undefined;
  /** Height of the pictures in `strips`, and the total width of a clip's pictures side by side; default no strips. */
  readonly strip?: Size | undefined;
  /** Size of training videos, whose aspect ratio the pictures in `strips` have; default the clip's own. */
  readonly size?: Size | undefined;
  /** How a clip of another aspect ratio is fitted to it; default `cover`. */
  readonly fit?: Fit | undefined;
  /** Folder that keeps what is found, so that a clip that has not changed is not decoded again; default none. */
  readonly cache?: string | undefined;
}

/** Two clips count as alike from this likeness on. */
const alikeShare = 0.75;

/**
 * Examines clips. Each is decoded twice, unless that is kept in `cache`, and once more for strips. A clip that cannot
 * be read becomes part of the report. Throws `MediaError` for malformed captions, `InterruptedError` when stopped.
 */
export async function examineClipSet(
  { clips: paths, passedOver, folders }: ClipSet,
  options: ExamineOptions,
): Promise<ExaminedSet> {
  const { frames, signal, onEvent } = options;
  const { clipFps: askedRate = 'common', stride = 1, window = 'random' } = options;
  const { captions, parts, notes: captionNotes } = await readCaptions(paths, folders);
  const given = partsByPath(options.clipParts ?? {}, paths);
  const progress = (done: number) =>
    onEvent?.({ type: 'progress', stage: 'examining clips', done, total: paths.length });
  const unreadable: UnreadableClip[] = [];
  const found: { report: ExaminedClip; print: ClipPrint }[] = [];
  progress(0);
  for (const [index, path] of paths.entries()) {
    if (signal?.aborted) throw new InterruptedError(`stopped after ${index} of ${paths.length} clips.`);
    try {
      const part = given.get(path) ?? parts.get(path);
      const { facts, thumbnails } = await (options.cache === undefined
        ? examineClip(path, part)
        : keptExamination(options.cache, path, part));
      found.push({ report: { ...facts, caption: captions.get(path) }, print: clipPrint(thumbnails) });
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
  const proposal = propose(clips, frames, clipFps, window);
  const onRate = rateNotes(clips, { clipFps: askedRate, stride, window }, clipFps);
  return {
    clips,
    unreadable,
    alike: findAlike(found),
    passedOver,
    captionNotes,
    clipFps,
    setNotes: proposal ? onRate : [...onRate, whyNone(clips, frames, clipFps)],
    proposal,
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
    return {}; // Its notes report that it is too short.
  }
}

/** The pictures of a clip's video, together no wider than the strip. */
async function stripOf(
  clip: ExaminedClip,
  options: Pick<ExamineOptions, 'frames' | 'fit'> & {
    readonly clipFps: ClipRate;
    readonly strip: Size;
    readonly size?: Size | undefined;
  },
): Promise<Picture[]> {
  const crop = clip.part?.crop;
  const { frames, clipFps, strip, size: shown = crop ?? clip, fit } = options;
  const indices = clip.window?.frames ?? framesAtRate(clip, clipFps).slice(0, frames);
  const shape = shown.width / shown.height;
  const height = Math.max(8, Math.min(strip.height, Math.floor(strip.width / frames / shape)));
  const size = { width: Math.max(1, Math.round(shape * height)), height };
  // A clip with its own aspect ratio is rounded to whole pixels, not cropped.
  return readFrames(clip.path, { indices, crop, size, fit: options.size ? (fit ?? 'cover') : 'stretch' });
}

/** The groups of similar clips, in the order of their first members. */
export function findAlike(
  clips: readonly { readonly report: Pick<ExaminedClip, 'path'>; readonly print: ClipPrint }[],
): AlikeClips[] {
  /** Index of the first clip of each clip's group. */
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
    return paths.length > 1 ? [alikeClips(paths, shares[group]!)] : [];
  });
}

/** Frame rate of the reference's videos; a motion is easiest to see at about this rate. */
const customaryRate = 8;

/** The timing of a clip and its shots. */
export type TimedShots = TimedClip & Pick<ExaminedClip, 'shots'>;

/** The number of frames of each shot at a rate. */
export function shotLengths(clip: TimedShots, clipFps: ClipRate): number[] {
  const frames = framesAtRate(clip, clipFps);
  return clip.shots.map(
    ({ start, length }) => frames.filter((frame) => frame >= start && frame < start + length).length,
  );
}

/**
 * The stride at which training videos play at about 8 frames a second, or the largest smaller one at which every shot
 * with at least `frames` frames still has enough. Frames are sampled at `clipFps`; frames spread over a whole clip have
 * no stride.
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
  const settings = (stride: number) => ({
    ...(!isOwnRate(clips, clipFps) && { clipFps }),
    frames,
    ...(!isSpread && { stride }),
    ...(window !== 'random' && { window }),
  });
  const rates = usable
    .map(({ rate, length }) => (isSpread ? (rate * (frames - 1)) / Math.max(1, length - 1) : rate))
    .sort((a, b) => a - b);
  const rate = rates[rates.length >> 1]!;
  if (isSpread) {
    const seconds = frames / rate;
    return { frames, clipFps, stride: 1, framesPerSecond: rate, seconds, settings: settings(1) };
  }
  const longest = Math.min(...usable.map(({ length }) => Math.floor((length - 1) / (frames - 1))));
  const stride = Math.max(1, Math.min(longest, Math.round(rate / customaryRate)));
  const framesPerSecond = rate / stride;
  const seconds = frames / framesPerSecond;
  return { frames, clipFps, stride, framesPerSecond, seconds, settings: settings(stride) };
}

/** The note that there is no proposal for these clips. */
function whyNone(clips: readonly TimedShots[], frames: number, clipFps: ClipRate) {
  const longest = Math.max(0, ...clips.flatMap((clip) => shotLengths(clip, clipFps)));
  const decides = clipFps !== 'frames' && ratesOf(clips).size > 1;
  return noProposal(frames, longest, decides ? clipFps : undefined);
}

/** Whether the clips are sampled at this rate anyway. */
function isOwnRate(clips: readonly TimedShots[], clipFps: ClipRate): boolean {
  const rates = ratesOf(clips);
  return clipFps === 'frames' ? rates.size === 0 : rates.size === 1 && rates.has(clipFps);
}

function ratesOf(clips: readonly TimedShots[]): ReadonlySet<number> {
  return new Set(clips.flatMap(({ framesPerSecond }) => framesPerSecond ?? []));
}
