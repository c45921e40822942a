/** @file The transformer layer of both of CLIP's encoders (Radford et al. 2021, arXiv 2103.00020). */
import { add, gelu, quickGelu } from '../graph/operators/index.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Weights } from '../graph/weights.ts';
import type { TextEncoderConfig } from './configs.ts';
import { attention, layerNorm, linear } from './layers.ts';

/** The settings that a layer uses; text and image encoders have the same names for them. */
export type EncoderLayerConfig = Pick<
  TextEncoderConfig,
  'hidden_size' | 'intermediate_size' | 'num_attention_heads' | 'layer_norm_eps' | 'hidden_act'
>;

/**
 * States `[b, n, hidden_size]` → the same shape: self-attention, then a two-layer feed-forward network, both pre-norm
 * with a residual connection. `mask` `[n, n]` is added to the attention scores.
 */
export function encoderLayer(w: Weights, config: EncoderLayerConfig, x: Tensor, mask?: Tensor): Tensor {
  const { hidden_size: width, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const own = w.scope('self_attn');
  const normal = layerNorm(w.scope('layer_norm1'), x, epsilon);
  const [q, k, v] = (['q_proj', 'k_proj', 'v_proj'] as const).map((name) =>
    linear(own.scope(name), normal, width),
  );
  x = add(x, linear(own.scope('out_proj'), attention(q!, k!, v!, heads, { mask }), width));
  const mlp = w.scope('mlp');
  const inner = linear(
    mlp.scope('fc1'),
    layerNorm(w.scope('layer_norm2'), x, epsilon),
    config.intermediate_size,
  );
  const activation = config.hidden_act === 'gelu' ? gelu : quickGelu;
  return add(x, linear(mlp.scope('fc2'), activation(inner), width));
}
