/**
 * @file CLIP (Radford et al. 2021, arXiv 2103.00020): pictures and texts as unit vectors of one space, near each other where
 * a text describes a picture. Key names are those of `CLIPModel` of the transformers package.
 */
import { type IntTensor, ints } from '../graph/host-tensor.ts';
import { add, div, gather, mul, reduceSum, reshape, sqrt } from '../graph/operators/index.ts';
import { scalar, type Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { ClipConfig, ClipTextConfig } from './clip-config.ts';
import { visionEncoder } from './clip-vision.ts';
import { linear } from './layers.ts';
import { textEncoder } from './text-encoder.ts';

/** Prepared pictures `[b, 3, image_size, image_size]` → unit vectors `[b, projection_dim]`. */
export function pictureEmbeddings(w: Weights, config: ClipConfig, pixels: Tensor): Tensor {
  const states = visionEncoder(w.scope('vision_model'), config.vision_config, pixels);
  return unitLength(linear(w.scope('visual_projection'), states, config.projection_dim, { bias: false }));
}

/**
 * Token ids `[b, n]` → unit vectors `[b, projection_dim]`. `ends` `[b]` are the tokens whose states stand for the texts, as
 * places among all b·n tokens: see `endsOfTexts`.
 */
export function textEmbeddings(w: Weights, config: ClipConfig, ids: Tensor, ends: Tensor): Tensor {
  const { hidden_size: width } = config.text_config;
  const [batch, length] = ids.shape as [number, number];
  const states = textEncoder(w, config.text_config, ids);
  const last = gather(reshape(states, [batch * length, width]), ends);
  return unitLength(linear(w.scope('text_projection'), last, config.projection_dim, { bias: false }));
}

/**
 * Where the texts end among all b·n tokens of `ids` `[b, n]`: the first token that is `eos_token_id`, the first one of all
 * where none is. Configs of before transformers 4.31 say 2, whatever the vocabulary: there it is the (first) token of the
 * largest number, which is CLIP's own rule.
 */
export function endsOfTexts(
  { eos_token_id: end }: Pick<ClipTextConfig, 'eos_token_id'>,
  { data, shape }: IntTensor,
): IntTensor {
  const [batch, length] = shape as [number, number];
  const places = Array.from({ length: batch }, (_, text) => {
    const row = Array.from(data.subarray(text * length, (text + 1) * length), Number);
    const place = end === 2 ? row.indexOf(Math.max(...row)) : Math.max(0, row.indexOf(end));
    return text * length + place;
  });
  return ints(places);
}

/** Rows `[b, c]` divided by their lengths. */
function unitLength(x: Tensor): Tensor {
  return div(x, sqrt(add(reduceSum(mul(x, x), [1]), scalar(1e-12))));
}
