/**
 * @file The motion suite: trains every motion with every method (row), generates videos of things that were not in
 * the clips, and measures them. All results are kept in a folder; what exists there is not computed again.
 */

import { createHash } from 'node:crypto';
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../../src/checkpoints/exists.ts';
import type { WorkOptions } from '../../src/events.ts';
import { learnMotion } from '../../src/library/learn-motion.ts';
import { loadMotion } from '../../src/library/load-motion.ts';
import { openGenerator } from '../../src/library/open-generator.ts';
import { contactSheet } from '../../src/media/contact-sheet.ts';
import type { Picture } from '../../src/media/picture.ts';
import { writePng } from '../../src/media/picture-file.ts';
import type { Size } from '../../src/media/size.ts';
import type { BaseModel } from '../../src/models/base-model.ts';
import { trained } from '../../src/motion/file/motion-file.ts';
import { motionFingerprint } from '../../src/motion/file/motion-fingerprint.ts';
import type { LoadedMotion } from '../../src/pipelines/video/loaded-motions.ts';
import type { TrainingInput } from '../../src/training/training-settings.ts';
import type { Classifier } from './classifier.ts';
import type { Clip } from './clip-model.ts';
import { measureVideo, type VideoMeasures } from './measure-video.ts';
import { type SuiteMotion, suiteFrames, suiteMotion } from './motion-cases.ts';
import { motionLosses } from './motion-loss.ts';
import { type EvaluationRow, rowVariant, trainingName, usualClips } from './rows.ts';
import { storedResult, storeResult } from './stored-result.ts';
import { diversity, type Embedding, frameConsistency, textAlignment } from './text-metrics.ts';

/** Inputs of the suite. */
export interface MotionSuiteOptions extends WorkOptions {
  /** Gets `motions/` (runs of the trainings), `sheets/` and `results/`. */
  readonly out: string;
  readonly base: BaseModel;
  readonly size: Size;
  readonly rows: readonly EvaluationRow[];
  readonly motions: readonly string[];
  /** Number of things per motion that are not in the clips; each appears in two scenes. */
  readonly things: number;
  /** Use, instead, things and objects that the built-in model was not trained to draw; see `SuiteSize`. */
  readonly strangers?: boolean;
  /** Each video is made with every seed. */
  readonly seeds: readonly number[];
  /** Training steps, unless the row has its own number. */
  readonly steps: number;
  /** Other settings of all trainings that differ from the base's. */
  readonly training: Partial<Omit<TrainingInput, 'base' | 'device'>>;
  readonly classifier: Classifier;
  readonly clip: Clip;
}

/** Incremented when measures change, so that older results are measured again. */
const MEASURES = 5;

/** One video's measures. */
export interface VideoResult extends VideoMeasures {
  readonly prompt: string;
  readonly thing: string;
  readonly seed: number;
  readonly textAlignment: number;
  readonly frameConsistency: number;
}

/** Results of one row and motion. */
export interface MotionResult {
  readonly row: string;
  readonly motion: string;
  readonly videos: readonly VideoResult[];
  readonly diversity: number;
  /** The training's loss on the clips, and on the true videos of the things that are not in them (`motionLosses`). */
  readonly loss: { readonly clips: number; readonly unseen: number };
}

/** Runs all rows on all motions; results are in the order of rows, then of motions. */
export async function runMotionSuite(options: MotionSuiteOptions): Promise<MotionResult[]> {
  const results: MotionResult[] = [];
  for (const row of options.rows) {
    for (const name of options.motions) results.push(await resultOf(row, name, options));
  }
  return results;
}

/** A number of steps at which a training that goes on to `last` steps is measured. */
export interface MeasuredAt {
  readonly step: number;
  readonly last: number;
}

/** The result of a row and a motion: of the finished training, or at an earlier step of it. */
export async function resultOf(
  row: EvaluationRow,
  motionName: string,
  options: MotionSuiteOptions,
  at?: MeasuredAt,
): Promise<MotionResult> {
  const { base, seeds, things, strangers, size } = options;
  const motion = await suiteMotion(motionName, { things, strangers, size });
  const learned = await learnedMotion(row, motion, options, at);
  const name = resultName(row, motion, options, at);
  const video = { ...base.settings.video, ...row.video };
  const variant = rowVariant(row, base.settings);
  const decides = [
    MEASURES,
    video,
    variant,
    seeds,
    things,
    base.fingerprint,
    motionFingerprint(learned.values),
    ...(row.precision ? [row.precision] : []),
  ];
  const identity = createHash('sha256').update(JSON.stringify(decides)).digest('hex');
  const path = join(options.out, 'results', `${name}.json`);
  const known = await storedResult<MotionResult>(path, identity);
  if (known) return known;
  const result = await makeAndMeasure(row, motion, learned, options, name);
  await storeResult(path, identity, result);
  options.onEvent?.({ type: 'written', path });
  return result;
}

