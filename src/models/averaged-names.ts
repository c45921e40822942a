/**
 * @file The names of averaged (EMA) weights in the first Stable Diffusion files. The training keeps them under
 * `model_ema.` by the names of the plain ones without their dots, which this file puts back.
 */
import type { TensorPlace, TensorPlaces } from '../checkpoints/tensor-place.ts';

/** How averaged weights of the U-Net begin. */
const start = 'model_ema.diffusion_model';

/**
 * The parts of the U-Net's original names, each followed by as many numbers as it says. The number of a block may have several
 * digits, that of a part in it has one.
 */
const parts: readonly RegExp[] = [
  /^(input_blocks|output_blocks)(\d+)(\d)/,
  /^(label_emb)(\d)(\d)/,
  /^(middle_block|time_embed|in_layers|out_layers|emb_layers|to_out|net)(\d)/,
  /^(transformer_blocks)(\d+)/,
  /^(attn\d|norm\d|norm|skip_connection|proj_in|proj_out|proj|to_q|to_k|to_v|conv|op|ff|weight|bias)/,
  /^(out)(\d)/,
];

/** The name of the plain weight, without `model.diffusion_model.`; undefined for what is none of the U-Net's names. */
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

/** The averaged weights of the U-Net by their plain names, without `model.diffusion_model.`; none where there are none. */
export function averagedUNet(places: TensorPlaces): TensorPlaces {
  const found = new Map<string, TensorPlace>();
  for (const [name, place] of places) {
    const plain = name.startsWith(start) ? plainName(name.slice(start.length)) : undefined;
    if (plain !== undefined) found.set(plain, place);
  }
  return found;
}
