/** @file Compares the available memory with what training takes. */
import { bytesText } from '../../amounts.ts';
import { call, phrase, setting as settingOf } from '../../phrases.ts';
import { freeMemory, mostMemory } from '../../runtime/free-memory.ts';
import { type Finding, finding } from './finding.ts';
import type { RunProbe } from './run-probe.ts';

/** Memory in bytes. */
export interface MemoryFacts {
  readonly total: number;
  readonly free: number;
}

/** The memory that this process may have: the machine's, a container's share of it, or what `ulimit` allows. */
export function memoryFacts(): MemoryFacts {
  return { total: mostMemory(), free: freeMemory() };
}

/** With less free memory than this (bytes), only experiments are possible. */
const little = 2e9;

/** Compares the memory with what a training step on Stable Diffusion 1.x takes (estimated). */
export async function checkMemory(runProbe: RunProbe, { total, free }: MemoryFacts): Promise<Finding[]> {
  const { usual, modest } = await runProbe('training');
  const setting = ({ frames, width, height }: typeof usual) => `${frames} frames of ${width}x${height}`;
  const memory = {
    subject: 'memory',
    found: `${bytesText(total)}, of which ${bytesText(free)} are free`,
    data: { total, free },
  };
  const tight = free < little ? { advice: 'Close other programs before training.' } : {};
  const need = {
    subject: 'training',
    found: `on Stable Diffusion 1.x, ${setting(usual)} take about ${bytesText(usual.bytes)} with little memory, ${setting(modest)} ${bytesText(modest.bytes)} (estimated for all values; fewer with factors)`,
    data: { usual, modest },
  };
  const findings = [finding({ ...memory, ...tight, verdict: free < little ? 'warning' : 'ok' })];
  if (total > usual.bytes) return [...findings, finding({ ...need, verdict: 'ok' })];
  const { frames, width, height } = modest;
  const advice =
    total > modest.bytes
      ? phrase`Train with ${settingOf('size', { width, height })} and ${settingOf('frames', frames)}, or on a smaller base model.`
      : phrase`Train on a smaller base model, such as the built-in one; "${call('inspect')}" tells what a model takes.`;
  return [...findings, finding({ ...need, verdict: 'warning', advice })];
}
