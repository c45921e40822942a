/**
 * @file Stable Diffusion XL (Podell et al. 2023, arXiv 2307.01952) computed from its published formulas with the layers
 * of `reference-layers.ts`, for comparison with the graphs.
 */
import type { FloatTensor } from '../graph/host-tensor.ts';
import { each, gelu, type Pixels, plus, type ReferenceLayers, type Rows, silu } from './reference-layers.ts';

/** The settings of a text encoder that affect the computation. */
export interface ReferenceText {
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly hidden_act: 'quick_gelu' | 'gelu';
}

/** The settings of the U-Net that affect the computation. */
export interface ReferenceUNet {
  readonly block_out_channels: readonly number[];
  readonly layers_per_block: number;
  readonly down_block_types: readonly string[];
  readonly up_block_types: readonly string[];
  readonly transformer_layers_per_block: readonly number[];
  readonly attention_head_dim: readonly number[];
  readonly norm_num_groups: number;
  readonly addition_time_embed_dim: number;
}

/**
 * Encodes token ids with CLIP's text encoder: the states before the last layer, and those after it and the final norm.
 */
export function referenceText(
  layers: ReferenceLayers,
  { num_hidden_layers: count, num_attention_heads: heads, hidden_act: activation }: ReferenceText,
  ids: readonly number[],
): { readonly penultimate: Rows; readonly last: Rows } {
  const tokens = layers.value('text_model.embeddings.token_embedding.weight');
  const positions = layers.value('text_model.embeddings.position_embedding.weight');
  const width = tokens.shape[1]!;
  const row = ({ data }: FloatTensor, i: number) => [...data.slice(i * width, (i + 1) * width)];
  const states = [ids.map((id, i) => plus([row(tokens, id)], [row(positions, i)])[0]!) as Rows];
  for (let i = 0; i < count; i++) {
    const name = `text_model.encoder.layers.${i}`;
    const x = states.at(-1)!;
    const normal = layers.layerNorm(`${name}.layer_norm1`, x);
    const [q, k, v] = ['q', 'k', 'v'].map((part) => layers.linear(`${name}.self_attn.${part}_proj`, normal));
    const mixed = layers.attend(q!, k!, v!, heads, true);
    const y = plus(x, layers.linear(`${name}.self_attn.out_proj`, mixed));
    const inner = layers.linear(`${name}.mlp.fc1`, layers.layerNorm(`${name}.layer_norm2`, y));
    const active = each(
      inner,
      activation === 'gelu' ? gelu : (value) => value / (1 + Math.exp(-1.702 * value)),
    );
    states.push(plus(y, layers.linear(`${name}.mlp.fc2`, active)));
  }
  return {
    penultimate: states.at(-2)!,
    last: layers.layerNorm('text_model.final_layer_norm', states.at(-1)!),
  };
}

/** Cosines, then sines, of geometric frequencies. */
function sinusoids(value: number, width: number): number[] {
  const half = width / 2;
  const angles = Array.from({ length: half }, (_, i) => value * Math.exp((-Math.log(10_000) * i) / half));
  return [...angles.map(Math.cos), ...angles.map(Math.sin)];
}

/** Inputs of the U-Net: latents, timestep, text states, pooled text, and the six size conditions. */
export interface ReferenceInputs {
  readonly latents: Pixels;
  readonly timestep: number;
  readonly context: Rows;
  readonly pooled: readonly number[];
  readonly sizes: readonly number[];
}

