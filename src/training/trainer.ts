/** @file The training loop. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { CheckpointError, InterruptedError, LampError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { phrase, setting } from '../phrases.ts';
import { residentBytes } from '../runtime/free-memory.ts';
import { clipScale, gradientNorm } from './adamw.ts';
import { isKept } from './checkpoint.ts';
import { learningRateAt } from './learning-rate.ts';
import type { StepMetrics } from './metrics.ts';
import { updateAverage } from './moving-average.ts';
import { type OptimizerSettings, optimiserStep } from './optimiser.ts';
import { addScaled, type ParameterSet } from './parameter-set.ts';
import type { TrainingState } from './state.ts';
import type { TrainingSettings } from './training-settings.ts';

/** Settings used by the loop itself. */
export type LoopSettings = Pick<
  TrainingSettings,
  | 'steps'
  | 'saveEvery'
  | 'sampleEvery'
  | 'accumulation'
  | 'clipNorm'
  | 'learningRate'
  | 'schedule'
  | 'warmupSteps'
  | 'averageDecay'
> &
  Partial<Pick<TrainingSettings, 'keepEvery'>> &
  OptimizerSettings;

/** Parts of a training; `Batch` is the input of a step. */
export interface Training<Batch> {
  readonly settings: LoopSettings;
  /** Updated in place at each step. */
  readonly state: TrainingState;
  /** Computes the loss of a batch and writes its gradients to `gradients`. */
  readonly lossStep: { run(batch: Batch): Promise<number>; readonly gradients: ParameterSet };
  /** Updates parameters and state by gradients times `gradientScale`; default: the state's optimiser. */
  readonly update?:
    | ((gradients: ParameterSet, learningRate: number, gradientScale: number) => Promise<void>)
    | undefined;
  /** Creates batch `index`, counted from 0 over the entire training. */
  readonly batchAt: (index: number) => Promise<Batch>;
  /** The loss on held-out clips, measured after every `every`-th step and the last one. */
  readonly heldOut?: { readonly every: number; readonly loss: () => Promise<number> } | undefined;
  readonly log: (metrics: StepMetrics) => void;
  /** Writes a checkpoint and the motion. */
  readonly save: () => Promise<void>;
  /** What is asked for between two steps; nothing if it is absent. */
  readonly asked?: (() => Promise<Asked>) | undefined;
  /** Generates the sample videos of the current step; existing ones may be kept. */
  readonly makeSamples: (work: WorkOptions) => Promise<void>;
}

/** What another process asks of a training. */
export interface Asked {
  readonly stop: boolean;
  /** Make sample videos now. */
  readonly sample: boolean;
  /** To be called when that is done. */
  readonly done: () => Promise<void>;
}

/**
 * Trains up to step `settings.steps`. Each step depends only on the previous state and the seed, so a training resumed
 * from a saved state continues identically. Throws `InterruptedError` when cancelled, after saving; `LampError` if the
 * loss is not finite; and errors of the functions in `training`, after an attempt to save.
 */
export async function train<Batch>(training: Training<Batch>, work: WorkOptions = {}): Promise<void> {
  const { optimiser } = training.state;
  let saved = optimiser.step;
  const save = async () => {
    if (saved === optimiser.step) return;
    await training.save();
    saved = optimiser.step;
  };
  try {
    await takeSteps(training, save, work);
  } catch (error) {
    // Whatever ends the training (a full disk, a failing device, a closed output), the steps taken are saved if
    // possible; but not after a divergence, where the earlier checkpoints are the good ones.
    if (!isOfNumbers(error)) await save().catch(() => {});
    throw error;
  }
}

