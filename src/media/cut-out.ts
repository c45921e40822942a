/**
 * @file Cuts what moves out of a clip whose scene is still, and puts it before other scenes: copy-paste augmentation
 * (Ghiasi et al. 2021, arXiv 2012.07177).
 */
import { type Background, behindThing, guessBackground } from './background.ts';
import { areaOf, grown, type Mask } from './mask.ts';
import { type Picture, type Recolouring, recoloured, type Size } from './picture.ts';
import { segmentThing } from './segment.ts';

/** Where more of the picture than this changes, the camera moves, or the scene does. */
const MOST_CHANGING = 0.7;
/** A thing that covers more than this share of itself all the time hides what is behind it. */
const MOST_HIDDEN = 0.2;
/**
 * What hides it while it grows (or shrinks) by this factor or more was small when it hid least: what is behind is
 * bridged from nearby.
 */
const LEAST_GROWN = 2;
/** So far an area may fall between two frames of something that grows. */
const SLACK = 0.05;
/** Share of the frames in which the thing must be seen. */
const LEAST_SEEN = 0.9;
/** Smaller finds (shares of the picture) are specks. */
const LEAST_AREA = 0.004;

/** A clip's scene without what moves in it, and where that can be. */
export type ClipScene = Pick<Background, 'picture' | 'region'>;

/**
 * The scene of a clip in which a thing moves that can be cut out, from frames that are spread over it. `undefined`
 * where none can be: nothing moves, or nearly everything does, or it never leaves its place, so that what is behind
 * it is never seen, unless it grows or shrinks there.
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

/** Whether areas rise from frame to frame, and by a good deal in all. */
function grows(areas: readonly number[]): boolean {
  const rises = areas.every((area, i) => i === 0 || area > (1 - SLACK) * areas[i - 1]!);
  return rises && areas.at(-1)! > LEAST_GROWN * areas[0]!;
}

/** What moves in a frame: its colours, and how much of each pixel it covers. */
export interface CutOut {
  readonly picture: Picture;
  /** One number a pixel, 0 to 1, row by row. */
  readonly cover: Float32Array;
}

/** Cuts out of a frame what moves before the scene of its clip. */
export function cutOut(frame: Picture, { picture: scene, region }: ClipScene): CutOut {
  const cover = coverOf(segmentThing(frame, scene, { region }), frame, scene);
  const data = frame.data.slice();
  for (const [pixel, share] of cover.entries()) {
    if (share > 0 && share < 1) data.set(colourInside(frame, cover, pixel), 3 * pixel);
  }
  return { picture: { ...frame, data }, cover };
}

/** How a thing is put before a scene. */
export interface Pasting {
  /** Pixels by which the thing is moved to the right. */
  readonly right: number;
  /** Pixels by which it is moved down. */
  readonly down: number;
  /** Other colours for the thing; its own unless told. */
  readonly colours?: Recolouring | undefined;
}

/** A new picture of a scene with the thing before it; both have the same size. */
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
 * How much of each pixel the thing covers: all inside its mask, and along its edge as much as the pixel's difference
 * from the scene is of the largest difference beside it.
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

/**
 * The thing's colour at a pixel that it covers in part, without the scene's: the mean of the nearest ones that it
 * covers whole.
 */
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

/** The pixels at most so far from one, itself among them. */
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

/** The largest difference of the three channels. */
function differenceAt({ data }: Picture, { data: other }: Picture, pixel: number): number {
  return Math.max(...[0, 1, 2].map((c) => Math.abs(data[3 * pixel + c]! - other[3 * pixel + c]!)));
}
