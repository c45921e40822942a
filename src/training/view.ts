/** @file How a clip is seen in one training sample: mirrored, moved as a whole, or as it is. */
import { flipHorizontally, type Picture, shifted } from '../media/picture.ts';

/** One way to see all frames of a clip. */
export interface View {
  /** Mirrored left to right. */
  readonly flipped: boolean;
  /** Pixels by which the picture is moved to the right, after it was mirrored. */
  readonly right: number;
  /** Pixels by which it is moved down. */
  readonly down: number;
}

/** As the clip is. */
export const plainView: View = { flipped: false, right: 0, down: 0 };

/** A short text of its own for each view; empty for the plain one. */
export function viewName({ flipped, right, down }: View): string {
  return `${flipped ? 'flipped.' : ''}${right || down ? `${right}_${down}.` : ''}`;
}

/** A picture as it looks in a view. */
export function seenAs(picture: Picture, { flipped, right, down }: View): Picture {
  const mirrored = flipped ? flipHorizontally(picture) : picture;
  return right || down ? shifted(mirrored, right, down) : mirrored;
}
