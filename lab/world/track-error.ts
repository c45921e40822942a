/** @file The difference between two tracks, as displacements since the first frame. */

import type { TrackPoint } from './track.ts';

/** Mean errors over all frames but the first. */
export interface TrackError {
  /** Distance between the displacements of the centres, as a fraction of the picture's side. */
  readonly position: number;
  /** Difference of the scale factors since the first frame, as a natural logarithm: 0.1 is about ten percent. */
  readonly size: number;
  /** Difference of the rotations, in radians. */
  readonly angle: number;
  /** Number of frames in which no thing was found; they count as without movement. */
  readonly lost: number;
}

/**
 * Compares the movements of two things, independent of where they start and how large they are. Throws `RangeError`
 * when the tracks differ in length or have fewer than two frames.
 */
export function trackError(measured: readonly TrackPoint[], truth: readonly TrackPoint[]): TrackError {
  if (measured.length !== truth.length || truth.length < 2) {
    throw new RangeError(`tracks of ${measured.length} and ${truth.length} frames cannot be compared`);
  }
  const moved = movementOf(measured);
  const meant = movementOf(truth);
  let [position, size, angle] = [0, 0, 0];
  for (let frame = 1; frame < truth.length; frame++) {
    const [a, b] = [moved[frame]!, meant[frame]!];
    position += Math.hypot(a.x - b.x, a.y - b.y);
    size += Math.abs(a.growth - b.growth);
    angle += Math.abs(a.angle - b.angle);
  }
  const steps = truth.length - 1;
  const lost = measured.filter(({ found }) => !found).length;
  return { position: position / steps, size: size / steps, angle: angle / steps, lost };
}

/** The track of a thing that stays as it is at the start of another track: the baseline of a still picture. */
export function stillTrack(track: readonly TrackPoint[]): TrackPoint[] {
  return track.map(() => ({ ...track[0]!, found: true }));
}

function movementOf(track: readonly TrackPoint[]) {
  const start = track.find(({ found }) => found);
  return track.map(({ x, y, size, angle, found }) =>
    start && found
      ? { x: x - start.x, y: y - start.y, growth: Math.log(size / start.size), angle: angle - start.angle }
      : { x: 0, y: 0, growth: 0, angle: 0 },
  );
}