async function takeSteps<Batch>(
  training: Training<Batch>,
  save: () => Promise<void>,
  work: WorkOptions,
): Promise<void> {
  const { settings, state, lossStep, heldOut } = training;
  const { steps, saveEvery, keepEvery = 0, sampleEvery, accumulation } = settings;
  const { parameters, optimiser, average } = state;
  const sum = accumulation > 1 ? parameters.zeros() : undefined;
  const pace = stepPace();
  const isSaved = (step: number) => step % saveEvery === 0 || step === steps || isKept(step, keepEvery);
  const samplesAreDue = () => {
    const { step } = optimiser;
    return sampleEvery > 0 && step > 0 && (step % sampleEvery === 0 || step === steps);
  };

  for (;;) {
    const asked = await training.asked?.();
    // As below: a training that is killed meanwhile goes on here, and makes them then.
    if (asked?.sample) await save();
    if (samplesAreDue() || asked?.sample) {
      await training.makeSamples(work).catch((error: unknown) => {
        if (!work.signal?.aborted) throw error;
      });
    }
    await nextTurn(); // A step blocks the event loop; Ctrl-C is handled here.
    if (!work.signal?.aborted) await asked?.done();
    if (work.signal?.aborted || asked?.stop) {
      await save();
      throw new InterruptedError(`stopped after step ${optimiser.step} of ${steps}; it is saved.`);
    }
    if (optimiser.step >= steps) return;

    const started = performance.now();
    const step = optimiser.step + 1;
    let loss = 0;
    sum?.flat.fill(0);
    for (let part = 0; part < accumulation; part++) {
      const batch = await training.batchAt((step - 1) * accumulation + part);
      loss += (await lossStep.run(batch)) / accumulation;
      if (sum) addScaled(sum.flat, lossStep.gradients.flat, 1 / accumulation);
    }
    const gradients = sum ?? lossStep.gradients;
    const gradNorm = gradientNorm(gradients);
    if (!Number.isFinite(loss + gradNorm)) throw divergence(step, loss, settings);

    const learningRate = learningRateAt(settings, step);
    const scale = settings.clipNorm > 0 ? clipScale(gradNorm, settings.clipNorm) : 1;
    if (training.update) await training.update(gradients, learningRate, scale);
    else optimiserStep(parameters, gradients, optimiser, learningRate, settings, scale);
    if (average) updateAverage(average, parameters, settings.averageDecay, step);

    const seconds = (performance.now() - started) / 1000;
    const isMeasured = heldOut && (step % heldOut.every === 0 || step === steps);
    const measured = isMeasured ? { heldOutLoss: await heldOut.loss() } : {};
    const metrics = { step, loss, learningRate, gradNorm, seconds, ...measured };
    training.log(metrics);
    const secondsLeft = pace(seconds) * (steps - step);
    work.onEvent?.({ type: 'step', steps, secondsLeft, residentBytes: residentBytes(), ...metrics });
    if (isSaved(step)) await save();
    // Samples take long and may fail, so the state is saved before they are made.
    else if (samplesAreDue()) await save();
  }
}

/** Whether an error is about non-finite values: a loss or weights that are NaN or infinite. */
function isOfNumbers(error: unknown): boolean {
  return error instanceof DivergenceError || error instanceof CheckpointError;
}

/** Smoothed seconds per step, for estimating the remaining time. */
function stepPace(): (seconds: number) => number {
  let [sum, weight] = [0, 0];
  return (seconds) => {
    sum = 0.9 * sum + seconds;
    weight = 0.9 * weight + 1;
    return sum / weight;
  };
}

/** The loss or its gradients are not finite. */
class DivergenceError extends LampError {}

function divergence(step: number, loss: number, { learningRate, clipNorm }: LoopSettings): LampError {
  const clipped = clipNorm === 0 ? phrase` or with ${setting('clipNorm', 1)}` : '';
  const lower = phrase`with a lower ${setting('learningRate')} (it is ${learningRate})${clipped}`;
  return new DivergenceError({
    found: `training failed at step ${step}: the loss is ${loss} and its gradients are not finite`,
    setting: 'learningRate',
    advice: ['The last checkpoint is kept.', phrase`Train anew under another ${setting('out')} ${lower}.`],
  });
}
