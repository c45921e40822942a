/** @file Parameters that the extensions of LAMP add or train. */
import type { Shape } from '../../graph/host-tensor.ts';
import type { TrainedParameter } from '../trained-parameter.ts';
import type { MotionVariant } from '../variant.ts';
import { carriedViews } from './carried.ts';
import { copiedChoices } from './copied.ts';
import { carriedName, copiedName } from './extended-names.ts';
import { movementName, movementShape } from './movement.ts';
import { warpName, warpShape } from './warped.ts';

/** Parameters of a variant's extensions for an image U-Net with these tensors, unordered; none for LAMP itself. */
export function extendedParameters(
  unet: ReadonlyMap<string, Shape>,
  { movement, carry, copy, trainAttention }: MotionVariant,
): TrainedParameter[] {
  const found: TrainedParameter[] = [];
  for (const [name, shape] of unet) {
    if (movement && name.endsWith('.attn1.to_q.weight')) {
      const table = name.replace(/to_q\.weight$/, movementName);
      found.push({ name: table, shape: movementShape, initial: 'zeros' });
    }
    if (carry && /^conv_(in|out)\.weight$/.test(name)) {
      const shown = unet.get('conv_in.weight')![0]!;
      found.push(...carriedParameters(name.replace(/weight$/, carriedName), shown));
    }
    if (copy && name === 'conv_out.weight') {
      found.push(...copiedParameters(name.replace(/weight$/, copiedName), shape[1]!));
    }
    if (trainAttention && /\.attn1\.to_(k|v|out\.0)\.weight$/.test(name)) {
      found.push({ name, shape, initial: 'base' });
    }
  }
  return found;
}

/** For both ends of the U-Net, which have the same number of channels. */
function carriedParameters(layer: string, channels: number): TrainedParameter[] {
  return [
    // Initialised with zeros, all tables would stay equal.
    { name: `${layer}.${movementName}`, shape: movementShape, initial: 'uniform' },
    { name: `${layer}.conv_gate.weight`, shape: [carriedViews, channels, 3, 3], initial: 'zeros' },
    { name: `${layer}.conv_gate.bias`, shape: [carriedViews], initial: 'zeros' },
    { name: `${layer}.to_out.weight`, shape: [channels, carriedViews * channels], initial: 'zeros' },
  ];
}

function copiedParameters(layer: string, channels: number): TrainedParameter[] {
  return [
    { name: `${layer}.${movementName}`, shape: movementShape, initial: 'uniform' },
    { name: `${layer}.conv_gate.weight`, shape: [copiedChoices, channels, 3, 3], initial: 'zeros' },
    { name: `${layer}.conv_gate.bias`, shape: [copiedChoices], initial: 'zeros' },
    { name: `${layer}.middle.weight`, shape: [1, channels, 3, 3], initial: 'zeros' },
    { name: `${layer}.middle.bias`, shape: [1], initial: 'zeros' },
    { name: `${layer}.${warpName}`, shape: warpShape, initial: 'zeros' },
    { name: `${layer}.share`, shape: [1], initial: 'zeros' },
  ];
}
