/** @file Learning a motion from clips: everything around the training loop. */

import { resolve } from 'node:path';
import { exists } from '../../checkpoints/exists.ts';
import { InterruptedError, StorageError, UsageError } from '../../errors.ts';
import { notice, type WorkOptions } from '../../events.ts';
import { messageParts, type Phrase, phrase, setting } from '../../phrases.ts';
import { concerning } from '../../renamed-setting.ts';
import type { MemoryMode } from '../../runtime/memory-mode.ts';
import { listCheckpoints, loadCheckpoint, removeLater, saveCheckpoint } from '../../training/checkpoint.ts';
import { trainingRate } from '../../training/data/clip-set.ts';
import { makeBatch } from '../../training/data/motion-batches.ts';
import { heldOutLoss } from '../../training/held-out-loss.ts';
import { openMetrics } from '../../training/metrics.ts';
import { motionStep } from '../../training/motion-step.ts';
import {
  assertNoRun,
  openRunFolder,
  type RunPaths,
  type RunRecord,
  readRun,
  runPaths,
  writeRun,
} from '../../training/run-folder.ts';
import { initialState, type TrainingState } from '../../training/state.ts';
import { train } from '../../training/trainer.ts';
import { trainingCost } from '../../training/training-cost.ts';
import {
  resumedSettings,
  type TrainingInput,
  type TrainingSettings,
} from '../../training/training-settings.ts';
import { tellFarSize } from '../draw/far-size.ts';
import { latentsOf, newSettings, type Prepared, prepareTraining, tokensOf } from './prepare-training.ts';
import { memoryFor, tellOtherArithmetic, threadsOn } from './run-memory.ts';
import { motionOf, writeMotionOf } from './run-motion.ts';
import { sampleRequests } from './sample-requests.ts';
import { assertCanStart, readStart, readStartAgain, settingsOfStart } from './start-from.ts';
import { trainingMaterial } from './training-material.ts';
import { removeLaterSamples, trainingSamples } from './training-samples.ts';
import { fewSteps, howToGoOn, recommendedSteps, whatNext } from './what-next.ts';

/** Options of a training. */
export interface RunTrainingOptions extends WorkOptions {
  /** Folder of the run: new or empty, or with `resume` an existing run. */
  readonly out: string;
  /** Resume the run in `out`; `settings` then need contain only changes. */
  readonly resume?: boolean;
  /**
   * Path of the motion that a new run starts from, in place of the image model; with `resume`, where it is now, if no
   * checkpoint was written yet.
   */
  readonly startFrom?: string | undefined;
  /** With `resume`, the step of a kept checkpoint to go back to; what later steps left is removed. */
  readonly fromStep?: number | undefined;
  /**
   * `clips`, `prompt`, and settings that differ from the defaults (what the base recommends, else the paper's values).
   * `prompt` may be omitted if every clip has a caption; it then defaults to the first one.
   */
  readonly settings: Partial<TrainingInput>;
  /** Values of omitted settings, in place of the defaults and of what the base recommends. */
  readonly preset?: Partial<TrainingInput> | undefined;
  /** Whether omitted settings are those that the base recommends (in its `lamp.json`); default true. */
  readonly useRecommended?: boolean;
  /** Advice, given when the training is stopped, on how to continue; default a call that resumes the run. */
  readonly howToGoOn?: Phrase;
  /** Whether a notice suggests what to do next when training is complete; default true. */
  readonly tellWhatNext?: boolean;
}

/** A learned motion. */
export interface LearnedMotion {
  /** Path of the motion file. */
  readonly path: string;
  readonly steps: number;
  /** Whether training was already complete before this call, which then changed nothing. */
  readonly wasFinished: boolean;
}

/**
 * Learns a motion (LAMP, Sec. 3). Everything is checked before anything is written: settings (`UsageError`), the run's
 * folder (`StorageError`), the device (`DeviceError`), the base model (`CheckpointError`), the clips (`MediaError`). A
 * run that was stopped, by the signal (`InterruptedError`) or by a kill at any moment, can be continued with `resume`;
 * the resulting motion file is byte for byte the same.
 */
