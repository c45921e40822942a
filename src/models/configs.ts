/**
 * @file Schemas of the `config.json` files of a diffusers folder. Only settings that affect the arithmetic are read;
 * unsupported values are refused by name instead of being ignored.
 */
import { z } from 'zod';
import { expecting } from '../wrong-settings.ts';

const size = z.number().int().positive();
const perBlock = z.union([size, z.array(size).min(1)]);
/** A setting for which only these values are supported. */
const only = <T extends string | number | boolean | null>(...values: [T, ...T[]]) =>
  z.literal(values).optional();

/** The name of a kind of block; those of videos, which end in 3D, are taken too. */
const blockNames = (pattern: RegExp, expected: string) => expecting(z.string().regex(pattern), expected);

/** Per-block settings must have one value per block. */
function checkBlocks(
  config: Readonly<Record<string, unknown>> & { readonly block_out_channels: readonly number[] },
  context: z.RefinementCtx,
): void {
  const count = config.block_out_channels.length;
  const names = ['down_block_types', 'up_block_types', 'attention_head_dim', 'transformer_layers_per_block'];
  for (const name of names) {
    const values = config[name];
    if (!Array.isArray(values) || values.length === count) continue;
    const message = `${count} values, one for each of block_out_channels`;
    context.addIssue({ code: 'custom', path: [name], message });
  }
}

/** U-Net of Stable Diffusion 1.x, 2.x and XL (`UNet2DConditionModel`), image or video. */
const unetFields = z.object({
  in_channels: size,
  out_channels: size,
  block_out_channels: z.array(size).min(1),
  layers_per_block: size.default(2),
  down_block_types: z
    .array(blockNames(/^(CrossAttn)?DownBlock[23]D$/, 'CrossAttnDownBlock2D or DownBlock2D'))
    .min(1),
  up_block_types: z.array(blockNames(/^(CrossAttn)?UpBlock[23]D$/, 'CrossAttnUpBlock2D or UpBlock2D')).min(1),
  mid_block_type: blockNames(/^UNetMidBlock[23]DCrossAttn$/, 'UNetMidBlock2DCrossAttn').nullish(),
  /** Number of heads, despite the name (a mistake of diffusers that its files preserve). */
  attention_head_dim: perBlock.default(8),
  cross_attention_dim: size,
  /** Layers of each spatial transformer. */
  transformer_layers_per_block: perBlock.default(1),
  reverse_transformer_layers_per_block: only<null>(null),
  /** `text_time` in XL: the U-Net is also conditioned on a pooled text and six numbers about the image size. */
  addition_embed_type: z.literal('text_time').nullish(),
  /** Width of the sinusoidal embedding of each of the six numbers. */
  addition_time_embed_dim: size.nullish(),
  /** Total width of the pooled text and those embeddings. */
  projection_class_embeddings_input_dim: size.nullish(),
  norm_num_groups: size.default(32),
  norm_eps: z.number().positive().default(1e-5),
  flip_sin_to_cos: z.boolean().default(true),
  freq_shift: z.number().default(0),
  center_input_sample: z.boolean().default(false),
  downsample_padding: z.union([z.literal(0), z.literal(1)]).default(1),
  mid_block_scale_factor: z.number().positive().default(1),
  use_linear_projection: z.boolean().default(false),
  sample_size: z.union([size, z.array(size)]).nullish(),
  act_fn: only('silu', 'swish'),
  class_embed_type: only<null>(null),
  num_class_embeds: only<null>(null),
  dual_cross_attention: only(false),
  only_cross_attention: z.union([z.literal(false), z.array(z.literal(false))]).optional(),
  resnet_time_scale_shift: only('default'),
  resnet_skip_time_act: only(false),
  resnet_out_scale_factor: only(1),
  num_attention_heads: only<null>(null),
  attention_type: only('default'),
  cross_attention_norm: only<null>(null),
  mid_block_only_cross_attention: only<false | null>(false, null),
  time_embedding_type: only('positional'),
  time_embedding_dim: only<null>(null),
  time_embedding_act_fn: only<null>(null),
  timestep_post_act: only<null>(null),
  time_cond_proj_dim: only<null>(null),
  encoder_hid_dim: only<null>(null),
  encoder_hid_dim_type: only<null>(null),
  class_embeddings_concat: only(false),
  conv_in_kernel: only(3),
  conv_out_kernel: only(3),
});

