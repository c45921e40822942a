/**
 * @file Augmented views of a clip: mirrored, translated, recoloured, its object pasted onto another scene, or
 * unchanged.
 */
import { type CutOut, pasted } from '../../media/cut-out.ts';
import {
  flipHorizontally,
  type Picture,
  type Recolouring,
  recoloured,
  shifted,
} from '../../media/picture.ts';

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
  /**
   * Another scene behind the object; translation and colours then apply to the object only. Default: the clip's own
   * scene.
   */
  readonly scene?: SceneView | undefined;
}

/** View of the scene behind a cut-out object. */
export interface SceneView {
  /** Index of the scene. */
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

/** A picture as seen in a view that keeps the clip's own scene. */
export function seenAs(picture: Picture, { flipped, right, down, colours }: View): Picture {
  const mirrored = flipped ? flipHorizontally(picture) : picture;
  const moved = right || down ? shifted(mirrored, right, down) : mirrored;
  return colours ? recoloured(moved, colours) : moved;
}

/** An object cut out of a frame, as seen in a view with another scene. */
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
