/** @file Videos made from a motion in training, by the very code that `lamp generate` uses. */

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

/** What samples are made from, and where they go. */
export interface TrainingSamplesOptions {
  readonly base: BaseModel;
  readonly settings: TrainingSettings;
  readonly folder: string;
  readonly framesPerSecond: number;
  /** What the motion is called in the videos' metadata. */
  readonly motionName: string;
  /** The motion as it is. */
  readonly motion: () => TrainedMotion;
  /** Steps taken. */
  readonly step: () => number;
}

/**
 * A function that writes `<folder>/<step>-<n>.mp4` for each sample prompt (`.gif` where the video codecs are
 * missing), with the training's seed, the base model drawing the first frame: what `lamp generate` makes of the
 * motion of that step. A video that is there already is left. Its networks are in memory only while it runs.
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
