import { expect, test } from 'vitest';
import { type ChainCall, chain } from '../graph/chain.ts';
import { chainCost } from '../graph/chain-cost.ts';
import { graphCost } from '../graph/cost.ts';
import { flatten } from '../graph/order.ts';
import { input } from '../graph/tensor.ts';
import { stableDiffusionUNet } from '../models/stable-diffusion-unet.ts';
import { motionParameters } from '../motion/motion-parameters.ts';
import { motionVariants } from '../motion/variant.ts';
import { emitGraph } from '../runtime/emit.ts';
import type { MemoryMode } from '../runtime/memory-mode.ts';
import { motionStepChain, motionStepGraph } from './motion-step.ts';
import type { OptimizerName } from './optimiser.ts';
import { trainingCost } from './training-cost.ts';

const variant = motionVariants.lamp;
/** 16 frames of 512×320. */
const latents = [1, 4, 16, 40, 64];
const tokens = 77;
const unet = await stableDiffusionUNet();
const trained = new Map(
  motionParameters(unet.weights.shapes, variant).map(({ name, shape }) => [name, input(name, shape)]),
);

const nodes = (calls: readonly Pick<ChainCall, 'graph'>[]) =>
  calls.reduce((sum, { graph }) => sum + flatten(Object.values(graph)).nodes.length, 0);

/** Rounded, so that what the numbers say can be seen. */
const mega = (value: number) => Math.round(value / 1e6);

test.each<[MemoryMode, object]>([
  ['fast', { nodes: 19_066, gigaFlops: 21_858, innerMegabytes: 20_702, weightMegabytes: 3389 }],
  ['balanced', { nodes: 24_258, gigaFlops: 29_835, innerMegabytes: 3379, weightMegabytes: 3389 }],
])('a step at full size as one graph, memory %s: nodes, FLOPs, bytes', (memory, expected) => {
  const { loss, gradients } = motionStepGraph(unet, trained, latents, tokens, { variant, memory });
  const { flops, innerBytes, weightBytes } = graphCost([loss, ...gradients]);
  expect({
    nodes: nodes([{ graph: { loss, ...Object.fromEntries(gradients.entries()) } }]),
    gigaFlops: mega(flops / 1e3),
    innerMegabytes: mega(innerBytes),
    weightMegabytes: mega(weightBytes),
  }).toEqual(expected);
});

test('a step at full size as a chain: programs, nodes, FLOPs, bytes at borders and of the largest part', () => {
  const calls = chain(motionStepChain(unet, trained, latents, tokens, { variant }));
  const { flops, keptBytes, partBytes, weightBytes } = chainCost(calls);
  const programs = new Set(calls.map(({ graph }) => Buffer.from(emitGraph(graph).bytes).toString('latin1')));
  expect({
    calls: calls.length,
    programs: programs.size,
    nodes: nodes(calls),
    gigaFlops: mega(flops / 1e3),
    keptMegabytes: mega(keptBytes),
    partMegabytes: mega(partBytes),
    weightMegabytes: mega(weightBytes),
  }).toEqual({
    calls: 91,
    programs: 52,
    nodes: 24_324,
    gigaFlops: 30_844,
    keptMegabytes: 1587,
    partMegabytes: 1742,
    weightMegabytes: 197,
  });
});

test('the estimates at full size, in GB', () => {
  const gigabytes = (memory: MemoryMode, rank = 0, optimizer?: OptimizerName) =>
    trainingCost(unet, latents, tokens, { variant, memory, rank, optimizer }).bytes / 1e9;
  expect(gigabytes('low')).toBeLessThan(11);
  expect(gigabytes('low', 32)).toBeLessThan(5.5);
  // 254 M values whose moments take 2 bytes instead of 8.
  expect(gigabytes('low') - gigabytes('low', 0, 'adamw-8bit')).toBeCloseTo(1.516, 2);
  const more = { variant, memory: 'low', accumulation: 4, averageDecay: 0.99 } as const;
  const { bytes, parameters } = trainingCost(unet, latents, tokens, more);
  expect(bytes / 1e9).toBeCloseTo(gigabytes('low') + (2 * 4 * parameters) / 1e9, 6);
  expect(gigabytes('balanced')).toBeGreaterThan(gigabytes('low'));
  expect(gigabytes('fast')).toBeGreaterThan(gigabytes('balanced'));
});
