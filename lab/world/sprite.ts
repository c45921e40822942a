/** @file Drawings with transparency that can be composited on a picture at any position, size and angle. */

import type { Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';

/** A thing's drawing, stored at several resolutions so that it can be shrunk without aliasing. */
export interface Sprite {
  /** Each half as wide and high as the one before. */
  readonly levels: readonly SpriteLevel[];
  /** Points of the outline, in units of the longer side from the centre of the drawing (x right, y down). */
  readonly outline: readonly (readonly [x: number, y: number])[];
  /** Centre of mass of the opaque part, in the same units. */
  readonly centroid: readonly [x: number, y: number];
  /** Opaque area, as a share of the square of the longer side. */
  readonly area: number;
  /** Width and height in units of the longer side; one of them is 1. */
  readonly extent: readonly [width: number, height: number];
}

interface SpriteLevel {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue (0 to 255) multiplied by opacity, and opacity (0 to 1); a transparent border goes around. */
  readonly data: Float32Array;
  /** Length of the drawing's longer side at this level, in pixels. */
  readonly longerSide: number;
}

/** Position, size and orientation of a sprite on a picture. */
export interface Pose {
  /** The centre of the drawing, as shares of the picture's width and height. */
  readonly x: number;
  readonly y: number;
  /** The drawing's longer side, as a share of the picture's height. */
  readonly size: number;
  /** Clockwise, in radians. */
  readonly angle: number;
  /** Mirrored left to right, before it is turned. */
  readonly mirrored: boolean;
}

/** A rectangle in shares of the picture's width and height, from its upper left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Number of times a sprite is halved: the smallest level has a sixteenth of the full resolution. */
const HALVINGS = 4;
/** The transparent border that leaves one pixel after every halving. */
const BORDER = 2 ** HALVINGS;

/** A sprite from straight (not premultiplied) 8-bit RGBA pixels that have been cut to their opaque part. */
export function makeSprite({ width, height }: Size, rgba: Uint8Array): Sprite {
  const longerSide = Math.max(width, height);
  const padded = (length: number) => Math.ceil((length + 2 * BORDER) / (2 * BORDER)) * 2 * BORDER;
  let level: SpriteLevel = {
    width: padded(width),
    height: padded(height),
    data: new Float32Array(padded(width) * padded(height) * 4),
    longerSide,
  };
  // The drawing sits in the middle of its padded rectangle, so that every level has the same centre.
  const [left, top] = [(level.width - width) / 2, (level.height - height) / 2];
  const [offsetX, offsetY] = [Math.floor(left) - left, Math.floor(top) - top];
  let [sum, sumX, sumY] = [0, 0, 0];
  const unit = 1 / longerSide;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 4;
      const to = ((y + Math.floor(top)) * level.width + x + Math.floor(left)) * 4;
      const opacity = rgba[from + 3]! / 255;
      for (let channel = 0; channel < 3; channel++)
        level.data[to + channel] = rgba[from + channel]! * opacity;
      level.data[to + 3] = opacity;
      sum += opacity;
      sumX += opacity * (x + 0.5 - width / 2 + offsetX);
      sumY += opacity * (y + 0.5 - height / 2 + offsetY);
    }
  }
  const levels = [level];
  for (let halving = 0; halving < HALVINGS; halving++) {
    level = halved(level);
    levels.push(level);
  }
  return {
    levels,
    outline: outlineOf(levels[1]!),
    centroid: [(sumX / sum) * unit, (sumY / sum) * unit],
    area: sum * unit * unit,
    extent: [width * unit, height * unit],
  };
}

function halved(from: SpriteLevel): SpriteLevel {
  const [width, height] = [from.width / 2, from.height / 2];
  const data = new Float32Array(width * height * 4);
  const row = from.width * 4;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const corner = 2 * y * row + 8 * x;
      for (let channel = 0; channel < 4; channel++, at++) {
        const upper = from.data[corner + channel]! + from.data[corner + channel + 4]!;
        const lower = from.data[corner + channel + row]! + from.data[corner + channel + row + 4]!;
        data[at] = (upper + lower) / 4;
      }
    }
  }
  return { width, height, data, longerSide: from.longerSide / 2 };
}

