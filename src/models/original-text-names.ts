/**
 * @file Translates text encoder weight names of original Stable Diffusion files to transformers' names. Only names and
 * views of the bytes change.
 */
import {
  rowBlock,
  rowMajorStrides,
  strided,
  type TensorPlace,
  type TensorPlaces,
} from '../checkpoints/tensor-place.ts';
import { type Names, numbered, renamed } from './original-names.ts';

/** Names in layers of OpenCLIP's text encoder. `attn.in_proj` is three layers in one. */
const openClipParts: Names = [
  ['ln_1', 'layer_norm1'],
  ['ln_2', 'layer_norm2'],
  ['attn.out_proj', 'self_attn.out_proj'],
  ['attn.in_proj_weight', 'self_attn.*_proj.weight'],
  ['attn.in_proj_bias', 'self_attn.*_proj.bias'],
  ['mlp.c_fc', 'mlp.fc1'],
  ['mlp.c_proj', 'mlp.fc2'],
];

const openClipEnds: Names = [
  ['token_embedding', 'text_model.embeddings.token_embedding'],
  ['positional_embedding', 'text_model.embeddings.position_embedding.weight'],
  ['ln_final', 'text_model.final_layer_norm'],
];

/**
 * CLIP's text encoder under transformers' names; `places` are those under `cond_stage_model.transformer.` (in XL
 * `conditioner.embedders.0.transformer.`), without that.
 */
export function renameClip(places: TensorPlaces): TensorPlaces {
  return new Map(
    [...places].map(([name, place]) => [name.startsWith('text_model.') ? name : `text_model.${name}`, place]),
  );
}

/**
 * OpenCLIP's text encoder under transformers' names; `places` are those under `cond_stage_model.model.` (in XL
 * `conditioner.embedders.1.model.`), without that. The projection of the texts is only included with `projection`.
 */
export function renameOpenClip(places: TensorPlaces, { projection = false } = {}): TensorPlaces {
  const blocks = numbered(places, 'transformer.resblocks').map(
    (block, i) => [block, `text_model.encoder.layers.${i}`] as const,
  );
  const found = new Map<string, TensorPlace>();
  for (const [name, place] of renamed(places, [...openClipEnds, ...blocks], openClipParts)) {
    const layers = name.includes('*') ? ['q', 'k', 'v'] : [''];
    for (const [i, layer] of layers.entries()) {
      found.set(name.replace('*', layer), layer === '' ? place : rowBlock(place, i, layers.length));
    }
  }
  const matrix = projection && places.get('text_projection');
  // OpenCLIP stores this matrix transposed, compared with a linear layer.
  if (matrix) found.set('text_projection.weight', transposed(matrix));
  return found;
}

/** The transpose of a matrix, as a view of the same bytes. */
function transposed(place: TensorPlace): TensorPlace {
  const strides = place.strides ?? rowMajorStrides(place.shape);
  return strided({ ...place, shape: place.shape.toReversed() }, strides.toReversed());
}