/** File name for a row, a motion, a kind of things and a step. */
function resultName(
  row: EvaluationRow,
  motion: SuiteMotion,
  { strangers }: MotionSuiteOptions,
  at: MeasuredAt | undefined,
): string {
  return `${row.name}--${motion.name}${strangers ? '--strangers' : ''}${at ? `--at-${at.step}` : ''}`;
}

/**
 * Trains in `motions/<motion>/<training>`, or resumes there; rows that differ only in sampling share a training. `at`
 * an earlier step, its rate is constant, and the motion of that step is kept beside it.
 */
export async function learnedMotion(
  row: EvaluationRow,
  motion: SuiteMotion,
  {
    base,
    size,
    out,
    steps: usualSteps,
    training,
    onEvent,
    signal,
  }: Pick<MotionSuiteOptions, 'base' | 'size' | 'out' | 'steps' | 'training' | 'onEvent' | 'signal'>,
  at?: MeasuredAt,
): Promise<LoadedMotion> {
  const { variant, captions = true, clips = usualClips, stepShare = 1, rank = 0 } = row;
  if (variant === 'zero-shot') return untrained(motion, row, { base, size });
  const steps = at?.step ?? Math.round(usualSteps * stepShare);
  const folder = join(out, 'motions', motion.name);
  const clipFolder = join(folder, `clips-${clips}`);
  const run = join(folder, trainingName(row, at?.last ?? steps));
  const kept = at && `${run}-at-${at.step}.safetensors`;
  if (kept !== undefined && (await exists(kept))) return loadMotion({ motion: kept });
  const resume = await exists(join(run, 'run.json'));
  if (!resume) await motion.writeClips(clipFolder, clips);
  const settings = {
    base,
    clips: [clipFolder],
    prompt: motion.prompt,
    captions,
    frames: suiteFrames,
    ...size,
    // The direction is part of these motions.
    flipProbability: 0,
    saveEvery: 500,
    ...(row.preset && { preset: row.preset }),
    ...training,
    ...row.training,
    ...(at && { schedule: 'constant' as const }),
    steps,
    variant: rowVariant(row, base.settings),
    rank,
  };
  const { path } = await learnMotion({ onEvent, signal, out: run, resume, ...settings });
  if (kept === undefined) return loadMotion({ motion: path });
  await copyFile(path, `${kept}.new`);
  await rename(`${kept}.new`, kept);
  return loadMotion({ motion: kept });
}

/** The motion of a row without training. */
function untrained(
  motion: SuiteMotion,
  row: EvaluationRow,
  { base, size }: Pick<MotionSuiteOptions, 'base' | 'size'>,
): LoadedMotion {
  const info = {
    baseName: base.name,
    baseFingerprint: base.fingerprint,
    prompt: motion.prompt,
    frames: suiteFrames,
    ...size,
    framesPerSecond: 8,
    steps: 0,
    variant: rowVariant(row, base.settings),
    settings: {},
  };
  return { path: row.name, strength: 1, info, values: new Map() };
}

async function makeAndMeasure(
  row: EvaluationRow,
  motion: SuiteMotion,
  learned: LoadedMotion,
  options: MotionSuiteOptions,
  name: string,
): Promise<MotionResult> {
  const { base, size, out, seeds, classifier, clip, onEvent, signal } = options;
  const generator = await openGenerator({
    base,
    motions: [learned],
    frames: suiteFrames,
    ...size,
    ...(row.precision && { precision: row.precision }),
  });
  const clips = row.clips ?? usualClips;
  const inClips = new Set(motion.thingsInClips(clips));
  const videos: VideoResult[] = [];
  const embedded: Embedding[][] = [];
  const rows: Picture[][] = [];
  try {
    for (const each of motion.cases) {
      rows.push([...each.truth]);
      const [text] = await clip.embedTexts([each.prompt]);
      for (const seed of seeds) {
        const request = { ...row.video, prompt: each.prompt, firstFrame: each.truth[0]!, seed };
        const { frames } = await generator.generateVideo({ ...request, onEvent, signal });
        rows.push(frames);
        const seen = await classifier.classify(frames);
        const pictures = await clip.embedPictures(frames);
        embedded.push(pictures);
        videos.push({
          prompt: each.prompt,
          thing: each.thing,
          seed,
          ...measureVideo(frames, each, seen, inClips),
          textAlignment: textAlignment(pictures, text!),
          frameConsistency: frameConsistency(pictures),
        });
      }
    }
  } finally {
    await generator.dispose();
  }
  const sheet = join(out, 'sheets', `${name}.png`);
  await writePng(sheet, contactSheet(rows));
  onEvent?.({ type: 'written', path: sheet });
  const loss = await motionLosses(base, trained(learned), size, {
    clips: motion.clips(clips),
    unseen: motion.cases.map(({ prompt, truth }) => ({ prompt, frames: truth })),
  });
  return { row: row.name, motion: motion.name, videos, diversity: diversity(embedded), loss };
}
