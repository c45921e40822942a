/**
 * @file The settings of Stable Diffusion 1.5, 2.1 (the 768-v model) and XL base 1.0 in diffusers' names, and of small
 * models of the same structure.
 */

/** One network's `config.json`. */
type Config = Readonly<Record<string, unknown>>;

/** Differences between the kinds of model. */
export interface Architecture {
  /** Class of the pipeline in `model_index.json`. */
  readonly pipeline: 'StableDiffusionPipeline' | 'StableDiffusionXLPipeline';
  readonly unet: Config & { readonly layers_per_block: number };
  readonly vae: Config & { readonly block_out_channels: readonly number[] };
  readonly textEncoder: Config & { readonly num_hidden_layers: number };
  /** The second text encoder, of XL. */
  readonly textEncoder2?: Config;
  /** Kind of the (first) text encoder: OpenAI's CLIP or OpenCLIP. */
  readonly text: 'clip' | 'openClip';
  readonly scheduler: Config;
}

/** The published models. */
const published = ['sd15', 'sd21', 'sdxl'] as const;

type Published = (typeof published)[number];

/** The models that can be made; `tiny-…` have the same structure with fewer and narrower layers. */
export const architectureNames = [...published, ...published.map((name) => `tiny-${name}` as const)] as const;

/** See `architectureNames`. */
export type ArchitectureName = (typeof architectureNames)[number];

/** The widths and depths in which a tiny model differs from a published one. */
interface Sizes {
  readonly unet: readonly number[];
  readonly unetLayers: number;
  /** Transformer layers at each level of XL. */
  readonly depths: readonly number[];
  readonly vae: readonly number[];
  readonly vaeLayers: number;
  /** Width and depth of the text encoder of 1.x (also XL's first), of 2.x, and of XL's second. */
  readonly clip: readonly [width: number, layers: number];
  readonly openClip: readonly [width: number, layers: number];
  readonly openClip2: readonly [width: number, layers: number];
}

const full: Sizes = {
  unet: [320, 640, 1280, 1280],
  unetLayers: 2,
  depths: [1, 2, 10],
  vae: [128, 256, 512, 512],
  vaeLayers: 2,
  clip: [768, 12],
  openClip: [1024, 23],
  openClip2: [1280, 32],
};

const tiny: Sizes = {
  unet: [32, 64, 128, 128],
  unetLayers: 1,
  depths: [1, 1, 2],
  vae: [32, 32, 64, 64],
  vaeLayers: 1,
  clip: [64, 2],
  openClip: [128, 2],
  openClip2: [128, 3],
};

/** All settings of a model. */
export function architecture(name: ArchitectureName): Architecture {
  const sizes = name.startsWith('tiny-') ? tiny : full;
  const [text, openText] = [clip(sizes), openClip(...sizes.openClip)];
  switch (name.replace('tiny-', '') as Published) {
    case 'sd15':
      return {
        pipeline: 'StableDiffusionPipeline',
        unet: unet(sizes, { sample_size: 64, attention_head_dim: 8, cross_attention_dim: sizes.clip[0] }),
        vae: vae(sizes, { sample_size: 512, scaling_factor: 0.18215 }),
        textEncoder: text,
        text: 'clip',
        scheduler: scheduler('PNDMScheduler', 'epsilon'),
      };
    case 'sd21':
      return {
        pipeline: 'StableDiffusionPipeline',
        unet: unet(sizes, {
          sample_size: 96,
          attention_head_dim: heads(sizes.unet),
          cross_attention_dim: sizes.openClip[0],
          use_linear_projection: true,
        }),
        vae: vae(sizes, { sample_size: 768, scaling_factor: 0.18215 }),
        textEncoder: openText,
        text: 'openClip',
        scheduler: scheduler('DDIMScheduler', 'v_prediction'),
      };
    case 'sdxl':
      return xl(sizes);
  }
}

function xl(sizes: Sizes): Architecture {
  const widths = sizes.unet.slice(0, 3);
  const pooled = sizes.openClip2[0];
  return {
    pipeline: 'StableDiffusionXLPipeline',
    unet: {
      ...unet(sizes, {
        sample_size: 128,
        attention_head_dim: heads(widths),
        cross_attention_dim: sizes.clip[0] + sizes.openClip2[0],
        use_linear_projection: true,
      }),
      block_out_channels: widths,
      down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
      up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D'],
      transformer_layers_per_block: sizes.depths,
      addition_embed_type: 'text_time',
      addition_time_embed_dim: 256,
      projection_class_embeddings_input_dim: pooled + 6 * 256,
    },
    vae: vae(sizes, { sample_size: 1024, scaling_factor: 0.13025, force_upcast: true }),
    textEncoder: clip(sizes),
    textEncoder2: { ...openClip(...sizes.openClip2), projection_dim: pooled },
    text: 'clip',
    scheduler: scheduler('EulerDiscreteScheduler', 'epsilon'),
  };
}

function unet({ unet: widths, unetLayers }: Sizes, more: Config) {
  return {
    in_channels: 4,
    out_channels: 4,
    block_out_channels: widths,
    layers_per_block: unetLayers,
    down_block_types: [...Array<string>(3).fill('CrossAttnDownBlock2D'), 'DownBlock2D'],
    up_block_types: ['UpBlock2D', ...Array<string>(3).fill('CrossAttnUpBlock2D')],
    mid_block_type: 'UNetMidBlock2DCrossAttn',
    norm_num_groups: 32,
    norm_eps: 1e-5,
    act_fn: 'silu',
    center_input_sample: false,
    downsample_padding: 1,
    flip_sin_to_cos: true,
    freq_shift: 0,
    ...more,
  };
}

/** Heads of 64 channels. */
function heads(widths: readonly number[]): number[] {
  return widths.map((width) => Math.max(1, Math.floor(width / 64)));
}

function vae({ vae: widths, vaeLayers }: Sizes, more: Config) {
  return {
    in_channels: 3,
    out_channels: 3,
    latent_channels: 4,
    block_out_channels: widths,
    layers_per_block: vaeLayers,
    norm_num_groups: 32,
    act_fn: 'silu',
    down_block_types: widths.map(() => 'DownEncoderBlock2D'),
    up_block_types: widths.map(() => 'UpDecoderBlock2D'),
    ...more,
  };
}

function clip({ clip: [width, layers] }: Sizes) {
  return { ...textEncoder(width, layers), hidden_act: 'quick_gelu', projection_dim: width };
}

function openClip(width: number, layers: number) {
  return { ...textEncoder(width, layers), hidden_act: 'gelu', projection_dim: 512 };
}

function textEncoder(width: number, layers: number) {
  return {
    hidden_size: width,
    intermediate_size: 4 * width,
    num_attention_heads: Math.max(1, width / 64),
    num_hidden_layers: layers,
    max_position_embeddings: 77,
    vocab_size: 49_408,
    layer_norm_eps: 1e-5,
    bos_token_id: 0,
    eos_token_id: 2,
    pad_token_id: 1,
  };
}

function scheduler(name: string, prediction: 'epsilon' | 'v_prediction'): Config {
  return {
    _class_name: name,
    beta_start: 0.00085,
    beta_end: 0.012,
    beta_schedule: 'scaled_linear',
    num_train_timesteps: 1000,
    prediction_type: prediction,
    set_alpha_to_one: false,
    steps_offset: 1,
    clip_sample: false,
    skip_prk_steps: true,
  };
}
