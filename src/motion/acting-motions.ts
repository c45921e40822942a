/**
 * @file Several motions that act at once in one video U-Net. The added layers of the first are named as in its file (`conv1d`,
 * `conv_gate`, `attn_temp`, `norm_temp`, `carried`, `copied`), those of the second `conv1d_2` and so on, those of the third
 * `conv1d_3`. These names exist in memory only, never in a file.
 */
import { add } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';

/** The name of a parameter of motion `index`, counted from 0. */
export function nameInCombination(name: string, index: number): string {
  return index === 0
    ? name
    : name.replace(
        /\.(conv1d|attn_temp|norm_temp|conv_gate|carried|copied)\./,
        (_, part) => `.${part}_${index + 1}.`,
      );
}

/** The added layers of one motion: `layer('conv1d')` is the scope of its `conv1d`, whichever number it has. */
export type MotionLayers = (layer: string) => Weights;

/**
 * What `build` gives for each motion that acts in the scope `w`, the first one first. `tensor` is one that every motion has there,
 * such as `conv1d.bias`.
 */
export function forEachMotion<T>(w: Weights, tensor: string, build: (layers: MotionLayers) => T): T[] {
  const [, layer, rest] = /^([^.]+)\.(.*)$/.exec(tensor)!;
  const found: T[] = [];
  for (let number = 1; number === 1 || w.has(`${layer}_${number}.${rest}`); number++) {
    const suffix = number === 1 ? '' : `_${number}`;
    found.push(build((name) => w.scope(`${name}${suffix}`)));
  }
  return found;
}

/** `x + Σ addition(motion)`: the image model's x, and what each motion adds to it. See `forEachMotion`. */
export function plusEachMotion(
  x: Tensor,
  w: Weights,
  tensor: string,
  addition: (layers: MotionLayers) => Tensor,
): Tensor {
  // The sum grows motion by motion, so that what one adds is computed only once the sum so far is there.
  let sum = x;
  for (const build of forEachMotion(w, tensor, (layers) => () => addition(layers))) sum = add(sum, build());
  return sum;
}
