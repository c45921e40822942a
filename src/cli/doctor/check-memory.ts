/** @file Memory: how much there is, and what training takes. */
import { freemem, totalmem } from 'node:os';
import { bytesText } from '../facts.ts';
import type { Finding } from './finding.ts';
import type { RunProbe } from './run-probe.ts';

/** Memory in bytes. */
export interface MemoryFacts {
  readonly total: number;
  readonly free: number;
}

/** This machine's memory, or what a container leaves of it. */
export function memoryFacts(): MemoryFacts {
  const limit = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return {
    total: Math.min(totalmem(), limit),
    free: Math.min(freemem(), process.availableMemory?.() ?? Number.POSITIVE_INFINITY),
  };
}

/** Less free memory than this (bytes) does not suffice for anything but trials. */
const little = 2 * 2 ** 30;

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
    found: `on Stable Diffusion 1.x, ${setting(usual)} take at least ${bytesText(usual.bytes)}, ${setting(modest)} ${bytesText(modest.bytes)} (estimated)`,
    data: { usual, modest },
  };
  const findings: Finding[] = [{ ...memory, ...tight, verdict: free < little ? 'warning' : 'ok' }];
  if (total > usual.bytes) return [...findings, { ...need, verdict: 'ok' }];
  const advice =
    total > modest.bytes
      ? `Train with --size ${modest.width}x${modest.height} --frames ${modest.frames}, or on a smaller base model.`
      : 'Train on a smaller base model, such as the built-in one; "lamp inspect <base>" tells what a model takes.';
  return [...findings, { ...need, verdict: 'warning', advice }];
}