export async function runTraining(options: RunTrainingOptions): Promise<LearnedMotion> {
  const out = resolve(options.out);
  const paths = runPaths(out);
  const begun = options.resume ? await readRun(out) : undefined;
  const { startFrom } = options;
  if (begun && startFrom !== undefined && !begun.startedFrom) throw notStarted();
  let start = begun || startFrom === undefined ? undefined : await readStart(startFrom);
  const asked = absolutePaths(
    begun
      ? resumedSettings(begun.settings, { ...options.preset, ...options.settings })
      : await newSettings({ ...options, ofStart: start && settingsOfStart(start) }),
  );
  if (!begun) await assertNoRun(out);
  const checked = await prepareTraining(asked, begun, options);
  const startedFrom = start?.record ?? begun?.startedFrom;
  const prepared = { ...checked, record: { ...checked.record, ...(startedFrom && { startedFrom }) } };
  const { settings } = prepared;
  if (start) assertCanStart(start, settings, prepared.base, options.onEvent);

  // Refused before anything is written.
  const decided = begun ? undefined : memoryFor(prepared, options);
  const unlock = await openRunFolder(out);
  try {
    // Another process may have worked here before the lock was taken.
    if (!begun) await assertNoRun(out);
    const { base } = prepared;
    const hasMotion = await exists(paths.motion);
    const { fromStep } = options;
    if (fromStep === undefined && begun?.finished && begun.settings.steps === settings.steps && hasMotion) {
      const found = `the run in "${out}" has completed all its ${settings.steps} steps`;
      options.onEvent?.(
        notice({ found, setting: 'steps', advice: phrase`Raise ${setting('steps')} to train further.` }),
      );
      return { path: paths.motion, steps: settings.steps, wasFinished: true };
    }
    const saved =
      begun &&
      (await concerning('out', () =>
        loadCheckpoint(paths.checkpoints, base.unet, settings, { onEvent: options.onEvent, step: fromStep }),
      ));
    assertCanGoOn(options.out, settings, saved, hasMotion);
    if (begun?.startedFrom && !saved) start = await readStartAgain(begun.startedFrom, startFrom);
    // A motion that was learned before may need few.
    const moreSteps = startedFrom ? undefined : recommendedSteps(settings, base);
    if (moreSteps !== undefined) {
      options.onEvent?.(fewSteps(settings.steps, moreSteps));
    }
    await tellFarTraining(prepared, settings.steps - (saved?.optimiser.step ?? 0), options);
    const memory = decided ?? memoryFor(prepared, options, begun);
    if (begun) tellOtherArithmetic(begun, prepared, memory, options);
    const threads = begun ? begun.threads : threadsOn(prepared.device);
    let record: RunRecord = { ...prepared.record, memory, ...(threads !== undefined && { threads }) };
    const keep = async (more: Partial<RunRecord>) => {
      record = { ...record, ...more };
      await writeRun(out, record);
    };
    await keep({});
    if (fromStep !== undefined) await goBack(paths, fromStep);
    const state = saved ?? (await initialState(base.unet, settings, start?.values));
    await trainInto(out, prepared, { state, memory, keep }, options).catch(async (error: unknown) => {
      const advice = options.howToGoOn ?? howToGoOn(options.out);
      throw await withAdvice(error, advice, paths.checkpoints);
    });
    await keep({ finished: new Date().toISOString() });
    options.onEvent?.({ type: 'written', path: paths.motion });
    if (options.tellWhatNext !== false)
      options.onEvent?.(whatNext({ out: options.out, settings, moreSteps }));
    return { path: paths.motion, steps: settings.steps, wasFinished: false };
  } finally {
    await unlock();
  }
}

function notStarted(): UsageError {
  return new UsageError({
    found: phrase`${setting('startFrom')} is given, but the run did not start from a motion`,
    setting: 'startFrom',
    advice: phrase`Omit it, or begin a new run under another ${setting('out')}.`,
  });
}

/** Removes the checkpoints and sample videos of later steps. Throws `StorageError`. */
async function goBack({ checkpoints, samples }: RunPaths, step: number): Promise<void> {
  await removeLater(checkpoints, step);
  await removeLaterSamples(samples, step);
}

/** Throws unless training can continue from the saved state, or from the beginning if nothing was saved yet. */
function assertCanGoOn(
  out: string,
  { steps }: TrainingSettings,
  saved: TrainingState | undefined,
  hasMotion: boolean,
): void {
  if (!saved && hasMotion) {
    throw new StorageError({
      found: `"${out}" contains a motion but no checkpoint to continue from`,
      setting: 'out',
      advice: phrase`Train under another ${setting('out')}.`,
    });
  }
  const taken = saved?.optimiser.step ?? 0;
  if (taken > steps) {
    throw new UsageError({
      found: phrase`the run has already taken ${taken} steps; ${setting('steps')} is ${steps}`,
      setting: 'steps',
      advice: phrase`Give a larger number, or train under another ${setting('out')}.`,
    });
  }
}

/** Adds advice on how to continue to the error of a run that was stopped or could not be written. */
async function withAdvice(error: unknown, advice: Phrase, checkpoints: string): Promise<unknown> {
  if (error instanceof InterruptedError) return new InterruptedError({ ...messageParts(error), advice });
  if (error instanceof StorageError) {
    const kept = (await listCheckpoints(checkpoints)).length > 0;
    const state = kept ? 'The last checkpoint is intact.' : 'No checkpoint was written yet.';
    const parts = messageParts(error);
    return new StorageError({ ...parts, advice: [...parts.advice, state, advice] }, { cause: error });
  }
  return error;
}

