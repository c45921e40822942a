/**
 * @file What each training sample is made of. Every draw depends on the seed and the sample's number alone: a resumed
 * training sees what the uninterrupted one would have seen, and what will be needed is known before it begins.
 */
import { randomStream } from '../diffusion/random.ts';

/** What the draws depend on. */
export interface DrawPlan {
  readonly seed: number;
  /** For each clip, how many frames can be a video's first. */
  readonly starts: readonly number[];
  /** Frames of a video. */
  readonly frames: number;
  /** Every how manieth frame is taken. */
  readonly stride: number;
  readonly shuffle: boolean;
  readonly flipProbability: number;
  /** Timesteps of the noise schedule. */
  readonly timesteps: number;
  /** See `shiftedTimestep`; 1 unless told: all timesteps are as likely. */
  readonly timestepShift?: number;
}

/** One training sample. */
export interface Draw {
  /** Number of the clip. */
  readonly clip: number;
  /** Numbers of the clip's frames, in order. */
  readonly frames: readonly number[];
  /** Whether all frames are mirrored left to right. */
  readonly flipped: boolean;
  readonly timestep: number;
}

/** Draws sample `index`, counted from 0. Each round through the clips takes every clip once. */
export function drawSample(plan: DrawPlan, index: number): Draw {
  const { seed, starts, frames, stride } = plan;
  const round = Math.floor(index / starts.length);
  const place = index % starts.length;
  const clip = plan.shuffle ? randomStream(seed, 'clip order', round).shuffle(starts.length)[place]! : place;
  const random = randomStream(seed, 'sample', index);
  const start = random.integer(starts[clip]!);
  const flipped = random.uniform() < plan.flipProbability;
  const timestep = shiftedTimestep(random.integer(plan.timesteps), plan.timesteps, plan.timestepShift ?? 1);
  return {
    clip,
    frames: Array.from({ length: frames }, (_, frame) => start + frame * stride),
    flipped,
    timestep,
  };
}

/**
 * A timestep moved towards more noise (shift above 1) or less (below): `t' = s·t / (1 + (s − 1)·t)` of t in 0…1 (Esser et
 * al. 2024, arXiv 2403.03206, eq. 23). Where a thing will be is decided in the noisiest steps.
 */
export function shiftedTimestep(timestep: number, timesteps: number, shift: number): number {
  const t = (timestep + 0.5) / timesteps;
  return Math.floor((timesteps * (shift * t)) / (1 + (shift - 1) * t));
}

/** Noise of sample `index`: `count` unit normals for the training noise, or for sampling the VAE's posterior. */
export function drawNoise(
  seed: number,
  purpose: 'noise' | 'posterior',
  index: number,
  count: number,
): Float32Array {
  return randomStream(seed, purpose, index).normals(count);
}

/** Frames of a clip that training needs, as they are and mirrored; numbers in ascending order. */
export interface NeededFrames {
  readonly plain: readonly number[];
  readonly flipped: readonly number[];
}

/** For each clip the frames that the first `samples` samples need. */
export function neededFrames(plan: DrawPlan, samples: number): NeededFrames[] {
  const needed = plan.starts.map(() => ({ plain: new Set<number>(), flipped: new Set<number>() }));
  for (let index = 0; index < samples; index++) {
    const { clip, frames, flipped } = drawSample(plan, index);
    const set = needed[clip]![flipped ? 'flipped' : 'plain'];
    for (const frame of frames) set.add(frame);
  }
  const sorted = (set: Set<number>) => [...set].sort((a, b) => a - b);
  return needed.map(({ plain, flipped }) => ({ plain: sorted(plain), flipped: sorted(flipped) }));
}
