/** @file The rotation of a thing between two frames, from its colours on rings around its centre. */

import type { Mask } from '../../src/media/mask.ts';
import type { Picture } from '../../src/media/picture.ts';

const RINGS = 14;
const STEPS = 90;
/** The outermost ring, as a multiple of the radius of a disc of the thing's area. */
const REACH = 1.6;
/** Penalty for half a turn away from the expected angle, as a fraction of the mean difference. */
const PRIOR = 0.3;

/** Colours and the mask itself on the rings, ring by ring, then angle by angle. */
export type RingView = Float32Array;

/** Samples a thing on rings whose radii grow with its size. `x`, `y` and `area` are in pixels. */
export function ringView(frame: Picture, mask: Mask, x: number, y: number, area: number): RingView {
  const view = new Float32Array(RINGS * STEPS * 4);
  const radius = Math.sqrt(area / Math.PI);
  for (let ring = 0, at = 0; ring < RINGS; ring++) {
    const distance = (REACH * radius * (ring + 0.5)) / RINGS;
    for (let step = 0; step < STEPS; step++, at += 4) {
      const angle = (2 * Math.PI * step) / STEPS;
      const column = Math.round(x + distance * Math.cos(angle));
      const line = Math.round(y + distance * Math.sin(angle));
      if (column < 0 || line < 0 || column >= mask.width || line >= mask.height) continue;
      const pixel = line * mask.width + column;
      if (!mask.data[pixel]) continue;
      for (let channel = 0; channel < 3; channel++)
        view[at + channel] = frame.data[pixel * 3 + channel]! / 255;
      view[at + 3] = 1;
    }
  }
  return view;
}

/**
 * The clockwise rotation of one view relative to another, in radians, near `expected`: the one with the least squared
 * difference of the rings. `expected` decides between rotations that fit equally well, as of symmetric things.
 */
export function turnBetween(from: RingView, to: RingView, expected: number): number {
  const costs = Float64Array.from({ length: STEPS }, (_, shift) => {
    let cost = 0;
    for (let ring = 0; ring < RINGS; ring++) {
      let sum = 0;
      for (let step = 0; step < STEPS; step++) {
        const a = (ring * STEPS + step) * 4;
        const b = (ring * STEPS + ((step + shift) % STEPS)) * 4;
        for (let channel = 0; channel < 4; channel++) sum += (from[a + channel]! - to[b + channel]!) ** 2;
      }
      cost += sum * (ring + 0.5);
    }
    return cost;
  });
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / STEPS;
  const stepAngle = (2 * Math.PI) / STEPS;
  const away = (shift: number) => nearestTurn(shift * stepAngle - expected, 0);
  let best = 0;
  const judged = costs.map((cost, shift) => cost + PRIOR * mean * (away(shift) / Math.PI) ** 2);
  for (let shift = 1; shift < STEPS; shift++) if (judged[shift]! < judged[best]!) best = shift;
  // The minimum lies between the sampled angles: a parabola through three of them.
  const [before, here, after] = [costs.at(best - 1)!, costs[best]!, costs[(best + 1) % STEPS]!];
  const bend = before - 2 * here + after;
  const between = bend > 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
  return nearestTurn((best + between) * stepAngle, expected);
}

/** The angle, plus or minus whole turns, that is nearest to another. */
function nearestTurn(angle: number, to: number): number {
  return angle - 2 * Math.PI * Math.round((angle - to) / (2 * Math.PI));
}
