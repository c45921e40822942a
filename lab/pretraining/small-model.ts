/** @file The networks of the built-in base model, for training and for benchmarks. */
import { textEncoderConfigSchema, unetConfigSchema } from '../../src/models/configs.ts';
import type { ModelConfigs } from './model-step.ts';

/** Latent channels, tokens of a caption, and vocabulary size. */
export interface SmallModelSize {
  readonly channels: number;
  readonly tokens: number;
  readonly vocabulary: number;
}

/** Settings of a U-Net of 4.5 M parameters on a 16×16 grid, and of its text encoder. */
export function smallModel({ channels, tokens, vocabulary }: SmallModelSize): ModelConfigs {
  return {
    unet: unetConfigSchema.parse({
      in_channels: channels,
      out_channels: channels,
      sample_size: 16,
      block_out_channels: [32, 64, 128],
      layers_per_block: 1,
      // Attention costs most at the finest resolution: it is used there only in the up blocks, which draw details.
      down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
      up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
      attention_head_dim: [1, 2, 4],
      cross_attention_dim: 96,
      norm_num_groups: 8,
    }),
    textEncoder: textEncoderConfigSchema.parse({
      hidden_size: 96,
      intermediate_size: 384,
      num_attention_heads: 4,
      num_hidden_layers: 2,
      max_position_embeddings: tokens,
      vocab_size: vocabulary,
    }),
  };
}
