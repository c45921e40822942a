/** @file Enlarges small pictures for viewing. */
import { type Picture, picture } from '../../src/media/picture.ts';

/** Every pixel as a square of `factor` × `factor`. */
export function enlarge(from: Picture, factor: number): Picture {
  const [width, height] = [from.width * factor, from.height * factor];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const source = (Math.floor(y / factor) * from.width + Math.floor(x / factor)) * 3;
      for (let c = 0; c < 3; c++) data[at + c] = from.data[source + c]!;
    }
  }
  return picture(width, height, data);
}
