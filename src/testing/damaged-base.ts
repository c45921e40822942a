/** @file Copies of the tiny base model with something wrong in them. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.ts';
import type { FloatTensor } from '../graph/host-tensor.ts';
import { tinyBase } from './library-models.ts';

/** Copies the base model to a folder and damages the copy; returns the folder. */
export async function damagedBase(
  folder: string,
  damage: (folder: string) => Promise<void>,
): Promise<string> {
  await cp(tinyBase, folder, { recursive: true });
  await damage(folder);
  return folder;
}

/** Changes the U-Net's tensors in the folder of a base model. */
export async function alterUNet(
  folder: string,
  alter: (tensors: Map<string, FloatTensor>) => void,
): Promise<void> {
  const path = join(folder, 'unet/diffusion_pytorch_model.safetensors');
  const tensors = (await (await openSafetensors(path)).readAll()) as Map<string, FloatTensor>;
  alter(tensors);
  await writeSafetensors(path, tensors);
}
