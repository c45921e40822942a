/** @file Estimated memory and arithmetic of drawing pictures. */
import { chain } from '../graph/chain.ts';
import { chainCost } from '../graph/chain-cost.ts';
import { graphCost } from '../graph/cost.ts';
import type { Shape } from '../graph/host-tensor.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import { chainBytes, programBytes } from '../runtime/program-memory.ts';
import type { Component } from './component.ts';
import type { UNetConfig } from './configs.ts';
import { pictureGraph } from './programs.ts';

/**
 * Estimates a run of an image U-Net for latents `[n, c, h, w]`, as one program or with `low` as a chain: its
 * floating-point operations, and the memory, in bytes, of a process with the engine, the weights, and the values in
 * memory at one time.
 */
export function pictureCost(
  { config, weights }: Component<UNetConfig>,
  latentShape: Shape,
  tokens: number,
  memory: Exclude<MemoryMode, 'balanced'> = 'fast',
): { readonly flops: number; readonly bytes: number } {
  // A file may also use the video U-Net's names for the convolutions.
  const find = (name: string) =>
    weights.find(name) ?? weights.find(name.replace(/\.(weight|bias)$/, '.conv2d.$1'));
  const unet = { config, weights, find };
  if (memory === 'low') {
    const outputs = pictureGraph(unet, [1, ...latentShape.slice(1)], tokens, { recompute: true });
    const cost = chainCost(chain({ outputs }), latentShape[0]);
    return { flops: cost.flops, bytes: chainBytes(cost, 0) };
  }
  const cost = graphCost(Object.values(pictureGraph(unet, latentShape, tokens)));
  return { flops: cost.flops, bytes: programBytes(cost) };
}
