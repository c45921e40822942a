/** @file Which parameters LAMP trains, and where they start. */
import type { Shape } from '../graph/host-tensor.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { filled, type Tensor } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';

/** A trained parameter: its name in the video U-Net, its shape, and how it starts. */
export interface MotionParameter {
  readonly name: string;
  readonly shape: Shape;
  /** `base`: the image model's own values; `uniform`: ±1/√inputs; the rest is as it says. */
  readonly initial: 'zeros' | 'base' | 'uniform';
}

/**
 * The parameters LAMP adds to or trains in an image U-Net with these tensors: `conv1d` and `conv_gate` of every
 * convolution of the skeleton, `attn1.to_q`, and `attn_temp`. Sorted by name.
 */
export function motionParameters(unet: ReadonlyMap<string, Shape>): MotionParameter[] {
  const found: MotionParameter[] = [];
  for (const [name, shape] of unet) {
    if (
      shape.length === 4 &&
      name.endsWith('.weight') &&
      !/\.(proj_in|proj_out|conv_gate)\.weight$/.test(name)
    ) {
      const layer = name.replace(/(\.conv2d)?\.weight$/, '');
      const [channels] = shape as [number];
      found.push(
        { name: `${layer}.conv1d.weight`, shape: [channels, channels, 3], initial: 'zeros' },
        { name: `${layer}.conv1d.bias`, shape: [channels], initial: 'zeros' },
        { name: `${layer}.conv_gate.weight`, shape: [1, channels, 3, 3], initial: 'zeros' },
        { name: `${layer}.conv_gate.bias`, shape: [1], initial: 'zeros' },
      );
    }
    if (name.endsWith('.attn1.to_q.weight')) {
      const channels = shape[1]!;
      const block = name.replace(/attn1\.to_q\.weight$/, 'attn_temp');
      found.push({ name, shape, initial: 'base' });
      for (const layer of ['to_q', 'to_k', 'to_v']) {
        found.push({ name: `${block}.${layer}.weight`, shape: [channels, channels], initial: 'uniform' });
      }
      found.push(
        { name: `${block}.to_out.0.weight`, shape: [channels, channels], initial: 'zeros' },
        { name: `${block}.to_out.0.bias`, shape: [channels], initial: 'zeros' },
      );
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Values at the start of training: zeros for what is added to the image model's path, so that the untrained video model
 * draws as the image model does. `baseValues` gives the image model's own values; `uniform` draws from [0, 1).
 */
export function initialValues(
  parameter: MotionParameter,
  baseValues: (name: string) => Float32Array,
  uniform: () => number,
): Float32Array {
  const { name, shape, initial } = parameter;
  if (initial === 'base') return baseValues(name);
  const values = new Float32Array(sizeOf(shape));
  if (initial === 'uniform') {
    const bound = 1 / Math.sqrt(shape[1]!);
    for (let i = 0; i < values.length; i++) values[i] = bound * (2 * uniform() - 1);
  }
  return values;
}

/**
 * The weights of the video U-Net under its names: trained ones from `trained`, the rest from the image model, whose
 * convolutions `X` are `X.conv2d` here. A file that has the video U-Net's own names works as well. `norm_temp` is never
 * trained: it starts, and stays, at scale 1 and shift 0 unless the file has it.
 */
export function videoWeights(
  base: (name: string) => Tensor | undefined,
  trained: ReadonlyMap<string, Tensor> = new Map(),
): Weights {
  const fixed = new Map<string, Tensor>();
  const normTemp = (name: string): Tensor | undefined => {
    const [, block, kind] = /^(.*)\.norm_temp\.(weight|bias)$/.exec(name) ?? [];
    const sibling = block === undefined ? undefined : base(`${block}.norm1.weight`);
    if (!sibling) return undefined;
    if (!fixed.has(name)) fixed.set(name, filled(sibling.shape, kind === 'weight' ? 1 : 0));
    return fixed.get(name);
  };
  return new Weights(
    (name) => trained.get(name) ?? base(name) ?? base(name.replace('.conv2d.', '.')) ?? normTemp(name),
  );
}
