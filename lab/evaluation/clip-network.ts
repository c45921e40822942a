/**
 * @file CLIP (Radford et al. 2021, arXiv 2103.00020): pictures and texts as unit vectors of one space, near each
 * other where a text describes a picture. Key names are those of `CLIPModel` of the transformers package.
 */
import { add, div, gather, mul, reduceSum, reshape, sqrt } from '../../src/graph/operators/index.ts';
import { scalar, type Tensor } from '../../src/graph/tensor.ts';
import type { Weights } from '../../src/graph/weights.ts';
import { linear } from '../../src/models/layers.ts';
import { textEncoder } from '../../src/models/text-encoder.ts';
import type { ClipConfig } from './clip-config.ts';
import { visionEncoder } from './clip-vision.ts';

/** Prepared pictures `[b, 3, image_size, image_size]` → unit vectors `[b, projection_dim]`. */
export function pictureEmbeddings(w: Weights, config: ClipConfig, pixels: Tensor): Tensor {
  const states = visionEncoder(w.scope('vision_model'), config.vision_config, pixels);
  return unitLength(linear(w.scope('visual_projection'), states, config.projection_dim, { bias: false }));
}

/**
 * Token ids `[b, n]` → unit vectors `[b, projection_dim]`. `ends` `[b]` are the tokens whose states stand for the
 * texts, as indices into all b·n tokens: see `endsOfTexts`.
 */
export function textEmbeddings(w: Weights, config: ClipConfig, ids: Tensor, ends: Tensor): Tensor {
  const { hidden_size: width } = config.text_config;
  const [batch, length] = ids.shape as [number, number];
  const states = textEncoder(w, config.text_config, ids);
  const last = gather(reshape(states, [batch * length, width]), ends);
  return unitLength(linear(w.scope('text_projection'), last, config.projection_dim, { bias: false }));
}

/** Rows `[b, c]` divided by their lengths. */
function unitLength(x: Tensor): Tensor {
  return div(x, sqrt(add(reduceSum(mul(x, x), [1]), scalar(1e-12))));
}
