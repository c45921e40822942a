/** @file AdamW with moments of 8 bits (Dettmers et al. 2021, arXiv 2110.02861). */
import { type FloatTensor, floats, sizeOf } from '../graph/host-tensor.ts';
import { type AdamWSettings, adamWDefaults, coefficientsAt, updateByMoments } from './adamw.ts';
import {
  blockCount,
  blockSize,
  type QuantisationMap,
  type QuantisedTensor,
  quantiseBlock,
  quantisedZeros,
  signedMap,
  unsignedMap,
} from './dynamic-quantisation.ts';
import type { ParameterSet, ParameterShape } from './parameter-set.ts';

/** Tensors with fewer values keep moments of 32 bits, as in the paper: they take little, and are sensitive. */
export const quantisedFrom = 4096;

/** A moment of all parameters: in 8 bits, or in 32 for small tensors. */
export type CompactMoments = ReadonlyMap<string, QuantisedTensor | FloatTensor>;

/** State of 8-bit AdamW between steps. */
export interface AdamW8BitState {
  readonly optimizer: 'adamw-8bit';
  /** Steps taken. */
  step: number;
  /** Running mean of the gradients. */
  readonly first: CompactMoments;
  /** Running mean of their squares. */
  readonly second: CompactMoments;
}

/** The state before the first step. */
export function adamW8BitState({ shapes }: ParameterSet): AdamW8BitState {
  return {
    optimizer: 'adamw-8bit',
    step: 0,
    first: zeros(shapes, signedMap),
    second: zeros(shapes, unsignedMap),
  };
}

function zeros(shapes: readonly ParameterShape[], map: QuantisationMap): CompactMoments {
  return new Map(
    shapes.map(({ name, shape }) => {
      const size = sizeOf(shape);
      return [
        name,
        size < quantisedFrom ? floats(new Float32Array(size), shape) : quantisedZeros(shape, map),
      ];
    }),
  );
}

/** Bytes of both moments. */
export function adamW8BitBytes(shapes: readonly ParameterShape[]): number {
  return shapes.reduce((sum, { shape }) => {
    const size = sizeOf(shape);
    return sum + 2 * (size < quantisedFrom ? 4 * size : size + 4 * blockCount(size));
  }, 0);
}

/** One step of AdamW, in place (see `adamWStep`): the moments of each block are decoded, updated and encoded again. */
export function adamW8BitStep(
  parameters: ParameterSet,
  gradients: ParameterSet,
  state: AdamW8BitState,
  learningRate: number,
  settings: AdamWSettings = adamWDefaults,
  gradientScale = 1,
): void {
  state.step += 1;
  const coefficients = coefficientsAt(state.step, learningRate, settings, gradientScale);
  for (const [name, { data: p }] of parameters.views) {
    const g = gradients.views.get(name)!.data;
    const [first, second] = [state.first.get(name)!, state.second.get(name)!];
    if ('codes' in first && 'codes' in second) updateInBlocks(p, g, first, second, coefficients);
    else updateByMoments(p, g, (first as FloatTensor).data, (second as FloatTensor).data, coefficients);
  }
}

const [m, v] = [new Float32Array(blockSize), new Float32Array(blockSize)];

function updateInBlocks(
  p: Float32Array,
  g: Float32Array,
  first: QuantisedTensor,
  second: QuantisedTensor,
  { beta1, beta2, epsilon, rate, correction, keep, gradientScale }: ReturnType<typeof coefficientsAt>,
): void {
  const [means, squares] = [signedMap.values, unsignedMap.values];
  const [meanCodes, squareCodes] = [first.codes, second.codes];
  for (let block = 0; block < first.scales.length; block++) {
    const start = block * blockSize;
    const count = Math.min(blockSize, p.length - start);
    const [meanScale, squareScale] = [first.scales[block]!, second.scales[block]!];
    let [largestMean, largestSquare] = [0, 0];
    for (let i = 0; i < count; i++) {
      const at = start + i;
      const gradient = g[at]! * gradientScale;
      const mean = beta1 * means[meanCodes[at]!]! * meanScale + (1 - beta1) * gradient;
      const square = beta2 * squares[squareCodes[at]!]! * squareScale + (1 - beta2) * gradient * gradient;
      p[at] = p[at]! * keep - (rate * mean) / (Math.sqrt(square) * correction + epsilon);
      m[i] = mean;
      v[i] = square;
      largestMean = Math.max(largestMean, Math.abs(mean));
      largestSquare = Math.max(largestSquare, square);
    }
    quantiseBlock(m, count, largestMean, first, block, signedMap);
    quantiseBlock(v, count, largestSquare, second, block, unsignedMap);
  }
}