/** XL's additional conditions need their widths. */
function checkAdded(config: z.infer<typeof unetFields>, context: z.RefinementCtx): void {
  if (config.addition_embed_type == null) return;
  for (const name of ['addition_time_embed_dim', 'projection_class_embeddings_input_dim'] as const) {
    if (config[name] != null) continue;
    context.addIssue({ code: 'custom', path: [name], message: 'a number, which addition_embed_type needs' });
  }
}

/** See `unetFields`. */
export const unetConfigSchema = unetFields.superRefine(checkBlocks).superRefine(checkAdded);

/** See `unetConfigSchema`. */
export type UNetConfig = z.infer<typeof unetConfigSchema>;

/** Autoencoder (`AutoencoderKL`). */
const vaeFields = z.object({
  in_channels: size,
  out_channels: size,
  latent_channels: size,
  block_out_channels: z.array(size).min(1),
  layers_per_block: size.default(1),
  norm_num_groups: size.default(32),
  /** Factor that scales latents for the U-Net. */
  scaling_factor: z.number().positive().default(0.18215),
  down_block_types: z.array(z.literal('DownEncoderBlock2D')).min(1),
  up_block_types: z.array(z.literal('UpDecoderBlock2D')).min(1),
  act_fn: only('silu', 'swish'),
  mid_block_add_attention: only(true),
  use_quant_conv: only(true),
  use_post_quant_conv: only(true),
  shift_factor: only<number | null>(null, 0),
  latents_mean: only<null>(null),
  latents_std: only<null>(null),
});

/** See `vaeFields`. */
export const vaeConfigSchema = vaeFields.superRefine(checkBlocks);

/** See `vaeConfigSchema`. */
export type VaeConfig = z.infer<typeof vaeConfigSchema>;

/** Text encoder (`CLIPTextModel`). */
export const textEncoderConfigSchema = z.object({
  hidden_size: size,
  intermediate_size: size,
  num_attention_heads: size,
  num_hidden_layers: size,
  max_position_embeddings: size.default(77),
  vocab_size: size,
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
});

/** See `textEncoderConfigSchema`. */
export type TextEncoderConfig = z.infer<typeof textEncoderConfigSchema>;

/**
 * A text encoder that also projects its last states to one vector per text (`CLIPTextModelWithProjection`).
 */
export const projectedTextEncoderConfigSchema = textEncoderConfigSchema.extend({
  projection_dim: size.default(512),
  /** The token whose state represents the whole text; see `endsOfTexts`. */
  eos_token_id: z.int().nonnegative().default(49407),
});

/** See `projectedTextEncoderConfigSchema`. */
export type ProjectedTextEncoderConfig = z.infer<typeof projectedTextEncoderConfigSchema>;

/** Number of pixels per latent along one side: 8 in Stable Diffusion. */
export function vaeFactor(config: VaeConfig): number {
  return 2 ** (config.block_out_channels.length - 1);
}

/** Number of attention heads of each of the U-Net's blocks, from the outermost to the middle. */
export function headsPerBlock(config: UNetConfig): readonly number[] {
  return forEachBlock(config, config.attention_head_dim);
}

/** Layers of the spatial transformers in each of the U-Net's blocks, from the outermost to the middle. */
export function depthPerBlock(config: UNetConfig): readonly number[] {
  return forEachBlock(config, config.transformer_layers_per_block);
}

function forEachBlock(config: UNetConfig, values: number | readonly number[]): readonly number[] {
  return typeof values === 'number' ? config.block_out_channels.map(() => values) : values;
}

/**
 * Total width of the additional conditions of Stable Diffusion XL's U-Net, and the width of the sinusoidal embedding of
 * each of the six numbers among them (see `addedConditions`); `undefined` for a U-Net without such conditions.
 */
export function addedWidths(config: UNetConfig): { readonly all: number; readonly each: number } | undefined {
  const { projection_class_embeddings_input_dim: all, addition_time_embed_dim: each } = config;
  return config.addition_embed_type && all && each ? { all, each } : undefined;
}
