/** @file The U-Net of Stable Diffusion 1.x without a file. */
import { weightsAt } from '../checkpoints/weight-file.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import { weightsTakenBy } from '../graph/weights.ts';
import type { Component } from './component.ts';
import { type UNetConfig, unetConfigSchema } from './configs.ts';
import { timestepWidth } from './time-embedding.ts';
import { unet } from './unet.ts';

/** The U-Net of Stable Diffusion 1.x: names and shapes, for estimates; its values cannot be read. */
export async function stableDiffusionUNet(): Promise<Component<UNetConfig>> {
  const config = unetConfigSchema.parse({
    in_channels: 4,
    out_channels: 4,
    block_out_channels: [320, 640, 1280, 1280],
    down_block_types: [...Array<string>(3).fill('CrossAttnDownBlock2D'), 'DownBlock2D'],
    up_block_types: ['UpBlock2D', ...Array<string>(3).fill('CrossAttnUpBlock2D')],
    cross_attention_dim: 768,
  });
  const shapes = weightsTakenBy((w) =>
    unet(w, config, {
      latents: input('latents', [1, 4, 8, 8]),
      sinusoids: input('sinusoids', [1, timestepWidth(config)]),
      context: input('context', [1, 1, config.cross_attention_dim]),
    }),
  );
  // There is no such file.
  const path = 'stable-diffusion';
  const places = [...shapes].map(([name, shape]) => {
    const byteLength = 4 * sizeOf(shape);
    return [name, { dtype: 'float32', shape, path, offset: 0, byteLength }] as const;
  });
  return { config, weights: await weightsAt(path, new Map(places)) };
}
