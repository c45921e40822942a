/**
 * @file The `config.json` of a CLIP model (`CLIPModel` of the transformers package), checked. Absent fields have
 * the defaults of transformers, which writes only fields that differ from them.
 */
import { z } from 'zod';
import { textEncoderConfigSchema } from '../../src/models/configs.ts';

const size = z.number().int().positive();

const textConfigSchema = textEncoderConfigSchema.extend({
  hidden_size: size.default(512),
  intermediate_size: size.default(2048),
  num_attention_heads: size.default(8),
  num_hidden_layers: size.default(12),
  vocab_size: size.default(49408),
  /** The token whose state stands for the whole text; 2 means the token of the largest number (see `endOfText`). */
  eos_token_id: z.number().int().nonnegative().default(49407),
});

const visionConfigSchema = z.object({
  hidden_size: size.default(768),
  intermediate_size: size.default(3072),
  num_attention_heads: size.default(12),
  num_hidden_layers: size.default(12),
  num_channels: z.literal(3).default(3),
  image_size: size.default(224),
  patch_size: size.default(32),
  layer_norm_eps: z.number().positive().default(1e-5),
  hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
});

/**
 * CLIP. Old files have `text_config_dict` and `vision_config_dict` (too); transformers lets these win over every
 * field of `text_config` and `vision_config`, with defaults for what they leave out.
 */
export const clipConfigSchema = z
  .object({
    model_type: z.literal('clip').optional(),
    projection_dim: size.default(512),
    text_config: textConfigSchema.nullish(),
    text_config_dict: textConfigSchema.nullish(),
    vision_config: visionConfigSchema.nullish(),
    vision_config_dict: visionConfigSchema.nullish(),
  })
  .transform((file) => ({
    projection_dim: file.projection_dim,
    text_config: file.text_config_dict ?? file.text_config ?? textConfigSchema.parse({}),
    vision_config: file.vision_config_dict ?? file.vision_config ?? visionConfigSchema.parse({}),
  }));

/** Settings of a CLIP model: its text encoder, its picture encoder, and the width of the space in which they meet. */
export type ClipConfig = z.output<typeof clipConfigSchema>;

/** Settings of the picture encoder. */
export type ClipVisionConfig = ClipConfig['vision_config'];
