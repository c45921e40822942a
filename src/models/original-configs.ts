/**
 * @file Configurations, in diffusers' names, of networks in a single file without any: inferred from the shapes of
 * their weights. What shapes do not show has the value that all published models of the kind share. Throws
 * `MissingWeightError` when an essential weight is missing.
 */

import type { Shape } from '../graph/host-tensor.ts';
import { MissingWeightError } from '../graph/weights.ts';

type Shapes = ReadonlyMap<string, Shape>;

/** Fields as in diffusers' `config.json`. */
type Settings = Readonly<Record<string, unknown>>;

/** Head width of Stable Diffusion 2.x and of every published text encoder; the number of heads varies. */
const headWidth = 64;
/** Number of heads in Stable Diffusion 1.x; their width varies. */
const headCount = 8;

/** Width of the sinusoidal embedding of each of XL's additional size conditions, in all published models. */
const sinusoidWidth = 256;

/** The U-Net's configuration. Linear projections distinguish 2.x and XL from 1.x, which determines the heads. */
export function unetConfigOf(shapes: Shapes): Settings {
  const widths = numbers(shapes, (level) => `down_blocks.${level}.resnets.0.conv1.weight`);
  const attends = (direction: 'down' | 'up', level: number) =>
    shapes.has(`${direction}_blocks.${level}.attentions.0.norm.weight`);
  const type = (direction: 'down' | 'up', level: number) =>
    `${attends(direction, level) ? 'CrossAttn' : ''}${direction === 'down' ? 'Down' : 'Up'}Block2D`;
  const linear = size(shapes, 'mid_block.attentions.0.proj_in.weight').length === 2;
  const depth = (level: number) =>
    numbers(shapes, (i) => `down_blocks.${level}.attentions.0.transformer_blocks.${i}.norm1.weight`).length;
  const depths = widths.map((_, level) => Math.max(1, depth(level)));
  const added = shapes.get('add_embedding.linear_1.weight');
  return {
    in_channels: size(shapes, 'conv_in.weight')[1],
    out_channels: size(shapes, 'conv_out.weight')[0],
    block_out_channels: widths,
    layers_per_block: numbers(shapes, (i) => `down_blocks.0.resnets.${i}.conv1.weight`).length,
    down_block_types: widths.map((_, level) => type('down', level)),
    up_block_types: widths.map((_, level) => type('up', level)),
    cross_attention_dim: size(shapes, 'mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight')[1],
    use_linear_projection: linear,
    attention_head_dim: linear
      ? widths.map((width) => Math.max(1, Math.floor(width / headWidth)))
      : headCount,
    ...(depths.some((depth) => depth > 1) && { transformer_layers_per_block: depths }),
    ...(added && {
      addition_embed_type: 'text_time',
      addition_time_embed_dim: sinusoidWidth,
      projection_class_embeddings_input_dim: added[1],
      sample_size: 128,
    }),
  };
}

/** The autoencoder's configuration. */
export function vaeConfigOf(shapes: Shapes): Settings {
  const widths = numbers(shapes, (level) => `encoder.down_blocks.${level}.resnets.0.conv1.weight`);
  return {
    in_channels: size(shapes, 'encoder.conv_in.weight')[1],
    out_channels: size(shapes, 'decoder.conv_out.weight')[0],
    latent_channels: size(shapes, 'post_quant_conv.weight')[0],
    block_out_channels: widths,
    layers_per_block: numbers(shapes, (i) => `encoder.down_blocks.0.resnets.${i}.conv1.weight`).length,
    down_block_types: widths.map(() => 'DownEncoderBlock2D'),
    up_block_types: widths.map(() => 'UpDecoderBlock2D'),
  };
}

/**
 * The text encoder's configuration. OpenCLIP's last layer is omitted: Stable Diffusion 2.x was trained on the states
 * before it, after the final norm. With `projection` it is the second encoder of XL, which needs all layers.
 */
export function textEncoderConfigOf(
  shapes: Shapes,
  kind: 'clip' | 'openClip',
  { projection = false } = {},
): Settings {
  const [vocabulary, width] = size(shapes, 'text_model.embeddings.token_embedding.weight');
  const inner = numbers(shapes, (i) => `text_model.encoder.layers.${i}.mlp.fc1.weight`);
  return {
    hidden_size: width,
    intermediate_size: inner[0],
    num_attention_heads: Math.max(1, Math.floor(width! / headWidth)),
    num_hidden_layers: kind === 'openClip' && !projection ? inner.length - 1 : inner.length,
    max_position_embeddings: size(shapes, 'text_model.embeddings.position_embedding.weight')[0],
    vocab_size: vocabulary,
    hidden_act: kind === 'openClip' ? 'gelu' : 'quick_gelu',
    // 2: the text ends at the token with the largest id, as in OpenCLIP.
    ...(projection && { projection_dim: size(shapes, 'text_projection.weight')[0], eos_token_id: 2 }),
  };
}

/** The first dimension of each tensor with these names, from index 0 on. */
function numbers(shapes: Shapes, name: (number: number) => string): number[] {
  const found: number[] = [];
  for (let shape = shapes.get(name(0)); shape; shape = shapes.get(name(found.length))) found.push(shape[0]!);
  return found;
}

function size(shapes: Shapes, name: string): Shape {
  const shape = shapes.get(name);
  if (!shape) throw new MissingWeightError(name);
  return shape;
}
