/**
 * @file How a clip is seen in one training sample: mirrored, moved as a whole, in other colours, its thing before
 * another scene, or as it is.
 */
import { type CutOut, pasted } from '../media/cut-out.ts';
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
  /** Another scene behind the thing, which alone is then moved and recoloured; the clip's own unless told. */
  readonly scene?: SceneView | undefined;
}

/** How another scene is seen, behind a thing that was cut out of its own. */
export interface SceneView {
  /** Number of the scene. */
  readonly index: number;
  /** Mirrored left to right. */
  readonly flipped: boolean;
  /** Other colours; its own unless told. */
  readonly colours?: Recolouring | undefined;
}

/** As the clip is. */
export const plainView: View = { flipped: false, right: 0, down: 0 };

/** A short text of its own for each view; empty for the plain one. */
export function viewName({ flipped, right, down, colours, scene }: View): string {
  const parts = [
    flipped ? 'flipped' : undefined,
    right || down ? `${right}_${down}` : undefined,
    colours && coloursName(colours),
    scene && `before_${scene.index}`,
    scene?.flipped ? 'flipped' : undefined,
    scene?.colours && coloursName(scene.colours),
  ];
  return parts.map((part) => (part ? `${part}.` : '')).join('');
}

function coloursName({ order, gamma }: Recolouring): string {
  return `${order.join('')}_${gamma.map((each) => Math.round(100 * each)).join('_')}`;
}

/** A picture as it looks in a view of the clip's own scene. */
export function seenAs(picture: Picture, { flipped, right, down, colours }: View): Picture {
  const mirrored = flipped ? flipHorizontally(picture) : picture;
  const moved = right || down ? shifted(mirrored, right, down) : mirrored;
  return colours ? recoloured(moved, colours) : moved;
}

/** What was cut out of a frame as it looks in a view before another of the scenes. */
export function seenBefore(
  thing: CutOut,
  scenes: readonly Picture[],
  { flipped, right, down, colours, scene }: View & { readonly scene: SceneView },
): Picture {
  const behind = seenAs(scenes[scene.index]!, {
    ...plainView,
    flipped: scene.flipped,
    colours: scene.colours,
  });
  const whole = pasted(thing, behind, { right: flipped ? -right : right, down, colours });
  return flipped ? flipHorizontally(whole) : whole;
}
