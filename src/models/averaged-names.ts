/**
 * @file Names of averaged (EMA) weights in original Stable Diffusion files, which store them under `model_ema.` by the
 * names of the plain weights without their dots. This file restores the dots.
 */
import type { TensorPlace, TensorPlaces } from '../checkpoints/tensor-place.ts';

/** Prefix of the U-Net's averaged weights. */
const start = 'model_ema.diffusion_model';

/**
 * Components of the U-Net's original names, with the number of indices that follow. Block indices may have several
 * digits, indices of parts within a block have one.
 */
const parts: readonly RegExp[] = [
  /^(input_blocks|output_blocks)(\d+)(\d)/,
  /^(label_emb)(\d)(\d)/,
  /^(middle_block|time_embed|in_layers|out_layers|emb_layers|to_out|net)(\d)/,
  /^(transformer_blocks)(\d+)/,
  /^(attn\d|norm\d|norm|skip_connection|proj_in|proj_out|proj|to_q|to_k|to_v|conv|op|ff|weight|bias)/,
  /^(out)(\d)/,
];

/** The name of the plain weight, without `model.diffusion_model.`; `undefined` for names that are not the U-Net's. */
export function plainName(averaged: string): string | undefined {
  const found: string[] = [];
  let rest = averaged;
  while (rest !== '') {
    const match = parts.map((part) => part.exec(rest)).find((result) => result !== null);
    // No name has more than a dozen parts.
    if (!match || found.length > 12) return undefined;
    found.push(...match.slice(1));
    rest = rest.slice(match[0].length);
  }
  return found.length > 0 ? found.join('.') : undefined;
}

/** The U-Net's averaged weights (possibly none) by their plain names, without `model.diffusion_model.`. */
export function averagedUNet(places: TensorPlaces): TensorPlaces {
  const found = new Map<string, TensorPlace>();
  for (const [name, place] of places) {
    const plain = name.startsWith(start) ? plainName(name.slice(start.length)) : undefined;
    if (plain !== undefined) found.set(plain, place);
  }
  return found;
}
