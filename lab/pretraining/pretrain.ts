/** @file Trains networks from scratch, in a folder from which training goes on after any interruption. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkOptions } from '../../src/events.ts';
import type { FloatTensor } from '../../src/graph/host-tensor.ts';
import { identityOf, loadState, saveState } from '../../src/training/checkpoint.ts';
import { openMetrics } from '../../src/training/metrics.ts';
import type { ParameterSet, ParameterShape } from '../../src/training/parameter-set.ts';
import { lockFolder } from '../../src/training/run-lock.ts';
import { emptyState, type TrainingState } from '../../src/training/state.ts';
import { train } from '../../src/training/trainer.ts';
import { initialParameters } from './initial-values.ts';
import type { TrainingStep } from './model-step.ts';
import { decidingPretrainSettings, type PretrainSettings } from './pretraining-settings.ts';

/** What to train, on what, and where the training is kept. */
export interface PretrainOptions<Batch> extends WorkOptions {
  /** Folder of `checkpoints/` and `metrics.jsonl`. A training of the same kind that is there is gone on with. */
  readonly folder: string;
  readonly settings: PretrainSettings;
  /** What else decides the result (configs, data); a checkpoint made with another one is refused. */
  readonly identity: object;
  readonly shapes: readonly ParameterShape[];
  /**
   * Weights to begin with, by name, in place of random ones: those of an earlier training. Checked for their shapes.
   */
  readonly initial?: ReadonlyMap<string, FloatTensor> | undefined;
  /** Compiles the step for these parameters, which change in place. */
  readonly step: (parameters: ParameterSet) => Promise<TrainingStep<Batch>>;
  /** Batch `index`, counted from 0: a function of the index and the seed alone. */
  readonly batchAt: (index: number) => Batch | Promise<Batch>;
  /** Looks at the model as it is after so many steps (and writes sheets of samples); `weights` must not be changed. */
  readonly look?: (weights: ParameterSet, step: number) => Promise<void>;
}

/**
 * Trains until all steps are taken and returns the weights: their moving average, where there is one. A training that
 * was stopped (`InterruptedError`) or killed goes on bit for bit when it is called again. Throws `CheckpointError`
 * when the folder is of another training, `StorageError` when it cannot be written or another process is training in
 * it.
 */
export async function pretrain<Batch>(options: PretrainOptions<Batch>): Promise<ParameterSet> {
  const { folder, settings, shapes } = options;
  await mkdir(folder, { recursive: true });
  const unlock = await lockFolder(folder);
  const checkpoints = join(folder, 'checkpoints');
  try {
    const identity = identityOf({ ...options.identity, ...decidingPretrainSettings(settings) });
    const { averageDecay } = settings;
    const state =
      (await loadState(checkpoints, { shapes, averageDecay, identity }, options.onEvent)) ??
      beginning(shapes, settings, options.initial);
    const { parameters, average, optimiser } = state;
    const weights = average ?? parameters;
    if (optimiser.step >= settings.steps) return weights;
    const step = await options.step(parameters);
    const metrics = await openMetrics(join(folder, 'metrics.jsonl'), optimiser.step);
    try {
      await train(
        {
          settings,
          state,
          lossStep: step,
          batchAt: async (index: number) => options.batchAt(index),
          log: metrics.append,
          save: async () => {
            metrics.flush();
            const path = await saveState(checkpoints, state, identity);
            options.onEvent?.({ type: 'checkpoint', step: optimiser.step, path });
          },
          makeSamples: async () => options.look?.(weights, optimiser.step),
        },
        options,
      );
    } finally {
      metrics.close();
      await step.dispose();
    }
    return weights;
  } finally {
    await unlock();
  }
}

/** The state before the first step. */
function beginning(
  shapes: readonly ParameterShape[],
  settings: PretrainSettings,
  initial: PretrainOptions<unknown>['initial'],
): TrainingState {
  const parameters = initialParameters(shapes, settings.seed);
  if (initial) parameters.set(initial);
  const state = emptyState(parameters, settings);
  state.average?.flat.set(state.parameters.flat);
  return state;
}
