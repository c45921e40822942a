/** @file How a clip is seen in one training sample: mirrored, moved as a whole, in other colours, or as it is. */
import { flipHorizontally, type Picture, type Recolouring, recoloured, shifted } from '../media/picture.ts';

/** One way to see all frames of a clip. */
export interface View {
  /** Mirrored left to right. */
  readonly flipped: boolean;
  /** Pixels by which the picture is moved to the right, after it was mirrored. */
  readonly right: number;
  /** Pixels by which it is moved down. */
  readonly down: number;
  /** Other colours; its own unless told. */
  readonly colours?: Recolouring | undefined;
}

/** As the clip is. */
export const plainView: View = { flipped: false, right: 0, down: 0 };

/** A short text of its own for each view; empty for the plain one. */
export function viewName({ flipped, right, down, colours }: View): string {
  const parts = [
    flipped ? 'flipped' : undefined,
    right || down ? `${right}_${down}` : undefined,
    colours && `${colours.order.join('')}_${colours.gamma.map((each) => Math.round(100 * each)).join('_')}`,
  ];
  return parts.map((part) => (part ? `${part}.` : '')).join('');
}

/** A picture as it looks in a view. */
export function seenAs(picture: Picture, { flipped, right, down, colours }: View): Picture {
  const mirrored = flipped ? flipHorizontally(picture) : picture;
  const moved = right || down ? shifted(mirrored, right, down) : mirrored;
  return colours ? recoloured(moved, colours) : moved;
}
