/** @file Estimated memory of sampling. */
import { graphCost } from '../graph/cost.ts';
import { input } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import { type Component, withCheckpoint } from './component.ts';
import { addedWidths, type UNetConfig } from './configs.ts';
import { timestepWidth } from './time-embedding.ts';
import { unet } from './unet.ts';

/** Memory of Node and ONNX Runtime before any graph, measured. */
const engineBytes = 250 * 2 ** 20;

/**
 * Estimates the memory, in bytes, that a U-Net in one program needs for latents `[n, c, h, w]` of `frames` frames each:
 * the weights, mapped and packed, the largest sum of values in memory at one time, and the engine. The layers that a
 * motion adds are not counted.
 */
export function samplingBytes(
  { config, weights }: Component<UNetConfig>,
  frames: number,
  [n, ...picture]: readonly [number, number, number, number],
  tokens: number,
): number {
  const count = n * frames;
  const added = addedWidths(config);
  // A file may also use the video U-Net's names for the convolutions.
  const find = (name: string) =>
    weights.find(name) ?? weights.find(name.replace(/\.(weight|bias)$/, '.conv2d.$1'));
  const prediction = withCheckpoint(weights, () =>
    unet(new Weights(find), config, {
      latents: input('latents', [count, ...picture]),
      sinusoids: input('sinusoids', [count, timestepWidth(config)]),
      context: input('context', [count, tokens, config.cross_attention_dim]),
      added: added && input('added', [count, added.all]),
    }),
  );
  const { peakBytes, weightBytes } = graphCost([prediction]);
  return Math.round(1.1 * peakBytes) + 2 * weightBytes + engineBytes;
}
