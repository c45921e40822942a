/**
 * @file Cuts the moving object out of a clip with a still background and pastes it onto other scenes: copy-paste
 * augmentation (Ghiasi et al. 2021, arXiv 2012.07177).
 */

import { type Background, behindThing, guessBackground } from './background.ts';
import { areaOf, grown, type Mask } from './mask.ts';
import { type Picture, type Recolouring, recoloured } from './picture.ts';
import { segmentThing } from './segment.ts';
import type { Size } from './size.ts';

/** If a larger fraction of the picture changes, the camera or the background moves. */
const MOST_CHANGING = 0.7;
/** An object of which more than this fraction is always at the same place hides the background there. */
const MOST_HIDDEN = 0.2;
/** An object that grows or shrinks by at least this factor hides little at its smallest; that part is interpolated. */
const LEAST_GROWN = 2;
/** Fraction by which the area of a growing object may decrease between two frames. */
const SLACK = 0.05;
/** Fraction of the frames in which the object must be found. */
const LEAST_SEEN = 0.9;
/** Smaller finds, as a fraction of the picture, are specks. */
const LEAST_AREA = 0.004;

/** The background of a clip, and the region where its moving object can be. */
export type ClipScene = Pick<Background, 'picture' | 'region'>;

/**
 * The background of a clip whose moving object can be cut out, estimated from frames spread over the clip. `undefined`
 * if none can: nothing moves, or nearly everything does, or the object never leaves its place, which hides the
 * background behind it, unless it grows or shrinks there.
 */
export function findScene(frames: readonly Picture[]): ClipScene | undefined {
  const { picture, region, moved } = guessBackground(frames);
  const { width, height } = picture;
  const area = width * height;
  if (!moved || areaOf(region) > MOST_CHANGING * area) return undefined;
  const seen = frames
    .map((frame) => ({ frame, mask: segmentThing(frame, picture, { region }) }))
    .filter(({ mask }) => areaOf(mask) > LEAST_AREA * area);
  if (seen.length < LEAST_SEEN * frames.length) return undefined;
  const masks = seen.map(({ mask }) => mask);
  const data = region.data.map((_, pixel) => (masks.every(({ data }) => data[pixel]) ? 1 : 0));
  const always: Mask = { width, height, data };
  const areas = masks.map(areaOf);
  const hidden = areaOf(always);
  const smallest = Math.min(...areas);
  if (hidden <= MOST_HIDDEN * smallest) return { picture, region };
  if (!grows(areas) && !grows(areas.toReversed())) return undefined;
  return { picture: behindThing(seen[areas.indexOf(smallest)]!.frame, region, always), region };
}

/** Whether areas grow steadily, and considerably overall. */
function grows(areas: readonly number[]): boolean {
  const rises = areas.every((area, i) => i === 0 || area > (1 - SLACK) * areas[i - 1]!);
  return rises && areas.at(-1)! > LEAST_GROWN * areas[0]!;
}

/** An object cut out of a frame: its colours, and its coverage of each pixel. */
export interface CutOut {
  readonly picture: Picture;
  /** Coverage of each pixel, 0 to 1, row by row. */
  readonly cover: Float32Array;
}

/** Cuts the moving object out of a frame, given the clip's background. */
export function cutOut(frame: Picture, { picture: scene, region }: ClipScene): CutOut {
  const cover = coverOf(segmentThing(frame, scene, { region }), frame, scene);
  const data = frame.data.slice();
  for (const [pixel, share] of cover.entries()) {
    if (share > 0 && share < 1) data.set(colourInside(frame, cover, pixel), 3 * pixel);
  }
  return { picture: { ...frame, data }, cover };
}

/** How an object is pasted onto a scene. */
export interface Pasting {
  /** Translation to the right in pixels. */
  readonly right: number;
  /** Translation downwards in pixels. */
  readonly down: number;
  /** Changed colours of the object; default its own. */
  readonly colours?: Recolouring | undefined;
}

/** Pastes an object onto a scene of the same size, as a new picture. */
export function pasted(
  { picture, cover }: CutOut,
  scene: Picture,
  { right, down, colours }: Pasting,
): Picture {
  const { width, height } = scene;
  const thing = colours ? recoloured(picture, colours) : picture;
  const data = scene.data.slice();
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
      const from = (y - down) * width + x - right;
      const share = cover[from]!;
      if (share === 0) continue;
      const to = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) {
        data[to + c] = Math.round(share * thing.data[3 * from + c]! + (1 - share) * data[to + c]!);
      }
    }
  }
  return { width, height, data };
}

/**
 * Coverage of each pixel: 1 inside the mask; along its edge, the pixel's difference from the background relative to the
 * largest difference nearby.
 */
function coverOf(mask: Mask, frame: Picture, scene: Picture): Float32Array {
  const around = grown(mask, 1).data;
  return Float32Array.from(mask.data, (_, pixel) => {
    if (!around[pixel]) return 0;
    const near = neighbours(pixel, 1, mask);
    if (near.every((each) => mask.data[each])) return 1;
    const largest = Math.max(...near.map((each) => differenceAt(frame, scene, each)));
    return largest === 0 ? 0 : differenceAt(frame, scene, pixel) / largest;
  });
}

/** The object's own colour at a partly covered pixel: the mean of the nearest fully covered ones. */
function colourInside(frame: Picture, cover: Float32Array, pixel: number): readonly number[] {
  const at = (each: number) => [...frame.data.subarray(3 * each, 3 * each + 3)];
  for (const radius of [1, 2]) {
    const whole = neighbours(pixel, radius, frame)
      .filter((each) => cover[each] === 1)
      .map(at);
    if (whole.length === 0) continue;
    return [0, 1, 2].map((c) => Math.round(whole.reduce((sum, each) => sum + each[c]!, 0) / whole.length));
  }
  return at(pixel);
}

/** The pixels within `radius` of one, including itself. */
function neighbours(pixel: number, radius: number, { width, height }: Size): number[] {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  const found: number[] = [];
  for (let row = Math.max(0, y - radius); row <= Math.min(height - 1, y + radius); row++) {
    for (let column = Math.max(0, x - radius); column <= Math.min(width - 1, x + radius); column++) {
      found.push(row * width + column);
    }
  }
  return found;
}

/** The largest difference over the three channels. */
function differenceAt({ data }: Picture, { data: other }: Picture, pixel: number): number {
  return Math.max(...[0, 1, 2].map((c) => Math.abs(data[3 * pixel + c]! - other[3 * pixel + c]!)));
}