/** A run whose next step has not begun is as it was, or newly begun: it can be resumed either way. */
function stoppedBefore(step: number, { steps }: TrainingSettings): InterruptedError {
  return new InterruptedError(`stopped before step ${step} of ${steps}; the run is kept.`);
}

/** Encodes the clips, compiles the step, and runs the loop from `state`, writing to the run's folder. */
async function trainInto(
  out: string,
  prepared: Prepared,
  {
    state,
    memory,
    keep,
  }: {
    readonly state: TrainingState;
    readonly memory: MemoryMode;
    /** Adds fields to `run.json`. */
    readonly keep: (more: Partial<RunRecord>) => Promise<void>;
  },
  work: Pick<RunTrainingOptions, 'onEvent' | 'signal' | 'fromStep'>,
): Promise<void> {
  const { settings, device, base, schedule, texts, record } = prepared;
  const { clips } = record;
  const paths = runPaths(out);
  const { cutClips, heldOut, ...material } = await trainingMaterial(prepared, paths, memory, work).catch(
    (error: unknown) => {
      throw error instanceof InterruptedError ? stoppedBefore(state.optimiser.step + 1, settings) : error;
    },
  );
  if (cutClips !== undefined) await keep({ cutClips });

  const { variant } = settings;
  work.onEvent?.({ type: 'progress', stage: 'compiling', done: 0, total: 1 });
  const step = await motionStep(base.unet, state.parameters, latentsOf(prepared), tokensOf(texts), {
    device,
    memory,
    variant,
  });
  work.onEvent?.({ type: 'progress', stage: 'compiling', done: 1, total: 1 });
  const metrics = await openMetrics(paths.metrics, state.optimiser.step);
  const framesPerSecond = trainingRate(clips, settings);
  try {
    const scalingFactor = base.vae.config.scaling_factor;
    const source = { ...material, schedule, scalingFactor, variant };
    const measured = heldOut && {
      every: settings.heldOutEvery,
      loss: heldOutLoss({
        clips: record.heldOut ?? [],
        settings,
        source: { ...source, ...heldOut },
        state,
        lossStep: step,
      }),
    };
    const sampling = sampleRequests({ folder: paths.control, settings, keep, onEvent: work.onEvent });
    const training = {
      settings,
      state,
      asked: sampling.asked,
      lossStep: step,
      heldOut: measured,
      batchAt: (index: number) => makeBatch(source, index, settings.batch),
      log: metrics.append,
      save: async () => {
        metrics.flush();
        const facts = { framesPerSecond, cutClips };
        const { info } = motionOf(prepared, state, facts);
        const path = await saveCheckpoint(paths.checkpoints, state, settings, info);
        await writeMotionOf(paths.motion, prepared, state, facts);
        work.onEvent?.({ type: 'checkpoint', step: state.optimiser.step, path });
      },
      makeSamples: trainingSamples({
        base,
        settings,
        folder: paths.samples,
        prompts: sampling.prompts,
        framesPerSecond,
        motion: () => {
          const { info, values } = motionOf(prepared, state, { framesPerSecond, cutClips });
          return { path: paths.motion, info: { ...info, variant }, values };
        },
        memory,
        step: () => state.optimiser.step,
      }),
    };
    // The motion of a run that went back is that of a later step.
    if (work.fromStep !== undefined)
      await writeMotionOf(paths.motion, prepared, state, { framesPerSecond, cutClips });
    await train(training, work);
    // If the process was killed between the last checkpoint and its motion, the motion is written now.
    await writeMotionOf(paths.motion, prepared, state, { framesPerSecond, cutClips });
  } finally {
    metrics.close();
    await step.dispose();
  }
}

/**
 * Reports in a notice if the videos' size is far from what the base was trained on, and how long the steps will take.
 */
function tellFarTraining(prepared: Prepared, steps: number, work: WorkOptions): Promise<void> {
  const { base, device, settings, texts } = prepared;
  const { variant, rank, accumulation } = settings;
  const flops = () =>
    steps *
    accumulation *
    trainingCost(base.unet, latentsOf(prepared), tokensOf(texts), { variant, rank }).flops;
  return tellFarSize({ base, size: settings, device, flops }, work);
}

function absolutePaths(settings: TrainingSettings): TrainingSettings {
  return {
    ...settings,
    base: resolve(settings.base),
    clips: settings.clips.map((path) => resolve(path)),
    heldOut: settings.heldOut.map((path) => resolve(path)),
  };
}
