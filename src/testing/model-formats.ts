/** @file Writes the fixtures' models in every supported format, to check that each gives the same numbers. */
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts';
import { writeTorchFile } from '../checkpoints/torch-write.ts';
import type { WeightFile } from '../checkpoints/weight-file.ts';
import type { HostTensor } from '../graph/host-tensor.ts';
import { openBaseModel } from '../models/base-model.ts';
import { originalClip, originalUNet, originalVae, type Tensors } from './original-model.ts';

/** Checkpoint formats, in addition to the diffusers folder with one safetensors file per network. */
export const formats = ['bin', 'fp16', 'sharded', 'single-safetensors', 'single-ckpt'] as const;

/** See `formats`. */
export type Format = (typeof formats)[number];

type Writer = (folder: string, stem: string, tensors: Tensors) => Promise<void>;

const writers: Readonly<Record<Exclude<Format, `single-${string}`>, Writer>> = {
  bin: (folder, stem, tensors) =>
    writeTorchFile(join(folder, `${stem.replace(/^model/, 'pytorch_model')}.bin`), tensors),
  fp16: (folder, stem, tensors) =>
    writeSafetensors(join(folder, `${stem}.fp16.safetensors`), tensors, {}, { dtype: 'float16' }),
  sharded: async (folder, stem, tensors) => {
    const all = [...tensors];
    const parts = [all.filter((_, i) => i % 3 === 0), all.filter((_, i) => i % 3 !== 0)];
    const map: Record<string, string> = {};
    for (const [i, part] of parts.entries()) {
      const name = `${stem}-0000${i + 1}-of-00002.safetensors`;
      await writeSafetensors(join(folder, name), part);
      for (const [tensor] of part) map[tensor] = name;
    }
    const index = JSON.stringify({ metadata: {}, weight_map: map });
    await writeFile(join(folder, `${stem}.safetensors.index.json`), index);
  },
};

/** The networks of a folder of fixtures: their folders, and names of their weights. */
const networks = [
  ['tiny-sd/unet', 'diffusion_pytorch_model'],
  ['tiny-sd/vae', 'diffusion_pytorch_model'],
  ['tiny-sd/text_encoder', 'model'],
  ['unet3d', 'diffusion_pytorch_model'],
] as const;

/** Writes the models of the fixtures in `source` to the new folder `target`, in one format. */
export async function writeModels(source: string, target: string, format: Format): Promise<void> {
  await mkdir(target, { recursive: true });
  const added = 'unet3d_init_temporal.safetensors';
  await copyFile(join(source, added), join(target, added));
  if (format === 'single-safetensors' || format === 'single-ckpt') {
    await cp(join(source, 'unet3d'), join(target, 'unet3d'), { recursive: true });
    return writeSingleFile(source, target, format);
  }
  for (const [network, stem] of networks) {
    const [from, to] = [join(source, network), join(target, network)];
    await mkdir(to, { recursive: true });
    await copyFile(join(from, 'config.json'), join(to, 'config.json'));
    await writers[format](
      to,
      stem,
      await (await openSafetensors(join(from, `${stem}.safetensors`))).readAll(),
    );
  }
  for (const rest of ['model_index.json', 'tokenizer', 'scheduler']) {
    await cp(join(source, 'tiny-sd', rest), join(target, 'tiny-sd', rest), { recursive: true });
  }
}

/**
 * Writes the image model as a single file with the original names, and beside it the settings that shapes do not
 * reveal.
 */
async function writeSingleFile(source: string, target: string, format: `single-${string}`): Promise<void> {
  const folder = join(source, 'tiny-sd');
  const base = await openBaseModel(folder);
  const read = ({ weights }: { weights: WeightFile }) => weights.file.readAll();
  const [unet, vae, text] = [await read(base.unet), await read(base.vae), await read(base.textEncoder)];
  const tensors = new Map<string, HostTensor>([
    ...originalUNet(unet, base.unet.config.layers_per_block),
    ...originalVae(vae, base.vae.config.block_out_channels.length),
    ...originalClip(text),
  ]);
  const settings = async (path: string) => JSON.parse(await readFile(join(folder, path), 'utf8')) as unknown;
  const beside = {
    unet: await settings('unet/config.json'),
    vae: await settings('vae/config.json'),
    text_encoder: await settings('text_encoder/config.json'),
    scheduler: await settings('scheduler/scheduler_config.json'),
    tokenizer: 'tokenizer',
  };
  await cp(join(folder, 'tokenizer'), join(target, 'tokenizer'), { recursive: true });
  await writeFile(join(target, 'tiny-sd.lamp.json'), JSON.stringify(beside));
  if (format === 'single-ckpt') await writeTorchFile(join(target, 'tiny-sd.ckpt'), tensors);
  else await writeSafetensors(join(target, 'tiny-sd.safetensors'), tensors);
}
