/** @file Trains networks from scratch, in a folder from which training can be resumed after any interruption. */
import { join } from 'node:path';
import { makeFolders } from '../../src/checkpoints/make-folders.ts';
import type { WorkOptions } from '../../src/events.ts';
import type { FloatTensor } from '../../src/graph/host-tensor.ts';
import type { AdamWState } from '../../src/training/adamw.ts';
import { identityOf, loadState, saveState } from '../../src/training/checkpoint.ts';
import { openMetrics } from '../../src/training/metrics.ts';
import type { ParameterSet, ParameterShape } from '../../src/training/parameter-set.ts';
import { lockFolder } from '../../src/training/run-lock.ts';
import { emptyState, type TrainingState } from '../../src/training/state.ts';
import { train } from '../../src/training/trainer.ts';
import { initialParameters } from './initial-values.ts';
import type { TrainingStep } from './model-step.ts';
import { type Muon, muon } from './muon.ts';
import { decidingPretrainSettings, type PretrainSettings } from './pretraining-settings.ts';

/** Inputs of a training, and its folder. */
export interface PretrainOptions<Batch> extends WorkOptions {
  /** Folder of `checkpoints/` and `metrics.jsonl`. An existing training of the same kind is resumed. */
  readonly folder: string;
  readonly settings: PretrainSettings;
  /** Everything else that determines the result (configs, data); checkpoints of another one are refused. */
  readonly identity: object;
  readonly shapes: readonly ParameterShape[];
  /**
   * Initial weights by name, in place of random ones: those of an earlier training. Their shapes are checked.
   */
  readonly initial?: ReadonlyMap<string, FloatTensor> | undefined;
  /** Compiles the step for these parameters, which change in place. */
  readonly step: (parameters: ParameterSet) => Promise<TrainingStep<Batch>>;
  /** Batch `index`, counted from 0: a function of the index and the seed alone. */
  readonly batchAt: (index: number) => Batch | Promise<Batch>;
  /** Examines the model after this many steps (and writes sheets of samples); must not change `weights`. */
  readonly look?: (weights: ParameterSet, step: number) => Promise<void>;
}

/**
 * Trains with Muon until all steps are taken. Returns the weights: their moving average, if there is one. A training
 * that was stopped (`InterruptedError`) or killed is resumed by the same call, with the same bytes. Throws
 * `CheckpointError` if the folder is of another training, `StorageError` if it cannot be written or another process is
 * training in it.
 */
export async function pretrain<Batch>(options: PretrainOptions<Batch>): Promise<ParameterSet> {
  const { folder, settings, shapes } = options;
  await makeFolders(folder);
  const unlock = await lockFolder(folder);
  const checkpoints = join(folder, 'checkpoints');
  try {
    const identity = identityOf({
      ...options.identity,
      ...decidingPretrainSettings(settings),
      optimiser: 'muon',
    });
    const { averageDecay } = settings;
    const state =
      (await loadState(checkpoints, { shapes, averageDecay, identity }, options.onEvent)) ??
      beginning(shapes, settings, options.initial);
    const { parameters, average, optimiser } = state;
    const weights = average ?? parameters;
    if (optimiser.step >= settings.steps) return weights;
    const step = await options.step(parameters);
    const metrics = await openMetrics(join(folder, 'metrics.jsonl'), optimiser.step);
    let update: Muon | undefined;
    try {
      update = await muon(parameters, optimiser as AdamWState, settings);
      await train(
        {
          settings,
          state,
          lossStep: step,
          update: update.step,
          batchAt: madeAhead(options.batchAt, settings.steps),
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
      await update?.dispose();
    }
    return weights;
  } finally {
    await unlock();
  }
}

/**
 * Batches, each of which is made while the step before it computes, where that leaves this thread free (see
 * `parallel-step.ts`). None is made from `end` on.
 */
function madeAhead<Batch>(
  batchAt: PretrainOptions<Batch>['batchAt'],
  end: number,
): (index: number) => Promise<Batch> {
  const make = async (index: number) => batchAt(index);
  let next: { readonly index: number; readonly batch: Promise<Batch> } | undefined;
  return async (index) => {
    const batch = await (next?.index === index ? next.batch : make(index));
    next = undefined;
    if (index + 1 < end) {
      setImmediate(() => {
        next = { index: index + 1, batch: make(index + 1) };
        // Whoever asks for it gets the error; nobody may.
        next.batch.catch(() => {});
      });
    }
    return batch;
  };
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
