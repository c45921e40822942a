/** @file Makes a whole picture of one field of an interlaced one. */
import type { FirstField } from './h264-fields.ts';
import type { Plane } from './yuv.ts';

/**
 * A plane in which the rows of one field (`top`: rows 0, 2, …) stay, and each row between them is the mean of the two
 * around it, or a copy of the only one. The fields of a picture are two moments: together they show a comb wherever
 * something moves.
 */
export function oneField<P extends Plane>(plane: P, width: number, field: FirstField): P {
  const height = plane.length / width;
  const kept = field === 'top' ? 0 : 1;
  if (height < 2) return plane;
  const whole = plane.slice() as P;
  for (let y = 1 - kept; y < height; y += 2) {
    const above = y > 0 ? y - 1 : y + 1;
    const below = y + 1 < height ? y + 1 : y - 1;
    for (let x = 0; x < width; x++) {
      whole[y * width + x] = (plane[above * width + x]! + plane[below * width + x]! + 1) >> 1;
    }
  }
  return whole;
}
