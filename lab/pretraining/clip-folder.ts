/** @file Writes a CLIP model as the transformers package does. */
import { join } from 'node:path';
import { writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { type WriteOptions, writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import type { FloatTensor } from '../../src/graph/host-tensor.ts';
import type { ClipConfig } from '../evaluation/clip-config.ts';
import { type SmallTokenizer, writeSmallTokenizer } from './small-tokenizer.ts';

/** Contents of the folder. */
export interface ClipParts {
  /** Its `eos_token_id` must be the tokenizer's last token. */
  readonly config: ClipConfig;
  readonly tokenizer: SmallTokenizer;
  /** Weights by their key names. */
  readonly weights: Iterable<readonly [name: string, value: FloatTensor]>;
}

/** The pictures' mean and deviation: bytes become −1…1, as everywhere in this package. */
const [mean, deviation] = [0.5, 0.5];

/** Writes the folder that `openClip` opens; files are written atomically. Throws `StorageError`. */
export async function writeClip(
  folder: string,
  { config, tokenizer, weights }: ClipParts,
  options?: WriteOptions,
): Promise<void> {
  const { image_size: side } = config.vision_config;
  await writeSafetensors(join(folder, 'model.safetensors'), weights, { format: 'pt' }, options);
  await writeSmallTokenizer(folder, tokenizer);
  await writeJsonAtomically(join(folder, 'config.json'), {
    architectures: ['CLIPModel'],
    model_type: 'clip',
    ...config,
    text_config: { model_type: 'clip_text_model', ...config.text_config },
    vision_config: { model_type: 'clip_vision_model', ...config.vision_config },
  });
  await writeJsonAtomically(join(folder, 'preprocessor_config.json'), {
    image_processor_type: 'CLIPImageProcessor',
    do_resize: true,
    size: { shortest_edge: side },
    resample: 3,
    do_center_crop: true,
    crop_size: { height: side, width: side },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [mean, mean, mean],
    image_std: [deviation, deviation, deviation],
    do_convert_rgb: true,
  });
}
