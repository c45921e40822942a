/** @file Estimated memory of drawing pictures. */
import { graphCost } from '../graph/cost.ts';
import type { Shape } from '../graph/host-tensor.ts';
import { input } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import { programBytes } from '../runtime/program-memory.ts';
import { type Component, withCheckpoint } from './component.ts';
import { addedWidths, type UNetConfig } from './configs.ts';
import { timestepWidth } from './time-embedding.ts';
import { unet } from './unet.ts';

/**
 * Estimates the memory, in bytes, of a process that runs an image U-Net in one program for latents `[n, c, h, w]`: the
 * engine, the weights, and the values in memory at one time.
 */
export function samplingBytes(
  { config, weights }: Component<UNetConfig>,
  latentShape: Shape,
  tokens: number,
): number {
  const [count] = latentShape as [number];
  const added = addedWidths(config);
  // A file may also use the video U-Net's names for the convolutions.
  const find = (name: string) =>
    weights.find(name) ?? weights.find(name.replace(/\.(weight|bias)$/, '.conv2d.$1'));
  const prediction = withCheckpoint(weights, () =>
    unet(new Weights(find), config, {
      latents: input('latents', latentShape),
      sinusoids: input('sinusoids', [count, timestepWidth(config)]),
      context: input('context', [count, tokens, config.cross_attention_dim]),
      added: added && input('added', [count, added.all]),
    }),
  );
  return programBytes(graphCost([prediction]));
}