/** The U-Net's output, one row of channels per pixel. */
export function referenceUNet(
  layers: ReferenceLayers,
  config: ReferenceUNet,
  { latents, timestep, context, pooled, sizes }: ReferenceInputs,
): Rows {
  const { block_out_channels: widths, norm_num_groups: groups } = config;
  const twoLayers = (name: string, x: Rows) =>
    layers.linear(`${name}.linear_2`, each(layers.linear(`${name}.linear_1`, x), silu));
  const told = [...pooled, ...sizes.flatMap((size) => sinusoids(size, config.addition_time_embed_dim))];
  const time = each(
    plus(twoLayers('time_embedding', [sinusoids(timestep, widths[0]!)]), twoLayers('add_embedding', [told])),
    silu,
  );
  const resnet = (name: string, x: Pixels): Pixels => {
    const first = each(layers.groupNorm(`${name}.norm1`, x, groups, 1e-5), silu);
    const y = layers.conv(`${name}.conv1`, { ...x, rows: first });
    const [shift] = layers.linear(`${name}.time_emb_proj`, time);
    const shifted = { ...y, rows: y.rows.map((row) => row.map((value, i) => value + shift![i]!)) };
    const second = each(layers.groupNorm(`${name}.norm2`, shifted, groups, 1e-5), silu);
    const z = layers.conv(`${name}.conv2`, { ...y, rows: second });
    const shortcut = layers.has(`${name}.conv_shortcut.weight`) ? layers.conv(`${name}.conv_shortcut`, x) : x;
    return { ...z, rows: plus(shortcut.rows, z.rows) };
  };
  const attention = (name: string, x: Rows, source: Rows, heads: number) => {
    const [q, k, v] = [
      layers.linear(`${name}.to_q`, x),
      layers.linear(`${name}.to_k`, source),
      layers.linear(`${name}.to_v`, source),
    ];
    return layers.linear(`${name}.to_out.0`, layers.attend(q!, k!, v!, heads));
  };
  const transformer = (name: string, x: Pixels, level: number): Pixels => {
    const heads = config.attention_head_dim[level]!;
    let rows = layers.linear(`${name}.proj_in`, layers.groupNorm(`${name}.norm`, x, groups, 1e-6));
    for (let i = 0; i < config.transformer_layers_per_block[level]!; i++) {
      const block = `${name}.transformer_blocks.${i}`;
      const own = layers.layerNorm(`${block}.norm1`, rows);
      rows = plus(rows, attention(`${block}.attn1`, own, own, heads));
      rows = plus(
        rows,
        attention(`${block}.attn2`, layers.layerNorm(`${block}.norm2`, rows), context, heads),
      );
      const both = layers.linear(`${block}.ff.net.0.proj`, layers.layerNorm(`${block}.norm3`, rows));
      const gated = both.map((row) => {
        const half = row.length / 2;
        return row.slice(0, half).map((value, c) => value * gelu(row[half + c]!));
      });
      rows = plus(rows, layers.linear(`${block}.ff.net.2`, gated));
    }
    return { ...x, rows: plus(x.rows, layers.linear(`${name}.proj_out`, rows)) };
  };

  let x = layers.conv('conv_in', latents);
  const skips = [x];
  for (const [level, type] of config.down_block_types.entries()) {
    for (let i = 0; i < config.layers_per_block; i++) {
      x = resnet(`down_blocks.${level}.resnets.${i}`, x);
      if (type === 'CrossAttnDownBlock2D') x = transformer(`down_blocks.${level}.attentions.${i}`, x, level);
      skips.push(x);
    }
    if (level === widths.length - 1) continue;
    x = layers.conv(`down_blocks.${level}.downsamplers.0.conv`, x, 2);
    skips.push(x);
  }
  x = resnet('mid_block.resnets.0', x);
  x = transformer('mid_block.attentions.0', x, widths.length - 1);
  x = resnet('mid_block.resnets.1', x);
  for (const [i, type] of config.up_block_types.entries()) {
    const level = widths.length - 1 - i;
    for (let j = 0; j <= config.layers_per_block; j++) {
      const skip = skips.pop()!;
      x = resnet(`up_blocks.${i}.resnets.${j}`, {
        ...x,
        rows: x.rows.map((row, p) => [...row, ...skip.rows[p]!]),
      });
      if (type === 'CrossAttnUpBlock2D') x = transformer(`up_blocks.${i}.attentions.${j}`, x, level);
    }
    if (level > 0) x = layers.conv(`up_blocks.${i}.upsamplers.0.conv`, doubled(x));
  }
  const last = each(layers.groupNorm('conv_norm_out', x, groups, 1e-5), silu);
  return layers.conv('conv_out', { ...x, rows: last }).rows;
}

/** Nearest-neighbour upsampling by 2. */
function doubled({ height, width, rows }: Pixels): Pixels {
  const pixels = Array.from({ length: 4 * height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / (2 * width)), i % (2 * width)];
    return rows[Math.floor(y / 2) * width + Math.floor(x / 2)]!;
  });
  return { height: 2 * height, width: 2 * width, rows: pixels };
}
