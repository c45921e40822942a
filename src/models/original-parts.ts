/** @file Finds the networks in a single file with original Stable Diffusion names, and identifies other files. */
import { findTensors } from '../checkpoints/tensor-file.ts';
import type { TensorPlaces } from '../checkpoints/tensor-place.ts';
import { CheckpointError } from '../errors.ts';
import { averagedUNet } from './averaged-names.ts';
import { renameUNet, renameVae } from './original-names.ts';
import { renameClip, renameOpenClip } from './original-text-names.ts';
import { kindOfWeights, wholeUNet } from './other-models.ts';

/**
 * Prefixes of the parts. The text encoder's prefix shows the kind: CLIP in 1.x, OpenCLIP in 2.x, both in XL.
 */
const prefixes = {
  unet: 'model.diffusion_model.',
  vae: 'first_stage_model.',
  clip: 'cond_stage_model.transformer.',
  openClip: 'cond_stage_model.model.',
  clipXl: 'conditioner.embedders.0.transformer.',
  openClipXl: 'conditioner.embedders.1.model.',
} as const;

/** The networks in a single file, their tensors under diffusers' names. */
export interface OriginalParts {
  readonly unet: TensorPlaces;
  readonly vae: TensorPlaces;
  readonly textEncoder: TensorPlaces;
  /** Whether the U-Net's weights are averaged (EMA) because the file holds no others. */
  readonly averaged: boolean;
  /** Kind of the text encoder. */
  readonly kind: 'clip' | 'openClip';
  /** OpenCLIP, in XL. */
  readonly secondTextEncoder?: TensorPlaces | undefined;
}

/**
 * Finds the networks of a single file. Throws `CheckpointError`, identifying the file at `path`, if it is not a model.
 */
export function originalParts(places: TensorPlaces, path: string): OriginalParts {
  const below = (prefix: string): TensorPlaces =>
    new Map(
      [...places].flatMap(([name, place]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), place] as const] : [],
      ),
    );
  const plain = below(prefixes.unet);
  const unet = plain.size > 0 ? plain : averagedUNet(places);
  const vae = below(prefixes.vae);
  // XL's additional conditions are stored as label embeddings.
  const isXl = unet.has('label_emb.0.0.weight');
  const openClip = below(isXl ? prefixes.openClipXl : prefixes.openClip);
  const clip = below(isXl ? prefixes.clipXl : prefixes.clip);
  const kind = !isXl && openClip.size > 0 ? 'openClip' : 'clip';
  const textEncoder = kind === 'openClip' ? openClip : clip;
  const needed: [string, TensorPlaces][] = [
    [prefixes.unet, unet],
    [prefixes.vae, vae],
    [isXl ? prefixes.clipXl : prefixes[kind], textEncoder],
    ...(isXl ? [[prefixes.openClipXl, openClip] as [string, TensorPlaces]] : []),
  ];
  const missing = needed.filter(([, part]) => part.size === 0).map(([prefix]) => `"${prefix}"`);
  if (missing.length > 0) {
    const known = kindOfWeights(places);
    const labels = isXl ? 'its U-Net takes more than text (label_emb), and ' : '';
    const lacks = `${labels}it has no weights whose names begin with ${missing.join(' or ')}`;
    const what = known && known.kind !== 'whole' ? `it is ${known.what}` : lacks;
    const more = known?.kind === 'unet' || known?.kind === 'vae' ? ` (${lacks})` : '';
    throw new CheckpointError({
      found: `"${path}" is no Stable Diffusion 1.x, 2.x or XL model in one file: ${what}${more}`,
      setting: 'base',
      advice: 'Give a whole model: such a file, or a diffusers folder.',
    });
  }
  const other = kindOfWeights(places);
  if (other?.kind === 'other') {
    throw new CheckpointError({
      found: `"${path}" is ${other.what}`,
      setting: 'base',
      advice: 'Give a Stable Diffusion 1.x, 2.x or XL model whose weights are plain numbers.',
    });
  }
  return {
    kind,
    averaged: plain.size === 0,
    unet: renameUNet(unet),
    vae: renameVae(vae),
    textEncoder: kind === 'openClip' ? renameOpenClip(textEncoder) : renameClip(textEncoder),
    secondTextEncoder: isXl ? renameOpenClip(openClip, { projection: true }) : undefined,
  };
}

/**
 * Endings of PyTorch files, which can be nothing but models here, and of files that people take for models: opening
 * them names them.
 */
const modelEndings =
  /\.(ckpt|pt|pth|bin|gguf|ggml|onnx|h5|hdf5|keras|pb|tflite|msgpack|npz|npy|pkl|json|zip|tar|gz|7z|dduf|meta|index|data-\d{5}-of-\d{5})$/i;

/** Whether a file is, or may be, a whole model: by content for safetensors, by extension for other files. */
export async function isSingleFile(path: string): Promise<boolean> {
  if (modelEndings.test(path)) return true;
  if (!/\.safetensors$/i.test(path)) return false;
  return [...(await findTensors(path)).keys()].some((name) => wholeUNet.test(name));
}