/** The outermost half-opaque points in 64 directions: enough for the bounds at any angle. */
function outlineOf({ width, height, data, longerSide }: SpriteLevel): [number, number][] {
  const directions = Array.from({ length: 64 }, (_, i) => (2 * Math.PI * i) / 64);
  const farthest = directions.map(() => Number.NEGATIVE_INFINITY);
  const points = directions.map((): [number, number] => [0, 0]);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3]! < 0.25) continue;
      const [dx, dy] = [x + 0.5 - width / 2, y + 0.5 - height / 2];
      for (const [index, direction] of directions.entries()) {
        const reach = dx * Math.cos(direction) + dy * Math.sin(direction);
        if (reach > farthest[index]!) {
          farthest[index] = reach;
          points[index] = [dx / longerSide, dy / longerSide];
        }
      }
    }
  }
  return points;
}

/** The place on the picture (in shares of it) of a point of the sprite (in units of its longer side). */
export function placeOf(point: readonly [number, number], pose: Pose, size: Size): [x: number, y: number] {
  const [cos, sin] = [Math.cos(pose.angle), Math.sin(pose.angle)];
  const x = pose.mirrored ? -point[0] : point[0];
  const aspect = size.height / size.width;
  return [
    pose.x + (x * cos - point[1] * sin) * pose.size * aspect,
    pose.y + (x * sin + point[1] * cos) * pose.size,
  ];
}

/** The bounding box of a posed sprite, which may extend beyond the picture. */
export function spriteBox(sprite: Sprite, pose: Pose, size: Size): Box {
  const places = sprite.outline.map((point) => placeOf(point, pose, size));
  const xs = places.map(([x]) => x);
  const ys = places.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Composites a sprite onto a picture (in place), antialiased and clipped. */
export function drawSprite(onto: Picture, sprite: Sprite, pose: Pose): void {
  const { width, height, data: target } = onto;
  const box = spriteBox(sprite, pose, onto);
  const pixels = pose.size * height;
  const finest = sprite.levels[0]!.longerSide;
  const wanted = Math.round(Math.log2(finest / pixels));
  const level = sprite.levels[Math.min(Math.max(wanted, 0), HALVINGS)]!;
  const { data: source, width: sourceWidth } = level;
  // From a step on the picture to a step on the drawing: turned back, unscaled, mirrored back.
  const factor = level.longerSide / pixels;
  const flip = pose.mirrored ? -1 : 1;
  const [cos, sin] = [Math.cos(pose.angle) * factor, Math.sin(pose.angle) * factor];
  const [centreX, centreY] = [pose.x * width - 0.5, pose.y * height - 0.5];
  const [middleX, middleY] = [level.width / 2 - 0.5, level.height / 2 - 0.5];
  const top = Math.max(0, Math.floor(box.top * height) - 2);
  const bottom = Math.min(height - 1, Math.ceil(box.bottom * height) + 1);
  const left = Math.max(0, Math.floor(box.left * width) - 2);
  const right = Math.min(width - 1, Math.ceil(box.right * width) + 1);
  const row = sourceWidth * 4;
  for (let y = top; y <= bottom; y++) {
    const dy = y - centreY;
    for (let x = left, at = (y * width + left) * 3; x <= right; x++, at += 3) {
      const dx = x - centreX;
      const u = middleX + flip * (dx * cos + dy * sin);
      const v = middleY + dy * cos - dx * sin;
      if (!(u >= 0 && v >= 0 && u < sourceWidth - 1 && v < level.height - 1)) continue;
      const [column, line] = [u | 0, v | 0];
      const [shareX, shareY] = [u - column, v - line];
      const a = line * row + column * 4;
      const w11 = shareX * shareY;
      const w10 = shareX - w11;
      const w01 = shareY - w11;
      const w00 = 1 - shareX - w01;
      const opacity =
        w00 * source[a + 3]! + w10 * source[a + 7]! + w01 * source[a + row + 3]! + w11 * source[a + row + 7]!;
      if (opacity < 0.004) continue;
      const rest = 1 - opacity;
      for (let channel = 0; channel < 3; channel++) {
        const from = a + channel;
        target[at + channel] =
          target[at + channel]! * rest +
          w00 * source[from]! +
          w10 * source[from + 4]! +
          w01 * source[from + row]! +
          w11 * source[from + row + 4]! +
          0.5;
      }
    }
  }
}
