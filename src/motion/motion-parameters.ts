/** @file The trained parameters and their initial values. */
import type { WeightFile } from '../checkpoints/weight-file.ts';
import type { Shape } from '../graph/host-tensor.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { add, inEightBits } from '../graph/operators/index.ts';
import { filled, type Tensor } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import { isQuantised } from '../models/int8-weights.ts';
import { extendedParameters } from './extended/extended-parameters.ts';
import { lowRankChange, lowRankParameters } from './file/low-rank.ts';
import type { TrainedParameter } from './trained-parameter.ts';
import type { MotionVariant } from './variant.ts';

/**
 * The parameters that a variant trains in, or adds to, an image U-Net with these tensors. For LAMP: `conv1d` and
 * `conv_gate` of every convolution of the skeleton, `attn1.to_q`, and `attn_temp`. With a positive `rank`, matrices are
 * represented by factors of that rank (see `lowRankParameters`). Sorted by name.
 */
export function motionParameters(
  unet: ReadonlyMap<string, Shape>,
  variant: MotionVariant,
  rank = 0,
): TrainedParameter[] {
  const found: TrainedParameter[] = [];
  for (const [name, shape] of unet) {
    if (isSkeletonConvolution(name, shape) && variant.temporalConvolution !== 'off') {
      found.push(...convolutionParameters(name.replace(/(\.conv2d)?\.weight$/, ''), shape[0]!));
    }
    if (name.endsWith('.attn1.to_q.weight')) {
      if (variant.trainQueries) found.push({ name, shape, initial: 'base' });
      if (variant.temporalAttention) {
        found.push(...attentionParameters(name.replace(/attn1\.to_q\.weight$/, 'attn_temp'), shape[1]!));
      }
    }
  }
  found.push(...extendedParameters(unet, variant));
  const parameters = rank > 0 ? lowRankParameters(found, rank) : found;
  return parameters.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isSkeletonConvolution(name: string, shape: Shape): boolean {
  return (
    shape.length === 4 && name.endsWith('.weight') && !/\.(proj_in|proj_out|conv_gate)\.weight$/.test(name)
  );
}

function convolutionParameters(layer: string, channels: number): TrainedParameter[] {
  return [
    { name: `${layer}.conv1d.weight`, shape: [channels, channels, 3], initial: 'zeros' },
    { name: `${layer}.conv1d.bias`, shape: [channels], initial: 'zeros' },
    { name: `${layer}.conv_gate.weight`, shape: [1, channels, 3, 3], initial: 'zeros' },
    { name: `${layer}.conv_gate.bias`, shape: [1], initial: 'zeros' },
  ];
}

function attentionParameters(layer: string, channels: number): TrainedParameter[] {
  return [
    ...['to_q', 'to_k', 'to_v'].map(
      (part): TrainedParameter => ({
        name: `${layer}.${part}.weight`,
        shape: [channels, channels],
        initial: 'uniform',
      }),
    ),
    { name: `${layer}.to_out.0.weight`, shape: [channels, channels], initial: 'zeros' },
    { name: `${layer}.to_out.0.bias`, shape: [channels], initial: 'zeros' },
  ];
}

/**
 * The norms before the temporal attention. In LAMP they keep scale 1 and shift 0; a converted motion may contain them
 * where they have other values.
 */
export function normParameters(unet: ReadonlyMap<string, Shape>): Pick<TrainedParameter, 'name' | 'shape'>[] {
  return [...unet].flatMap(([name, shape]) => {
    if (!name.endsWith('.attn1.to_q.weight')) return [];
    const norm = name.replace(/attn1\.to_q\.weight$/, 'norm_temp');
    return ['weight', 'bias'].map((kind) => ({ name: `${norm}.${kind}`, shape: [shape[1]!] }));
  });
}

/**
 * Initial values: zeros for what is added to the image model's activations, so that the untrained video model generates
 * the same images as the image model. `baseValues` returns the image model's own values; `uniform` draws from [0, 1).
 */
export function initialValues(
  parameter: TrainedParameter,
  baseValues: (name: string) => Float32Array,
  uniform: () => number,
): Float32Array {
  const { name, shape, initial } = parameter;
  if (initial === 'base') return baseValues(name);
  const values = new Float32Array(sizeOf(shape));
  if (initial === 'uniform' || initial === 'unit') {
    const inputs = values.length / shape[0]!;
    const bound = (initial === 'unit' ? Math.sqrt(3) : 1) / Math.sqrt(inputs);
    for (let i = 0; i < values.length; i++) values[i] = bound * (2 * uniform() - 1);
  }
  return values;
}

/**
 * The weights of the video U-Net under its own names: trained ones from `trained`, the rest from the image model, whose
 * convolutions `X` become `X.conv2d`. A file with the video U-Net's names works as well. `norm_temp` is never trained:
 * it keeps scale 1 and shift 0 unless the file has it. Where low-rank factors of a matrix of the image model are
 * trained (see `lowRankParameters`), their product is added to the matrix. With a base in 8 bits, products with the
 * trained weights are computed in 8 bits, too; those in `finished` are used in place of what would be made of `trained`
 * (see `roundedMotion`).
 */
export function videoWeights(
  { find: base, precision }: Pick<WeightFile, 'find' | 'precision'>,
  trained: ReadonlyMap<string, Tensor> = new Map(),
  finished: ReadonlyMap<string, Tensor> = new Map(),
): Weights {
  const fixed = new Map<string, Tensor>();
  const normTemp = (name: string): Tensor | undefined => {
    const [, block, kind] = /^(.*)\.norm_temp(?:_\d+)?\.(weight|bias)$/.exec(name) ?? [];
    const sibling = block === undefined ? undefined : base(`${block}.norm1.weight`);
    if (!sibling) return undefined;
    if (!fixed.has(name)) fixed.set(name, filled(sibling.shape, kind === 'weight' ? 1 : 0));
    return fixed.get(name);
  };
  const changed = new Map<string, Tensor>();
  const withChange = (name: string, whole: Tensor): Tensor => {
    const known = changed.get(name);
    if (known) return known;
    const change = lowRankChange(name, trained);
    if (!change) return whole;
    changed.set(name, rounded(name, add(whole, change)));
    return changed.get(name)!;
  };
  const rounded = (name: string, tensor: Tensor): Tensor =>
    precision === 'int8' && isQuantised(name, tensor.shape) ? inEightBits(tensor) : tensor;
  return new Weights((name) => {
    if (finished.has(name)) return finished.get(name);
    const own = trained.get(name);
    const whole =
      (own && rounded(name, own)) ?? base(name) ?? base(name.replace('.conv2d.', '.')) ?? normTemp(name);
    return whole && withChange(name, whole);
  });
}
