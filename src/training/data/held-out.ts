/** @file Videos of clips that are not trained on, on which the loss is measured: always the same ones. */
import { randomStream } from '../../diffusion/random.ts';
import { clipWindow } from '../../media/clip-window.ts';
import type { SettledSettings } from '../training-settings.ts';
import type { PlannedVideo } from './motion-batches.ts';
import type { TrainingClip } from './training-clip.ts';
import { plainView } from './view.ts';

/** Timesteps at which each clip is measured, in the middle of as many equal parts of those that are trained on. */
const TIMESTEPS = 4;

/**
 * The videos to measure: the middle of each clip, unchanged, at several timesteps. Their noise depends on the seed
 * alone. Throws `MediaError` for a clip that is too short.
 */
export function heldOutVideos(
  clips: readonly TrainingClip[],
  settings: SettledSettings,
  timesteps: number,
): PlannedVideo[] {
  const { seed, lowestTimestep: lowest, window } = settings;
  return clips.flatMap((each, clip) => {
    const placed = { ...settings, window: window === 'random' ? ('middle' as const) : window };
    const frames = clipWindow(each, placed).framesFrom(0);
    return Array.from({ length: TIMESTEPS }, (_, k): PlannedVideo => {
      const timestep = lowest + Math.floor(((k + 0.5) / TIMESTEPS) * (timesteps - lowest));
      return {
        clip,
        frames,
        view: plainView,
        timestep,
        normals: (purpose, count) => randomStream(seed, 'held out', purpose, clip, k).normals(count),
      };
    });
  });
}

/** Takes the videos in batches of `size`; the last one is filled up with repetitions, which have no weight. */
export function inBatchesOf(
  videos: readonly PlannedVideo[],
  size: number,
): { readonly videos: readonly PlannedVideo[]; readonly weight: Float32Array }[] {
  return Array.from({ length: Math.ceil(videos.length / size) }, (_, batch) => {
    const some = videos.slice(batch * size, (batch + 1) * size);
    const weight = Float32Array.from({ length: size }, (_, i) => (i < some.length ? 1 : 0));
    return { videos: [...some, ...Array(size - some.length).fill(some[0])], weight };
  });
}
