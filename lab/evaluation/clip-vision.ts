/** @file CLIP's picture encoder: a vision transformer (Dosovitskiy et al. 2021, arXiv 2010.11929). */
import { add, affine, concat, expand, reshape, slice, transpose } from '../../src/graph/operators/index.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import type { Weights } from '../../src/graph/weights.ts';
import { encoderLayer } from '../../src/models/clip-encoder-layer.ts';
import { layerNorm } from '../../src/models/layers.ts';
import type { ClipVisionConfig } from './clip-config.ts';

/**
 * Prepared pictures `[b, 3, image_size, image_size]` → the state of the class token after the last norm,
 * `[b, hidden_size]`.
 */
export function visionEncoder(w: Weights, config: ClipVisionConfig, pixels: Tensor): Tensor {
  const { hidden_size: width, layer_norm_eps: epsilon } = config;
  const [batch] = pixels.shape as [number];
  // The published key name has lost a letter.
  let x = layerNorm(w.scope('pre_layrnorm'), embeddings(w.scope('embeddings'), config, pixels), epsilon);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    x = encoderLayer(w.scope('encoder').scope('layers').scope(layer), config, x);
  }
  return layerNorm(w.scope('post_layernorm'), reshape(slice(x, 1, 0, 1), [batch, width]), epsilon);
}

/** The class token, then the patches row by row, each with its position: `[b, 1 + patches, hidden_size]`. */
function embeddings(w: Weights, config: ClipVisionConfig, pixels: Tensor): Tensor {
  const { hidden_size: width } = config;
  const [batch] = pixels.shape as [number];
  const patches = patchEmbedding(w.scope('patch_embedding'), config, pixels);
  const start = expand(reshape(w.tensor('class_embedding', [width]), [1, 1, width]), [batch, 1, width]);
  const tokens = 1 + patches.shape[1]!;
  return add(concat([start, patches], 1), w.scope('position_embedding').tensor('weight', [tokens, width]));
}

/**
 * A convolution without bias whose stride is its kernel's side. Its windows do not overlap, so it is a single matrix
 * product over the patches, which also has a cheap gradient.
 */
function patchEmbedding(w: Weights, config: ClipVisionConfig, pixels: Tensor): Tensor {
  const { hidden_size: width, num_channels: channels, patch_size: side, image_size: size } = config;
  const [batch] = pixels.shape as [number];
  const count = Math.floor(size / side);
  const whole = slice(slice(pixels, 2, 0, count * side), 3, 0, count * side);
  const windows = transpose(reshape(whole, [batch, channels, count, side, count, side]), [0, 2, 4, 1, 3, 5]);
  const rows = reshape(windows, [batch, count * count, channels * side * side]);
  const kernel = reshape(w.tensor('weight', [width, channels, side, side]), [width, channels * side * side]);
  return affine(rows, kernel);
}
