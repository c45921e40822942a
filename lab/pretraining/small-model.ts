/** @file The networks of the built-in base model, for training and for benchmarks. */
import { textEncoderConfigSchema, unetConfigSchema } from '../../src/models/configs.ts';
import type { ModelConfigs } from './model-step.ts';

/** Latent channels, tokens of a caption, and vocabulary size. */
export interface SmallModelSize {
  readonly channels: number;
  readonly tokens: number;
  readonly vocabulary: number;
  /** Channels of the U-Net's three levels. */
  readonly widths: readonly number[];
  /** Width of the text encoder. */
  readonly textWidth: number;
}

/** Settings of a U-Net on a 16×16 grid, and of its text encoder. */
export function smallModel({
  channels,
  tokens,
  vocabulary,
  widths,
  textWidth,
}: SmallModelSize): ModelConfigs {
  const heads = widths.map((width) => Math.max(1, Math.round(width / 32)));
  return {
    unet: unetConfigSchema.parse({
      in_channels: channels,
      out_channels: channels,
      sample_size: 16,
      block_out_channels: widths,
      layers_per_block: 1,
      // Attention costs most at the finest resolution: it is used there only in the up blocks, which draw details.
      down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
      up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
      attention_head_dim: heads,
      cross_attention_dim: textWidth,
      norm_num_groups: 8,
    }),
    textEncoder: textEncoderConfigSchema.parse({
      hidden_size: textWidth,
      intermediate_size: 4 * textWidth,
      num_attention_heads: 4,
      num_hidden_layers: 2,
      max_position_embeddings: tokens,
      vocab_size: vocabulary,
    }),
  };
}
