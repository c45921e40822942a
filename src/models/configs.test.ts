import { describe, expect, test } from 'vitest';
import { headsPerBlock, textEncoderConfigSchema, unetConfigSchema, vaeConfigSchema } from './configs.ts';

/** What diffusers writes for Stable Diffusion 2.1's U-Net. */
const unet21 = {
  _class_name: 'UNet2DConditionModel',
  _diffusers_version: '0.10.0.dev0',
  act_fn: 'silu',
  attention_head_dim: [5, 10, 20, 20],
  block_out_channels: [320, 640, 1280, 1280],
  center_input_sample: false,
  cross_attention_dim: 1024,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  downsample_padding: 1,
  dual_cross_attention: false,
  flip_sin_to_cos: true,
  freq_shift: 0,
  in_channels: 4,
  layers_per_block: 2,
  mid_block_scale_factor: 1,
  norm_eps: 1e-5,
  norm_num_groups: 32,
  num_class_embeds: null,
  only_cross_attention: false,
  out_channels: 4,
  sample_size: 96,
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  upcast_attention: true,
  use_linear_projection: true,
};

/** Fields that newer versions add, with the values they give them. */
const newer = {
  addition_embed_type: null,
  addition_embed_type_num_heads: 64,
  attention_type: 'default',
  class_embeddings_concat: false,
  conv_in_kernel: 3,
  conv_out_kernel: 3,
  cross_attention_norm: null,
  dropout: 0,
  encoder_hid_dim: null,
  encoder_hid_dim_type: null,
  mid_block_only_cross_attention: null,
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  num_attention_heads: null,
  resnet_out_scale_factor: 1,
  resnet_skip_time_act: false,
  resnet_time_scale_shift: 'default',
  reverse_transformer_layers_per_block: null,
  time_cond_proj_dim: null,
  time_embedding_act_fn: null,
  time_embedding_dim: null,
  time_embedding_type: 'positional',
  timestep_post_act: null,
  transformer_layers_per_block: 1,
};

describe('the settings of Stable Diffusion 2.1', () => {
  test('are taken, as old and as new versions of diffusers write them', () => {
    for (const config of [unet21, { ...unet21, ...newer }]) {
      const parsed = unetConfigSchema.parse(config);
      expect([parsed.use_linear_projection, parsed.cross_attention_dim]).toEqual([true, 1024]);
      expect(headsPerBlock(parsed)).toEqual([5, 10, 20, 20]);
    }
    const text = {
      hidden_size: 1024,
      intermediate_size: 4096,
      num_attention_heads: 16,
      num_hidden_layers: 23,
      hidden_act: 'gelu',
      vocab_size: 49408,
      projection_dim: 512,
    };
    expect(textEncoderConfigSchema.parse(text)).toMatchObject({
      hidden_act: 'gelu',
      max_position_embeddings: 77,
    });
  });

  test.each(
    Object.entries({
      addition_embed_type: 'image',
      attention_type: 'gated',
      conv_in_kernel: 5,
      encoder_hid_dim: 768,
      mid_block_only_cross_attention: true,
      num_attention_heads: 8,
      time_embedding_type: 'fourier',
      attention_head_dim: [5, 10],
      up_block_types: ['UpBlock2D'],
    }),
  )('but not with another %s', (name, value) => {
    expect(() => unetConfigSchema.parse({ ...unet21, [name]: value })).toThrow(name);
  });
});

test('an autoencoder of another kind is refused by the field', () => {
  const vae = {
    in_channels: 3,
    out_channels: 3,
    latent_channels: 4,
    block_out_channels: [8],
    down_block_types: ['DownEncoderBlock2D'],
    up_block_types: ['UpDecoderBlock2D'],
  };
  expect(vaeConfigSchema.parse({ ...vae, shift_factor: null, use_quant_conv: true }).scaling_factor).toBe(
    0.18215,
  );
  for (const [name, value] of Object.entries({
    shift_factor: 0.1,
    use_quant_conv: false,
    mid_block_add_attention: false,
    latents_mean: [0],
  })) {
    expect(() => vaeConfigSchema.parse({ ...vae, [name]: value })).toThrow(name);
  }
});
