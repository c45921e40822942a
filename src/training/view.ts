/**
 * @file How a clip is seen in one training sample: mirrored, moved as a whole, in other colours, its thing before
 * another scene, or as it is.
 */
import { type CutOut, pasted } from '../media/cut-out.ts';
import { flipHorizontally, type Picture, type Recolouring, recoloured, shifted } from '../media/picture.ts';

/** A view of all frames of a clip. */
export interface View {
  /** Mirrored left to right. */
  readonly flipped: boolean;
  /** Translation to the right in pixels, after mirroring. */
  readonly right: number;
  /** Translation downwards in pixels. */
  readonly down: number;
  /** Changed colours; default: its own. */
  readonly colours?: Recolouring | undefined;
  /** Another scene behind the object, which alone is then moved and recoloured; default: the clip's own. */
  readonly scene?: SceneView | undefined;
}

/** View of another scene behind a cut-out object. */
export interface SceneView {
  /** Number of the scene. */
  readonly index: number;
  /** Mirrored left to right. */
  readonly flipped: boolean;
  /** Changed colours; default: its own. */
  readonly colours?: Recolouring | undefined;
}

/** The unchanged clip. */
export const plainView: View = { flipped: false, right: 0, down: 0 };

/** A short unique name of each view; empty for the plain one. */
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
