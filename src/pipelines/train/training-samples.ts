/** @file Sample videos during training, made by the same code as `lamp generate`. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asStorageError } from '../../checkpoints/atomic-write.ts';
import { exists } from '../../checkpoints/exists.ts';
import type { WorkOptions } from '../../events.ts';
import { usualFormat } from '../../media/video-target.ts';
import type { BaseModel } from '../../models/base-model.ts';
import type { Motion } from '../../motion/file/motion-file.ts';
import type { MemoryMode } from '../../runtime/memory-mode.ts';
import type { TrainingSettings } from '../../training/training-settings.ts';
import { generatorForMotions } from '../video/loaded-motions.ts';
import { writeStoredVideo } from '../video/stored-video.ts';

/** Options of {@link trainingSamples}. */
export interface TrainingSamplesOptions {
  readonly base: BaseModel;
  readonly settings: TrainingSettings;
  readonly folder: string;
  readonly framesPerSecond: number;
  /** Returns the current motion, as it is in the run's file at `path`. */
  readonly motion: () => Motion & { readonly path: string };
  /** Returns the prompts. */
  readonly prompts: () => readonly string[];
  /** The mode of the training's own steps. */
  readonly memory: MemoryMode;
  /** Returns the number of steps taken. */
  readonly step: () => number;
}

/**
 * Returns a function that writes `<folder>/<step>-<n>.mp4` (`.gif` if the video codecs are missing) for each sample
 * prompt: the video that `lamp generate` makes with the current motion and the training's seed, with a first frame
 * drawn by the base model. Existing videos are kept. The networks are in memory only while it runs.
 */
export function trainingSamples(options: TrainingSamplesOptions): (work: WorkOptions) => Promise<void> {
  const { base, settings, folder, framesPerSecond, motion } = options;
  const { frames, width, height, seed } = settings;
  let ending: string | undefined;
  return async (work) => {
    const step = options.step();
    ending ??= await usualFormat(work.onEvent);
    const planned = options.prompts().map((prompt, n) => ({
      prompt,
      path: join(folder, `${String(step).padStart(6, '0')}-${n + 1}.${ending}`),
    }));
    const missing: typeof planned = [];
    for (const each of planned) if (!(await exists(each.path))) missing.push(each);
    if (missing.length === 0) return;
    const requests = missing.map(({ prompt }) => ({ prompt, seed }));
    const generating = {
      motions: [{ ...motion(), strength: 1 }],
      base,
      shape: { frames, width, height },
      device: settings.device,
      memory: options.memory,
      useRecommended: true,
    };
    // What there is to say about the size has been said when the training began.
    const generator = await generatorForMotions(generating, requests[0]!, { signal: work.signal });
    try {
      for (const [i, { prompt, path }] of missing.entries()) {
        const video = await generator.generate(requests[i]!, work);
        await writeStoredVideo(path, { ...video, framesPerSecond });
        work.onEvent?.({ type: 'sample', step, prompt, path });
      }
    } finally {
      await generator.dispose();
    }
  };
}

/** Removes the sample videos of later steps than `step` from the folder. Throws `StorageError`. */
export async function removeLaterSamples(folder: string, step: number): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      const taken = /^(\d{6,})-\d+\.\w+$/.exec(name)?.[1];
      if (taken !== undefined && Number(taken) > step) await rm(join(folder, name), { force: true });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw asStorageError(error, folder);
  }
}
