/**
 * @file Translates weight names of original Stable Diffusion files (CompVis, Stability AI: one file with everything) to
 * diffusers' names. Only names and views of the bytes change. Text encoders: `original-text-names.ts`.
 */

import type { TensorPlace, TensorPlaces } from '../checkpoints/tensor-place.ts';
import { attentionAsMatrices } from './pointwise.ts';

/** Pairs of an original name, or a prefix of one up to a dot, and its replacement. */
export type Names = readonly (readonly [original: string, ours: string])[];

/** Names in residual blocks of the U-Net. Its spatial transformers have the same names in both formats. */
const unetParts: Names = [
  ['in_layers.0', 'norm1'],
  ['in_layers.2', 'conv1'],
  ['emb_layers.1', 'time_emb_proj'],
  ['out_layers.0', 'norm2'],
  ['out_layers.3', 'conv2'],
  ['skip_connection', 'conv_shortcut'],
];

const unetEnds: Names = [
  ['time_embed.0', 'time_embedding.linear_1'],
  ['time_embed.2', 'time_embedding.linear_2'],
  ['label_emb.0.0', 'add_embedding.linear_1'],
  ['label_emb.0.2', 'add_embedding.linear_2'],
  ['input_blocks.0.0', 'conv_in'],
  ['middle_block.0', 'mid_block.resnets.0'],
  ['middle_block.1', 'mid_block.attentions.0'],
  ['middle_block.2', 'mid_block.resnets.1'],
  ['out.0', 'conv_norm_out'],
  ['out.2', 'conv_out'],
];

/** Names in residual blocks and attention of the autoencoder. */
const vaeParts: Names = [
  ['nin_shortcut', 'conv_shortcut'],
  ['norm', 'group_norm'],
  ['q', 'to_q'],
  ['k', 'to_k'],
  ['v', 'to_v'],
  ['proj_out', 'to_out.0'],
];

const vaeEnds: Names = [
  ['quant_conv', 'quant_conv'],
  ['post_quant_conv', 'post_quant_conv'],
  ...['encoder', 'decoder'].flatMap(
    (half): Names => [
      [`${half}.conv_in`, `${half}.conv_in`],
      [`${half}.mid.block_1`, `${half}.mid_block.resnets.0`],
      [`${half}.mid.attn_1`, `${half}.mid_block.attentions.0`],
      [`${half}.mid.block_2`, `${half}.mid_block.resnets.1`],
      [`${half}.norm_out`, `${half}.conv_norm_out`],
      [`${half}.conv_out`, `${half}.conv_out`],
    ],
  ),
];

/** The U-Net's tensors under diffusers' names; `places` are those under `model.diffusion_model.`, without that. */
export function renameUNet(places: TensorPlaces): TensorPlaces {
  const blocks = [...unetEnds, ...unetBlocks(places)];
  return renamed(places, blocks, unetParts);
}

/** The VAE's tensors under diffusers' names; `places` are those under `first_stage_model.`, without that. */
export function renameVae(places: TensorPlaces): TensorPlaces {
  return attentionAsMatrices(renamed(places, [...vaeEnds, ...vaeBlocks(places)], vaeParts));
}

/** The original numbers the U-Net's blocks through all levels; their contents distinguish them. */
function unetBlocks(places: TensorPlaces): Names {
  const names: [string, string][] = [];
  let [level, layer] = [0, 0];
  for (const block of numbered(places, 'input_blocks').slice(1)) {
    if (places.has(`${block}.0.op.weight`)) {
      names.push([`${block}.0.op`, `down_blocks.${level}.downsamplers.0.conv`]);
      [level, layer] = [level + 1, 0];
    } else {
      names.push([`${block}.0`, `down_blocks.${level}.resnets.${layer}`]);
      names.push([`${block}.1`, `down_blocks.${level}.attentions.${layer++}`]);
    }
  }
  [level, layer] = [0, 0];
  for (const block of numbered(places, 'output_blocks')) {
    names.push([`${block}.0`, `up_blocks.${level}.resnets.${layer}`]);
    names.push([`${block}.1`, `up_blocks.${level}.attentions.${layer++}`]);
    // Upsampling comes last, after the attention if there is one.
    const last = [1, 2].map((part) => `${block}.${part}.conv`).find((name) => places.has(`${name}.weight`));
    if (last !== undefined) {
      names.push([last, `up_blocks.${level}.upsamplers.0.conv`]);
      [level, layer] = [level + 1, 0];
    }
  }
  return names;
}

/** The original numbers the decoder's levels from the image, diffusers in order of computation. */
function vaeBlocks(places: TensorPlaces): Names {
  const blocks = (original: string, level: string, sampling: string): Names => [
    ...numbered(places, `${original}.block`).map((block, i) => [block, `${level}.resnets.${i}`] as const),
    [`${original}.${sampling}`, `${level}.${sampling}rs.0`],
  ];
  return [
    ...numbered(places, 'encoder.down').flatMap((level, i) =>
      blocks(level, `encoder.down_blocks.${i}`, 'downsample'),
    ),
    ...numbered(places, 'decoder.up')
      .toReversed()
      .flatMap((level, i) => blocks(level, `decoder.up_blocks.${i}`, 'upsample')),
  ];
}

/** Upper limit of consecutive blocks, layers or levels, so that a hostile file cannot cost hours. */
const MOST_BLOCKS = 100;

/** The prefixes `<beginning>.0`, `<beginning>.1`, … that tensors exist under, up to the first gap. */
export function numbered(places: TensorPlaces, beginning: string): string[] {
  const start = `${beginning}.`;
  const numbers = new Set(
    [...places.keys()].flatMap((name) =>
      name.startsWith(start) ? name.slice(start.length).split('.', 1) : [],
    ),
  );
  const found: string[] = [];
  while (found.length < MOST_BLOCKS && numbers.has(`${found.length}`)) found.push(start + found.length);
  return found;
}

/** Every tensor of a known block, under the new names of block and part. */
export function renamed(places: TensorPlaces, blocks: Names, parts: Names): Map<string, TensorPlace> {
  const [blockNames, partNames] = [new Map(blocks), new Map(parts)];
  const found = new Map<string, TensorPlace>();
  for (const [name, place] of places) {
    const block = longest(blockNames, name);
    if (!block) continue;
    const part = longest(partNames, block.rest);
    found.set([block.ours, part?.ours, part ? part.rest : block.rest].filter(Boolean).join('.'), place);
  }
  return found;
}

/** Upper limit of the parts of a name. */
const MOST_PARTS = 8;

/** The replacement of the longest known prefix of a name, and the rest of the name. */
function longest(
  known: ReadonlyMap<string, string>,
  name: string,
): { readonly ours: string; readonly rest: string } | undefined {
  const parts = name.split('.', MOST_PARTS);
  for (let count = parts.length; count > 0; count--) {
    const beginning = parts.slice(0, count).join('.');
    const ours = known.get(beginning);
    if (ours !== undefined) return { ours, rest: name.slice(beginning.length + 1) };
  }
  return undefined;
}
