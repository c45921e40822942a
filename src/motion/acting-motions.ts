/**
 * @file Several motions combined in one video U-Net. The added layers of the first are named as in its file (`conv1d`,
 * `conv_gate`, `attn_temp`, `norm_temp`, and those of extensions), those of the second `conv1d_2` and so on, those of
 * the third `conv1d_3`. These names exist only in memory, never in a file.
 */
import { add } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import { extendedNames } from './extended/extended-names.ts';

/** Names of the layers that a motion adds. */
const layerNames = ['conv1d', 'attn_temp', 'norm_temp', 'conv_gate', ...extendedNames];
const addedLayer = new RegExp(`\\.(${layerNames.join('|')})\\.`);

/** The name of a parameter of motion `index`, counted from 0. */
export function nameInCombination(name: string, index: number): string {
  return index === 0 ? name : name.replace(addedLayer, (_, layer) => `.${layer}_${index + 1}.`);
}

/** The added layers of one motion: `layer('conv1d')` is the scope of its `conv1d`, whatever its number. */
export type MotionLayers = (layer: string) => Weights;

/**
 * The result of `build` for each motion present in the scope `w`, in order. `tensor` names a tensor that every motion
 * has there, such as `conv1d.bias`.
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

/** `x + Σ addition(motion)`: the image model's x plus the contribution of each motion. See `forEachMotion`. */
export function plusEachMotion(
  x: Tensor,
  w: Weights,
  tensor: string,
  addition: (layers: MotionLayers) => Tensor,
): Tensor {
  // A running sum, so that each contribution is computed only after the sum of those before it.
  let sum = x;
  for (const build of forEachMotion(w, tensor, (layers) => () => addition(layers))) sum = add(sum, build());
  return sum;
}
