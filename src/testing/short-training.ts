/** @file A training of a few steps on the tiny base model, for tests of what happens around its steps. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { OnEvent } from '../events.ts';
import { readMetrics } from '../training/metrics.ts';
import type { TrainingInput } from '../training/training-settings.ts';
import { testdata } from './testdata.ts';

/** Settings of a training of six steps. */
export const shortTraining: TrainingInput = {
  base: testdata('mini/tiny-sd'),
  clips: [testdata('clips/walking/walk_out_01.mp4'), testdata('clips/walking/walk_out_02.mp4')],
  prompt: 'a person walks',
  frames: 4,
  width: 32,
  height: 32,
  steps: 6,
  learningRate: 1e-3,
  saveEvery: 2,
  averageDecay: 0.9,
  accumulation: 2,
};

/** Options that stop a training after a step, as Ctrl-C does. */
export function stoppingAfter(step: number): { readonly signal: AbortSignal; readonly onEvent: OnEvent } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent: (event) => void (event.type === 'step' && event.step === step && controller.abort()),
  };
}

/** The metrics of a run, without the times that its steps took. */
export async function metricsOf(run: string) {
  return (await readMetrics(join(run, 'metrics.jsonl'))).map(({ seconds, ...rest }) => rest);
}

/** Expects the motion, and the checkpoint of this step, to be the same in both runs, byte for byte. */
export async function expectSameBytes(one: string, other: string, step: number): Promise<void> {
  for (const file of ['motion.safetensors', `checkpoints/step-00000${step}.safetensors`]) {
    const [a, b] = await Promise.all([one, other].map((run) => readFile(join(run, file))));
    expect(a!.equals(b!), file).toBe(true);
  }
}
