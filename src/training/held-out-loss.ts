/** @file The loss on held-out clips: of the motion as it would be written now, without training on them. */
import { heldOutVideos, inBatchesOf } from './data/held-out.ts';
import { type BatchSource, batchOf, type MotionBatch } from './data/motion-batches.ts';
import type { TrainingClip } from './data/training-clip.ts';
import type { TrainingState } from './state.ts';
import type { SettledSettings } from './training-settings.ts';

/** Options of {@link heldOutLoss}. */
export interface HeldOutOptions {
  readonly clips: readonly TrainingClip[];
  readonly settings: SettledSettings;
  /** Latents and texts of these clips. */
  readonly source: Omit<BatchSource, 'plan'>;
  readonly state: TrainingState;
  /** The training's step; its gradients are overwritten. */
  readonly lossStep: { run(batch: MotionBatch): Promise<number> };
}

/**
 * Returns a function that measures the mean loss of the current motion (the moving average, if one is kept) on the
 * held-out videos. It leaves the state as it was, bit for bit.
 */
export function heldOutLoss({
  clips,
  settings,
  source,
  state,
  lossStep,
}: HeldOutOptions): () => Promise<number> {
  const videos = heldOutVideos(clips, settings, source.schedule.alphasCumprod.length);
  const batches = inBatchesOf(videos, settings.batch);
  const measure = async () => {
    let sum = 0;
    for (const { videos, weight } of batches) {
      // The loss of a batch is the mean over its videos.
      sum += weight.length * (await lossStep.run({ ...(await batchOf(source, videos)), weight }));
    }
    return sum / videos.length;
  };
  const { parameters, average } = state;
  if (!average) return measure;
  return async () => {
    const trained = parameters.flat.slice();
    try {
      parameters.flat.set(average.flat);
      return await measure();
    } finally {
      parameters.flat.set(trained);
    }
  };
}
