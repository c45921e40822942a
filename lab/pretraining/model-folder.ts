/** @file Writes a text-to-image model as a diffusers folder. */
import { join } from 'node:path';
import { writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { type WriteOptions, writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import type { FloatTensor } from '../../src/graph/host-tensor.ts';
import type { TextEncoderConfig, UNetConfig, VaeConfig } from '../../src/models/configs.ts';
import { type SmallTokenizer, writeSmallTokenizer } from './small-tokenizer.ts';

/** Contents of the folder. */
export interface ModelParts {
  readonly unet: UNetConfig;
  readonly vae: VaeConfig;
  readonly textEncoder: TextEncoderConfig;
  readonly tokenizer: SmallTokenizer;
  /** Contents of `scheduler_config.json`: see `noiseSchedule`. */
  readonly scheduler: Readonly<Record<string, unknown>>;
  /** Weights as `unet:…`, `vae:…`, `text_encoder:…`. */
  readonly weights: ReadonlyMap<string, FloatTensor>;
}

/** The noise schedule of models trained here: linear, so that hardly anything of the picture is left at its end. */
export const schedulerConfig = {
  _class_name: 'DDIMScheduler',
  num_train_timesteps: 1000,
  beta_schedule: 'linear',
  beta_start: 0.0001,
  beta_end: 0.02,
  prediction_type: 'v_prediction',
  set_alpha_to_one: true,
  steps_offset: 1,
  clip_sample: false,
} as const;

/** Writes the folder that `openBaseModel` opens; files are written atomically. Throws `StorageError`. */
export async function writeModel(folder: string, parts: ModelParts, options?: WriteOptions): Promise<void> {
  const weightsOf = (part: string) =>
    [...parts.weights].flatMap(([name, value]) =>
      name.startsWith(`${part}:`) ? [[name.slice(part.length + 1), value] as const] : [],
    );
  const writeNetwork = async (part: string, file: string, config: object) => {
    await writeJsonAtomically(join(folder, part, 'config.json'), config);
    await writeSafetensors(join(folder, part, file), weightsOf(part), { format: 'pt' }, options);
  };
  const diffusers = 'diffusion_pytorch_model.safetensors';
  await writeNetwork('unet', diffusers, { _class_name: 'UNet2DConditionModel', ...parts.unet });
  await writeNetwork('vae', diffusers, { _class_name: 'AutoencoderKL', ...parts.vae });
  await writeNetwork('text_encoder', 'model.safetensors', {
    architectures: ['CLIPTextModel'],
    model_type: 'clip_text_model',
    ...parts.textEncoder,
    bos_token_id: parts.textEncoder.vocab_size - 2,
    eos_token_id: parts.textEncoder.vocab_size - 1,
    pad_token_id: parts.textEncoder.vocab_size - 1,
  });
  await writeSmallTokenizer(join(folder, 'tokenizer'), parts.tokenizer);
  await writeJsonAtomically(join(folder, 'scheduler', 'scheduler_config.json'), parts.scheduler);
  await writeJsonAtomically(join(folder, 'model_index.json'), {
    _class_name: 'StableDiffusionPipeline',
    scheduler: ['diffusers', 'DDIMScheduler'],
    text_encoder: ['transformers', 'CLIPTextModel'],
    tokenizer: ['transformers', 'CLIPTokenizer'],
    unet: ['diffusers', 'UNet2DConditionModel'],
    vae: ['diffusers', 'AutoencoderKL'],
    safety_checker: [null, null],
    feature_extractor: [null, null],
    requires_safety_checker: false,
  });
}
