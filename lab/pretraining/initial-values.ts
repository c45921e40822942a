/** @file Initial weights of a model that is trained from scratch. */
import { randomStream } from '../../src/diffusion/random.ts';
import { type Shape, sizeOf } from '../../src/graph/host-tensor.ts';
import { ParameterSet, type ParameterShape } from '../../src/training/parameter-set.ts';

/**
 * Layers whose output is added to a residual stream. Their weights start at zero, so that the untrained network is
 * the identity and all depths learn from the first step (as in Dhariwal & Nichol 2021, arXiv 2105.05233): the
 * second convolution of a residual block, the projection out of a transformer, the VAE's attention; and the U-Net's
 * last convolution, so that its first prediction is zero, the mean of every target.
 */
const zeroWeights =
  /(^|\.)(conv2|proj_out|mid_block\.attentions\.0\.to_out\.0)\.weight$|^unet:conv_out\.weight$/;

/**
 * The autoencoder's convolutions outside its residual blocks. They start as half of what others start with, plus the
 * identity between channels of the same number: the untrained autoencoder then lets a picture through, if blurred,
 * and after 300 steps it gives pictures back with 19 instead of 15 dB.
 */
const passingWeights =
  /^vae:.*(conv_in|conv_out|conv_shortcut|quant_conv|(down|up)samplers\.0\.conv)\.weight$/;

/** Weights of these shapes, each determined by the seed and its name. */
export function initialParameters(shapes: readonly ParameterShape[], seed: number): ParameterSet {
  const parameters = new ParameterSet(shapes);
  for (const { name, shape } of shapes) {
    const { data } = parameters.views.get(name)!;
    data.set(initialWeight({ name, shape }, seed));
  }
  return parameters;
}

/**
 * One weight: embeddings are normal with deviation 0.02 (as CLIP's), norms 1 and 0, biases 0, and the matrices of
 * layers uniform within ±1/√inputs (PyTorch's customary Kaiming-uniform with a = √5), but for `zeroWeights` and
 * `passingWeights`. CLIP's cosines start with a temperature of 0.07.
 */
function initialWeight({ name, shape }: ParameterShape, seed: number): Float32Array {
  const random = randomStream(seed, 'initial', name);
  const size = sizeOf(shape);
  if (name.endsWith('logit_scale')) return Float32Array.of(Math.log(1 / 0.07));
  if (/embedding\.weight$/.test(name)) return random.normals(size).map((value) => 0.02 * value);
  if (shape.length === 1) return new Float32Array(size).fill(name.endsWith('.weight') ? 1 : 0);
  if (zeroWeights.test(name)) return new Float32Array(size);
  const bound = 1 / Math.sqrt(sizeOf(shape.slice(1)));
  const weight = Float32Array.from({ length: size }, () => bound * (2 * random.uniform() - 1));
  return passingWeights.test(name) ? plusIdentity(weight, shape) : weight;
}

/** Half of a convolution's weight `[out, in, kh, kw]`, plus 1 from each channel to that of its number; in place. */
function plusIdentity(weight: Float32Array, shape: Shape): Float32Array {
  const [outputs, inputs, height, width] = shape as [number, number, number, number];
  const centre = (height >> 1) * width + (width >> 1);
  for (const [i, value] of weight.entries()) weight[i] = value / 2;
  for (let channel = 0; channel < Math.min(outputs, inputs); channel++) {
    weight[(channel * inputs + channel) * height * width + centre]! += 1;
  }
  return weight;
}
