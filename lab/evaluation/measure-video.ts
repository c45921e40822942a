/** @file Measures a generated video against the true one. */

import { grown } from '../../src/media/mask.ts';
import type { Picture } from '../../src/media/picture.ts';
import { type TrackPoint, thingMasks, trackMasks } from '../world/track.ts';
import { stillTrack, type TrackError, trackError } from '../world/track-error.ts';
import type { ThingClass } from './classifier.ts';
import { gradientEnergy } from './detail.ts';
import type { MotionCase } from './motion-cases.ts';
import { psnr, ssim } from './quality.ts';
import { mean } from './text-metrics.ts';

/** Errors of a thing's track in a video. */
export interface MotionFidelity {
  readonly error: TrackError;
  /** The same for a still video. */
  readonly stillError: TrackError;
  /**
   * Mean distance between where the points of the thing are and where they should be, as a share of the picture's side:
   * the errors of position, size and angle in one number (`pointError`).
   */
  readonly points: number;
  readonly stillPoints: number;
  /** PSNR in decibels of the scene around the thing, in the frames after the first, against the empty scene. */
  readonly scene: number;
}

/** All measures of a video that are computed from its pixels. */
export interface VideoMeasures {
  readonly motion?: MotionFidelity;
  /**
   * Means over the frames after the first: PSNR and SSIM against the true frames, and those of a still first frame; and
   * the gradient energy of the frames as a share of the true ones', which is far below 1 where a video is blurred.
   */
  readonly truth: {
    psnr: number;
    ssim: number;
    stillPsnr: number;
    stillSsim: number;
    gradientEnergy: number;
  };
  /** Whether the classifier recognises the requested thing in the last frame. */
  readonly identity: boolean;
  /** Share of the frames after the first in which the classifier sees a thing of the clips. */
  readonly leakage: number;
}

/** Measures a video; `seen` are the classifier's results for each frame. */
export function measureVideo(
  frames: readonly Picture[],
  { truth, thing, world }: MotionCase,
  seen: readonly ThingClass[],
  thingsInClips: ReadonlySet<string>,
): VideoMeasures {
  const later = frames.slice(1);
  const meanOf = (measure: (frame: Picture, i: number) => number) => mean(later.map(measure));
  return {
    ...(world && { motion: motionFidelity(frames, truth, world) }),
    truth: {
      psnr: meanOf((frame, i) => psnr(frame, truth[i + 1]!)),
      ssim: meanOf((frame, i) => ssim(frame, truth[i + 1]!)),
      stillPsnr: meanOf((_, i) => psnr(truth[0]!, truth[i + 1]!)),
      stillSsim: meanOf((_, i) => ssim(truth[0]!, truth[i + 1]!)),
      gradientEnergy: meanOf(gradientEnergy) / mean(truth.slice(1).map(gradientEnergy)),
    },
    identity: seen.at(-1)!.thing === thing,
    leakage: mean(seen.slice(1).map(({ thing: found }) => (thingsInClips.has(found) ? 1 : 0))),
  };
}

function motionFidelity(
  frames: readonly Picture[],
  truth: readonly Picture[],
  { track, background }: NonNullable<MotionCase['world']>,
): MotionFidelity {
  const masks = thingMasks(frames, { background, example: truth[0]! });
  const truly = thingMasks(truth, { background });
  const error = trackError(trackMasks(frames, masks), track);
  const stillError = trackError(stillTrack(track), track);
  const around = frames.map((_, f) => {
    const [found, meant] = [grown(masks[f]!, 2), grown(truly[f]!, 2)];
    return found.data.map((inside, pixel) => (inside || meant.data[pixel] ? 0 : 1));
  });
  // A frame that the thing fills has no scene to compare.
  const scenes = frames.slice(1).flatMap((frame, i) => {
    const counts = around[i + 1]!;
    return counts.includes(1) ? [psnr(frame, background, counts)] : [0];
  });
  return {
    error,
    stillError,
    points: pointError(error, track),
    stillPoints: pointError(stillError, track),
    scene: mean(scenes),
  };
}

/**
 * The errors as one length: `√(position² + (r·size)² + (r·angle)²)`, where r, the thing's mean radius on its true
 * track, is how far a point of it moves when it grows by a factor e or turns by one radian. A disc's root-mean-square
 * radius is 0.4 of the root of its area.
 */
export function pointError({ position, size, angle }: TrackError, track: readonly TrackPoint[]): number {
  const radius = 0.4 * mean(track.map((point) => point.size));
  return Math.hypot(position, radius * size, radius * angle);
}
