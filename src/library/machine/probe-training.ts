/** @file Estimates the cost of training a motion on Stable Diffusion 1.x from its shapes alone. */
import { weightsAt } from '../../checkpoints/weight-file.ts';
import { sizeOf } from '../../graph/host-tensor.ts';
import { input } from '../../graph/tensor.ts';
import { weightsTakenBy } from '../../graph/weights.ts';
import type { Component } from '../../models/base-model.ts';
import { type UNetConfig, unetConfigSchema } from '../../models/configs.ts';
import { timestepWidth } from '../../models/time-embedding.ts';
import { unet } from '../../models/unet.ts';
import { motionVariants } from '../../motion/variant.ts';
import { trainingCost } from '../../training/training-cost.ts';

/** Tokens of a prompt. */
const tokens = 77;

/** Estimated cost of a step with recomputation, at the paper's size and at a modest one. */
export async function probeTraining() {
  const component = await stableDiffusionUNet();
  const cost = (frames: number, width: number, height: number) => {
    const latents = [1, 4, frames, height / 8, width / 8];
    const { bytes, flops } = trainingCost(component, latents, tokens, {
      variant: motionVariants.lamp,
      memory: 'balanced',
    });
    return { frames, width, height, bytes, flops };
  };
  return { usual: cost(16, 512, 320), modest: cost(8, 256, 256) };
}

/** The U-Net of Stable Diffusion 1.x without a file: names and shapes without values. */
async function stableDiffusionUNet(): Promise<Component<UNetConfig>> {
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
      context: input('context', [1, tokens, config.cross_attention_dim]),
    }),
  );
  // The estimate uses shapes only; there is no such file.
  const path = 'stable-diffusion';
  const places = [...shapes].map(([name, shape]) => {
    const byteLength = 4 * sizeOf(shape);
    return [name, { dtype: 'float32', shape, path, offset: 0, byteLength }] as const;
  });
  return { config, weights: await weightsAt(path, new Map(places)) };
}
