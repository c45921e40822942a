/** @file Selects the frames of a training video from a clip, by display time. */
import { MediaError } from '../errors.ts';
import { assertLongEnough, type ClipInfo } from './clip.ts';
import type { FramesPart } from './clip-part.ts';
import { jitter } from './frame-times.ts';

/** Timing information of a clip. */
export interface TimedClip extends Pick<ClipInfo, 'path' | 'frameCount' | 'framesPerSecond'> {
  /** See `ClipTiming`. */
  readonly frameTimes?: readonly number[] | undefined;
  /** The part of it that is used; default all of it. */
  readonly part?: FramesPart | undefined;
}

/**
 * Rate at which frames are sampled: frames a second, or `frames` to take them one by one, regardless of display times.
 */
export type ClipRate = number | 'frames';

/** Position of a video within a clip: anywhere, at the start, in the middle, or spread over the whole clip. */
export const clipWindows = ['random', 'start', 'middle', 'spread'] as const;

/** See {@link clipWindows}. */
export type ClipWindowKind = (typeof clipWindows)[number];

/** Settings that decide which videos a clip can give. */
export interface WindowSettings {
  /** Frames of a video. */
  readonly frames: number;
  /** Every n-th of the sampled frames is taken. */
  readonly stride: number;
  readonly clipFps: ClipRate;
  readonly window: ClipWindowKind;
  /** See `TrainingSettings`. */
  readonly clipRange: 'whole' | 'reference';
}

/** The possible videos of a clip. */
export interface ClipWindow {
  /** Number of possible videos, numbered from 0. */
  readonly starts: number;
  /** Indices of the clip's frames for one of them, in order; may contain repetitions. */
  readonly framesFrom: (start: number) => readonly number[];
}

/** Upper bound of rounding errors of display times, as a fraction of a frame. */
const rounding = 0.1;

/** A day at 48 frames a second; anything longer is a file with wrong timestamps. */
const MOST_MOMENTS = 2 ** 22;

/**
 * For each moment of a clip sampled at `rate`, the index of the frame displayed then: the last one that has begun or is
 * just about to, so that jittering timestamps do not cause repeated and skipped frames. A clip evenly timed at this
 * very rate gives every frame once, and so does a folder of pictures at any rate. Throws `MediaError` for times of more
 * than a day.
 */
export function framesAtRate(clip: TimedClip, rate: ClipRate): number[] {
  const { path, framesPerSecond: own, frameTimes } = clip;
  const { first, end } = rangeOf(clip);
  const isByNumber = rate === 'frames' || own === null || (own === rate && !frameTimes);
  if (isByNumber) return Array.from({ length: end - first }, (_, frame) => first + frame);
  const timeOf = (frame: number) => frameTimes?.[frame] ?? frame / own;
  const began = clip.part ? timeOf(first) : 0;
  const shownAt = (frame: number) => timeOf(frame) - began;
  const isOwn = Math.abs(rate - own) < 1e-6;
  const early = (isOwn ? jitter : rounding) / Math.max(own, rate);
  const seconds = shownAt(end - 1) + 1 / own;
  const moments = Math.max(1, Math.floor((seconds - early) * rate) + 1);
  if (moments > MOST_MOMENTS) {
    throw new MediaError({
      found: `clip "${path}" lasts ${Math.round(seconds)} seconds by the times of its frames, which at ${short(rate)} frames a second is too long`,
      advice: 'Cut it, or convert it to a constant rate.',
    });
  }
  let frame = first;
  return Array.from({ length: moments }, (_, moment) => {
    while (frame + 1 < end && shownAt(frame + 1) <= moment / rate + early) frame++;
    return frame;
  });
}

/** The frames of a clip that are used: the first one, and the one after the last. */
export function rangeOf({ part, frameCount }: Pick<TimedClip, 'part' | 'frameCount'>): {
  readonly first: number;
  readonly end: number;
} {
  return part ?? { first: 0, end: frameCount };
}

/** The lowest frame rate among the clips; `frames` if none has a rate. */
export function lowestRate(clips: readonly Pick<TimedClip, 'framesPerSecond'>[]): ClipRate {
  const rates = clips.flatMap(({ framesPerSecond }) => framesPerSecond ?? []);
  return rates.length > 0 ? Math.min(...rates) : 'frames';
}

/** The rate at which frames of these clips are taken, where `asked` is asked for. */
export function rateOf(
  asked: ClipRate | 'common',
  clips: readonly Pick<TimedClip, 'framesPerSecond'>[],
): ClipRate {
  if (asked === 'common') return lowestRate(clips);
  return clips.every(({ framesPerSecond }) => framesPerSecond === null) ? 'frames' : asked;
}

/** The videos that a clip can give. Throws `MediaError` if it is too short for one, with settings that would work. */
export function clipWindow(clip: TimedClip, settings: WindowSettings): ClipWindow {
  const { frames, clipFps, window, clipRange } = settings;
  const stride = window === 'spread' ? 1 : settings.stride;
  const moments = framesAtRate(clip, clipFps);
  // The reference never uses a clip's last frames: it requires as many frames as a video with one more frame would.
  const spare = clipRange === 'reference' ? 1 : 0;
  const { first, end } = rangeOf(clip);
  const isResampled = moments.length !== end - first && clipFps !== 'frames';
  assertLongEnough(
    { path: clip.path, frameCount: moments.length, ...(isResampled && { clipFps }) },
    frames + spare,
    stride,
  );
  const starts = moments.length - (frames - 1 + spare) * stride;
  const from = (first: number) => Array.from({ length: frames }, (_, i) => moments[first + i * stride]!);
  if (window === 'random') return { starts, framesFrom: from };
  const only =
    window === 'spread'
      ? Array.from(
          { length: frames },
          (_, i) => moments[Math.round((i * (moments.length - 1)) / (frames - 1))]!,
        )
      : from(window === 'start' ? 0 : (starts - 1) >> 1);
  return { starts: 1, framesFrom: () => only };
}

function short(value: number): string {
  return `${Number(value.toFixed(3))}`;
}
