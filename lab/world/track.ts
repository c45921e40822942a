/** @file The track of a thing in a video, measured by segmentation. */

import { guessBackground } from '../../src/media/background.ts';
import { areaOf, type Mask } from '../../src/media/mask.ts';
import type { Picture } from '../../src/media/picture.ts';
import { coloursOf, segmentThing } from '../../src/media/segment.ts';
import { type RingView, ringView, turnBetween } from './turn.ts';

/** A thing's position, size and angle in one frame. */
export interface TrackPoint {
  /** The centre of mass, as shares of the picture's width and height from the upper left corner. */
  readonly x: number;
  readonly y: number;
  /** The square root of the fraction of the picture that it covers. */
  readonly size: number;
  /** Its rotation since the first frame: clockwise, in radians, with full turns. */
  readonly angle: number;
  /** `false` if nothing was found in this frame; the other values are then those of the previous frame. */
  readonly found: boolean;
}

/** Options of {@link trackThing}. */
export interface TrackOptions {
  /** The scene without the thing, if known; default estimated from the frames. */
  readonly background?: Picture;
  /**
   * A frame that shows the thing in front of this background, such as the true first one. In a video whose scene
   * changes slightly, regions of other colours are not mistaken for the thing.
   */
  readonly example?: Picture;
}

/** Smaller regions (as fractions of the picture) are ignored. */
const LEAST_AREA = 0.004;

/**
 * Measures the track of the one thing that stands or moves before a still scene. Throws `RangeError` without frames
 * or when sizes differ.
 */
export function trackThing(frames: readonly Picture[], options: TrackOptions = {}): TrackPoint[] {
  return trackMasks(frames, thingMasks(frames, options));
}

/** The mask of the thing in each frame, as {@link trackThing} sees it. Throws as it does. */
export function thingMasks(frames: readonly Picture[], options: TrackOptions = {}): Mask[] {
  const [first] = frames;
  if (!first) throw new RangeError('a track needs at least one frame');
  for (const each of [...frames, ...[options.background ?? [], options.example ?? []].flat()]) {
    if (each.width !== first.width || each.height !== first.height) {
      throw new RangeError(
        `frames of ${first.width}x${first.height} and ${each.width}x${each.height} make no track`,
      );
    }
  }
  const { background, example } = options;
  if (background) {
    const colours = example && coloursOf(example, segmentThing(example, background));
    return frames.map((frame) => segmentThing(frame, background, colours && { colours }));
  }
  const { picture, region, moved } = guessBackground(frames);
  return frames.map((frame) => segmentThing(frame, picture, { region, smooth: !moved }));
}

/** Centre, size and rotation of each mask; the rotation is measured from the frames' colours inside it. */
export function trackMasks(frames: readonly Picture[], masks: readonly Mask[]): TrackPoint[] {
  const track: TrackPoint[] = [];
  let reference: RingView | undefined;
  let last: TrackPoint = { x: 0.5, y: 0.5, size: 0, angle: 0, found: false };
  for (const [index, mask] of masks.entries()) {
    const area = areaOf(mask);
    const pixels = mask.width * mask.height;
    if (area < LEAST_AREA * pixels) {
      last = { ...last, found: false };
    } else {
      const [x, y] = centreOf(mask, area);
      const view = ringView(frames[index]!, mask, x, y, area);
      const angle = reference ? turnBetween(reference, view, last.angle) : 0;
      reference ??= view;
      const place = { x: (x + 0.5) / mask.width, y: (y + 0.5) / mask.height };
      last = { ...place, size: Math.sqrt(area / pixels), angle, found: true };
    }
    track.push(last);
  }
  return track;
}

function centreOf({ width, data }: Mask, area: number): [x: number, y: number] {
  let [sumX, sumY] = [0, 0];
  for (let pixel = 0; pixel < data.length; pixel++) {
    if (!data[pixel]) continue;
    sumX += pixel % width;
    sumY += Math.floor(pixel / width);
  }
  return [sumX / area, sumY / area];
}
