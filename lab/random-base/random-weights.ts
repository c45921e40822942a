/** @file Random weights, scaled so that activations are of order one in all layers. */
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../src/graph/host-tensor.ts';

/** Length of the sequence from which all weights are taken: prime, so that no two rows of a matrix are equal. */
const PERIOD = 2 ** 22 + 15;

/** Layers whose output is added to a residual stream, and last layers. */
const lastLayers = /(^|\.)(conv2|to_out\.0|net\.2|proj_out|fc2|out_proj|conv_out)\.weight$/;

/** Weights by name and shape; the same seed gives the same ones. */
export function randomWeights(seed: number): (name: string, shape: Shape) => FloatTensor {
  const random = randomStream(seed, 'random base');
  const uniform = Float32Array.from({ length: PERIOD }, () => 2 * random.uniform() - 1);
  return (name, shape) => {
    const data = new Float32Array(sizeOf(shape));
    if (shape.length === 1) {
      if (/norm\w*\.weight$/.test(name)) data.fill(1);
      return floats(data, shape);
    }
    const bound = Math.sqrt(3) * deviation(name, shape);
    let from = randomStream(seed, 'place', name).integer(PERIOD);
    for (let i = 0; i < data.length; i++) {
      data[i] = bound * uniform[from]!;
      from = from + 1 === PERIOD ? 0 : from + 1;
    }
    return floats(data, shape);
  };
}

/**
 * Standard deviation of a weight: 0.02 in embeddings, as CLIP begins with; √(2 / inputs) in convolutions, which follow
 * an activation (He et al. 2015, arXiv 1502.01852); √(1 / inputs) in other layers; a tenth of it in last layers, so
 * that a sum over many blocks does not grow.
 */
function deviation(name: string, shape: Shape): number {
  if (name.endsWith('embedding.weight')) return 0.02;
  const inputs = sizeOf(shape.slice(1));
  return (lastLayers.test(name) ? 0.1 : 1) * Math.sqrt((shape.length === 4 ? 2 : 1) / inputs);
}
