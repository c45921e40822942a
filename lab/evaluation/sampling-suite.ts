/**
 * @file The sampling suite: makes the same videos with more and with less arithmetic, and measures what is lost. The
 * motion is trained for all noise levels, and takes all steps itself, as in the paper. Results are kept in a folder;
 * what exists there is not computed again.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readNoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import type { Shape } from '../../src/graph/host-tensor.ts';
import { openGenerator } from '../../src/library/open-generator.ts';
import { contactSheet } from '../../src/media/contact-sheet.ts';
import type { Picture } from '../../src/media/picture.ts';
import { writePng } from '../../src/media/picture-file.ts';
import type { Component } from '../../src/models/base-model.ts';
import type { UNetConfig } from '../../src/models/configs.ts';
import { stableDiffusionUNet } from '../../src/models/stable-diffusion-unet.ts';
import { motionFingerprint } from '../../src/motion/file/motion-fingerprint.ts';
import { motionParameters } from '../../src/motion/motion-parameters.ts';
import { samplingCost } from '../../src/motion/predictor.ts';
import { type MotionVariant, motionVariants } from '../../src/motion/variant.ts';
import { latentShape } from '../../src/pipelines/draw/draw-picture.ts';
import { samplerFor } from '../../src/pipelines/draw/sampling-settings.ts';
import type { LoadedMotion } from '../../src/pipelines/video/loaded-motions.ts';
import type { VideoSettings } from '../../src/pipelines/video/video-settings.ts';
import { measureVideo, type VideoMeasures } from './measure-video.ts';
import { type SuiteMotion, suiteFrames, suiteMotion } from './motion-cases.ts';
import { learnedMotion, type MotionSuiteOptions } from './motion-suite.ts';
import { psnr } from './quality.ts';
import { type EvaluationRow, usualClips } from './rows.ts';
import type { SamplingRow } from './sampling-rows.ts';
import { type Predictions, predictionsOf } from './sampling-work.ts';
import { storedResult, storeResult } from './stored-result.ts';
import { mean } from './text-metrics.ts';

/** Inputs of the suite; see `MotionSuiteOptions`. */
export interface SamplingSuiteOptions extends Omit<MotionSuiteOptions, 'rows' | 'strangers' | 'clip'> {
  /** The first is the one with which the others are compared. */
  readonly rows: readonly SamplingRow[];
  /** The guidance scale of all rows that do not say another one. */
  readonly guidance: number;
}

/** A video of a row. */
export interface SampledVideo extends VideoMeasures, Predictions {
  readonly prompt: string;
  readonly seed: number;
  /** PSNR in decibels of the frames after the first, against the video of the first row. */
  readonly fromFull: number;
}

/** A row's videos of one motion. */
export interface SamplingResult {
  readonly row: string;
  readonly motion: string;
  readonly videos: readonly SampledVideo[];
}

/** The training that all rows share. */
const training: EvaluationRow = {
  name: 'all-timesteps',
  title: 'trained for all noise levels',
  variant: 'lamp',
  training: { lowestTimestep: 0 },
};

/** Results of all rows, motion by motion, in the order of rows. */
export async function runSamplingSuite(options: SamplingSuiteOptions): Promise<SamplingResult[]> {
  const results: SamplingResult[] = [];
  for (const name of options.motions) {
    const motion = await suiteMotion(name, options);
    const learned = await learnedMotion(training, motion, options);
    const decides = [options.guidance, options.rows, options.seeds, options.things, options.base.fingerprint];
    const identity = createHash('sha256')
      .update(JSON.stringify([...decides, motionFingerprint(learned.values)]))
      .digest('hex');
    const path = join(options.out, 'results', `sampling--${name}.json`);
    const known = await storedResult<{ results: SamplingResult[] }>(path, identity);
    const found = known?.results ?? (await makeAndMeasure(motion, learned, options));
    if (!known) await storeResult(path, identity, { results: found });
    results.push(...found);
  }
  return results;
}

async function makeAndMeasure(
  motion: SuiteMotion,
  learned: LoadedMotion,
  { base, size, out, rows, seeds, guidance, classifier, onEvent, signal }: SamplingSuiteOptions,
): Promise<SamplingResult[]> {
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const generator = await openGenerator({ base, motions: [learned], frames: suiteFrames, ...size });
  const inClips = new Set(motion.thingsInClips(usualClips));
  const videos = new Map(rows.map(({ title }) => [title, [] as SampledVideo[]]));
  const sheet: Picture[][] = [];
  const make = (row: SamplingRow, each: SuiteMotion['cases'][number], seed: number) => {
    const own: Partial<VideoSettings> = { guidance, finishAt: 0, imageModelBelow: 0, ...row.video };
    const request = { ...own, prompt: each.prompt, firstFrame: each.truth[0]!, seed };
    return generator.generateVideo({ ...request, onEvent, signal });
  };
  try {
    for (const [i, each] of motion.cases.entries()) {
      for (const seed of seeds) {
        const full = await make(rows[0]!, each, seed);
        if (i === 0 && seed === seeds[0]) sheet.push([...each.truth]);
        for (const row of rows) {
          const { frames, settings } = row === rows[0] ? full : await make(row, each, seed);
          if (i === 0 && seed === seeds[0]) sheet.push(frames);
          const { timesteps } = samplerFor(schedule, settings, randomStream(0));
          videos.get(row.title)!.push({
            prompt: each.prompt,
            seed,
            ...measureVideo(frames, each, await classifier.classify(frames), inClips),
            ...predictionsOf(settings, timesteps),
            fromFull: mean(frames.slice(1).map((frame, f) => psnr(frame, full.frames[f + 1]!))),
          });
        }
      }
    }
  } finally {
    await generator.dispose();
  }
  const path = join(out, 'sheets', `sampling--${motion.name}.png`);
  await writePng(path, contactSheet(sheet));
  onEvent?.({ type: 'written', path });
  return rows.map(({ title }) => ({ row: title, motion: motion.name, videos: videos.get(title)! }));
}

/** Operations of a prediction with the whole network, and of one with its last block alone. */
export interface PredictionCosts {
  readonly whole: number;
  readonly rest: number;
}

/** The costs for the suite's videos, and for 16 frames of 512×320 of Stable Diffusion 1.x, with LAMP. */
export async function predictionCosts({
  base,
  size,
}: Pick<SamplingSuiteOptions, 'base' | 'size'>): Promise<{ here: PredictionCosts; full: PredictionCosts }> {
  const [, channels, height, width] = latentShape(base, size);
  const { unet, tokenizer } = base;
  const lamp = motionVariants.lamp;
  return {
    here: costs(unet, lamp, [1, channels, suiteFrames, height, width], tokenizer.maxLength),
    full: costs(await stableDiffusionUNet(), lamp, [1, 4, 16, 40, 64], 77),
  };
}

function costs(
  unet: Component<UNetConfig>,
  variant: MotionVariant,
  latents: Shape,
  tokens: number,
): PredictionCosts {
  const parameters = motionParameters(unet.weights.shapes, variant);
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
  const flops = (part: 'whole' | 'rest') =>
    samplingCost(unet, { variant, shapes }, latents, tokens, 'fast', part).flops;
  return { whole: flops('whole'), rest: flops('rest') };
}
