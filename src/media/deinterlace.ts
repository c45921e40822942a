/** @file Deinterlaces a picture from one of its fields. */
import type { FirstField } from './h264-fields.ts';
import type { Plane } from './yuv.ts';

/**
 * A plane that keeps the rows of one field (`top`: rows 0, 2, …) and replaces each row between them by the mean of its
 * neighbours, or a copy of its only one. The two fields are different moments; together they show combing wherever
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
