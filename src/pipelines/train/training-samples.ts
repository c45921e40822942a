/** @file Sample videos during training, made by the same code as `lamp generate`. */

import { join } from 'node:path';
import { exists } from '../../checkpoints/exists.ts';
import type { WorkOptions } from '../../events.ts';
import { writeVideo } from '../../media/video-file.ts';
import { usualFormat } from '../../media/video-target.ts';
import type { BaseModel } from '../../models/base-model.ts';
import type { TrainedMotion } from '../../motion/predictor.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { TrainingSettings } from '../../training/training-settings.ts';
import { settingsKey } from '../video/stored-settings.ts';
import { videoGenerator } from '../video/video-pipeline.ts';

/** Options of {@link trainingSamples}. */
export interface TrainingSamplesOptions {
  readonly base: BaseModel;
  readonly settings: TrainingSettings;
  readonly folder: string;
  readonly framesPerSecond: number;
  /** Name of the motion in the videos' metadata. */
  readonly motionName: string;
  /** Returns the current motion. */
  readonly motion: () => TrainedMotion;
  /** Returns the number of steps taken. */
  readonly step: () => number;
}

/**
 * Returns a function that writes `<folder>/<step>-<n>.mp4` (`.gif` if the video codecs are missing) for each sample
 * prompt: the video that `lamp generate` makes with the current motion and the training's seed, with a first frame
 * drawn by the base model. Existing videos are kept. The networks are in memory only while it runs.
 */
export function trainingSamples(options: TrainingSamplesOptions): (work: WorkOptions) => Promise<void> {
  const { base, settings, folder, framesPerSecond, motionName, motion } = options;
  const { frames, width, height, seed, prompt: trainedPrompt } = settings;
  const prompts = settings.samplePrompts.length > 0 ? settings.samplePrompts : [trainedPrompt];
  let ending: string | undefined;
  return async (work) => {
    const step = options.step();
    ending ??= await usualFormat(work.onEvent);
    const planned = prompts.map((prompt, n) => ({
      prompt,
      path: join(folder, `${String(step).padStart(6, '0')}-${n + 1}.${ending}`),
    }));
    const missing: typeof planned = [];
    for (const each of planned) if (!(await exists(each.path))) missing.push(each);
    if (missing.length === 0) return;
    const device = settings.device as DeviceName;
    const generator = await videoGenerator(base, motion, {
      frames,
      width,
      height,
      device,
      motionName,
    });
    try {
      for (const { prompt, path } of missing) {
        const video = await generator.generate({ prompt, seed }, work);
        const metadata = { [settingsKey]: JSON.stringify({ ...video.settings, framesPerSecond }) };
        await writeVideo(path, video.frames, { framesPerSecond, metadata });
        work.onEvent?.({ type: 'sample', step, prompt, path });
      }
    } finally {
      await generator.dispose();
    }
  };
}
