/** @file Frames in which a square moves in front of a still background. */

import { type Picture, picture } from '../media/picture.ts';
import type { Size } from '../media/size.ts';

/** A background with smoothly varying colours, depending on `tint`. */
export function smoothScene({ width, height }: Size, tint: readonly [number, number, number]): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const share = (pixel % width) / width;
    for (let c = 0; c < 3; c++) data[3 * pixel + c] = Math.round(tint[c]! * (0.7 + 0.3 * share));
  }
  return picture(width, height, data);
}

/** The background with a square of this side and colour at this corner. */
export function withSquare(
  scene: Picture,
  { x, y, side, colour }: { x: number; y: number; side: number; colour: readonly number[] },
): Picture {
  const data = scene.data.slice();
  for (let row = Math.max(0, y); row < Math.min(scene.height, y + side); row++) {
    for (let column = Math.max(0, x); column < Math.min(scene.width, x + side); column++) {
      data.set(colour, 3 * (row * scene.width + column));
    }
  }
  return picture(scene.width, scene.height, data);
}
