/** @file Recognises weights whose products are computed in 8 bits. */
import { nodeOf, type Tensor } from '../tensor.ts';
import { integersOf } from './dequantised.ts';
import { roundedWeight } from './eight-bit.ts';
import type { QuantisedWeight } from './quantised-weight.ts';
import { slice } from './slice.ts';

/**
 * The integers of a tensor that was made by `dequantised` or `inEightBits`, or is a range of the output channels of
 * one; `undefined` for others.
 */
export function quantisedWeight(tensor: Tensor): QuantisedWeight | undefined {
  const node = nodeOf(tensor);
  if (node?.operator.name !== 'slice') return integersOf(tensor) ?? roundedWeight(tensor);
  const { axis, start, end } = node.attributes as { axis: number; start: number; end: number };
  const whole = axis === 0 ? quantisedWeight(node.inputs[0]!) : undefined;
  return (
    whole && {
      ...whole,
      values: slice(whole.values, 1, start, end),
      scales: slice(whole.scales, 0, start, end),
      shape: tensor.shape,
    }
  );
}
