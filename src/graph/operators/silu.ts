import { scalar, type Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { unary } from './elementwise.ts';
import { mul, scale } from './mul.ts';
import { sigmoid } from './sigmoid.ts';
import { sub } from './sub.ts';

/** `x · sigmoid(x)` (SiLU, swish). ONNX Runtime's QuickGelu with α = 1 is the same function in one pass. */
export const silu = unary(
  'silu',
  'QuickGelu',
  ({ inputs: [x], outputs: [y], dy }) => mul(dy, gatedDerivative(sigmoid(x!), y!)),
  { domain: 'com.microsoft', attributes: { alpha: { float: 1 } } },
);

/** `x · sigmoid(1.702 x)`: the activation of OpenAI's CLIP. */
export const quickGelu = unary(
  'quickGelu',
  'QuickGelu',
  ({ inputs: [x], outputs: [y], dy }) =>
    mul(dy, gatedDerivative(sigmoid(scale(x!, 1.702)), scale(y!, 1.702))),
  { domain: 'com.microsoft', attributes: { alpha: { float: 1.702 } } },
);

/** d/dx x·g with g = sigmoid(αx): `g + αy·(1 − g)`. */
function gatedDerivative(gate: Tensor, scaledOutput: Tensor): Tensor {
  return add(gate, mul(scaledOutput, sub(scalar(1), gate)));
}
