/**
 * @file Random draws of training samples. Each depends only on the seed and the sample's index, so that a resumed
 * training sees the same samples as an uninterrupted one, and the required frames are known before it begins.
 */
import { type RandomStream, randomStream } from '../../diffusion/random.ts';
import { plainView, type View, viewName } from './view.ts';

/** Number of augmented views per clip with its own scene. */
const VIEWS = 25;
/** Largest absolute logarithm of the gamma exponent of a recoloured channel. */
const LARGEST_GAMMA = 0.35;

/** Settings of the draws. */
export interface DrawPlan {
  readonly seed: number;
  /** For each clip, the number of possible first frames of a video. */
  readonly starts: readonly number[];
  /** Frames of a video. */
  readonly frames: number;
  /** Every n-th frame is taken. */
  readonly stride: number;
  /** Indices of the frames of a clip's video that begins at `start`; default every `stride`-th frame from there on. */
  readonly framesFrom?: (clip: number, start: number) => readonly number[];
  readonly shuffle: boolean;
  readonly flipProbability: number;
  /** Largest random translation in pixels, horizontally and vertically; default none. */
  readonly reach?: { readonly across: number; readonly down: number };
  /** Fraction of the views whose colours are changed; default 0. */
  readonly recolour?: number;
  /** Copy-paste augmentation: objects in front of other scenes; default none. */
  readonly copyPaste?: CopyPastePlan | undefined;
  /** Number of timesteps of the noise schedule. */
  readonly timesteps: number;
  /** See `shiftedTimestep`; default 1: uniform timesteps. */
  readonly timestepShift?: number;
  /** Lower bound of drawn timesteps; default 0. */
  readonly lowestTimestep?: number;
}

/** Settings of copy-paste augmentation. */
export interface CopyPastePlan {
  /** Fraction of such samples among those of a clip whose object can be cut out; below 1. */
  readonly share: number;
  /** For each clip, whether its object can be cut out. */
  readonly cut: readonly boolean[];
  /** Number of scenes. */
  readonly scenes: number;
}

/** One training sample. */
export interface Draw {
  /** Number of the clip. */
  readonly clip: number;
  /** Numbers of the clip's frames, in order. */
  readonly frames: readonly number[];
  /** View of all frames. */
  readonly view: View;
  readonly timestep: number;
}

/** Draws sample `index`, counted from 0. Each epoch uses every clip once. */
export function drawSample(plan: DrawPlan, index: number): Draw {
  const { seed, starts, frames, stride } = plan;
  const round = Math.floor(index / starts.length);
  const place = index % starts.length;
  const clip = plan.shuffle ? randomStream(seed, 'clip order', round).shuffle(starts.length)[place]! : place;
  const random = randomStream(seed, 'sample', index);
  const start = random.integer(starts[clip]!);
  const flipped = random.uniform() < plan.flipProbability;
  const lowest = plan.lowestTimestep ?? 0;
  const range = plan.timesteps - lowest;
  const timestep = lowest + shiftedTimestep(random.integer(range), range, plan.timestepShift ?? 1);
  return {
    clip,
    frames:
      plan.framesFrom?.(clip, start) ?? Array.from({ length: frames }, (_, frame) => start + frame * stride),
    view: { ...plainView, flipped, ...otherView(plan, clip, random) },
    timestep,
  };
}

/**
 * One of the clip's views. Their number is limited, which bounds how often a frame is encoded. View 0 is the unchanged
 * clip, the next ones are translated and recoloured as a whole, and the last ones have the object pasted onto another
 * scene. Recolouring swaps the channels and brightens or darkens each, so that the model cannot memorise which object
 * stands before which background.
 */
function otherView(
  { seed, reach, recolour = 0, copyPaste }: DrawPlan,
  clip: number,
  random: RandomStream,
): Omit<View, 'flipped'> | undefined {
  const pasted = copyPaste?.cut[clip] ? Math.round((VIEWS * copyPaste.share) / (1 - copyPaste.share)) : 0;
  if (!reach && !recolour && pasted === 0) return undefined;
  const choice = random.integer(VIEWS + pasted);
  if (choice === 0) return undefined;
  const stream = randomStream(seed, 'movement', clip, choice);
  const within = (most = 0) => Math.round(most * either(stream)) || 0;
  const moved = { right: within(reach?.across), down: within(reach?.down) };
  const colours = otherColours(stream, recolour);
  if (choice < VIEWS) return { ...moved, ...colours };
  const index = stream.integer(copyPaste!.scenes);
  const flipped = stream.uniform() < 0.5;
  return { ...moved, ...colours, scene: { index, flipped, ...otherColours(stream, recolour) } };
}

function otherColours(stream: RandomStream, share: number): Pick<View, 'colours'> {
  if (stream.uniform() >= share) return {};
  const order = stream.shuffle(3) as [number, number, number];
  const gamma = () => Math.exp(LARGEST_GAMMA * either(stream));
  return { colours: { order, gamma: [gamma(), gamma(), gamma()] } };
}

/** A uniform random number from −1 to 1. */
function either(stream: RandomStream): number {
  return 2 * stream.uniform() - 1;
}

/**
 * A timestep shifted towards more noise (shift above 1) or less (below 1): `t' = s·t / (1 + (s − 1)·t)` for t in 0…1
 * (Esser et al. 2024, arXiv 2403.03206, eq. 23). The noisiest steps decide where an object will be.
 */
export function shiftedTimestep(timestep: number, timesteps: number, shift: number): number {
  const t = (timestep + 0.5) / timesteps;
  return Math.floor((timesteps * (shift * t)) / (1 + (shift - 1) * t));
}

/** Noise of sample `index`: `count` standard normals, for the training noise or for sampling the VAE's posterior. */
export function drawNoise(
  seed: number,
  purpose: 'noise' | 'posterior',
  index: number,
  count: number,
): Float32Array {
  return randomStream(seed, purpose, index).normals(count);
}

/** Frames of a clip that the training needs in one view, as indices in ascending order. */
export interface NeededFrames {
  readonly view: View;
  readonly frames: readonly number[];
}

/** For each clip, the frames needed by the first `samples` samples, grouped by view. */
export function neededFrames(plan: DrawPlan, samples: number): NeededFrames[][] {
  const needed = plan.starts.map(() => new Map<string, { view: View; frames: Set<number> }>());
  for (let index = 0; index < samples; index++) {
    const { clip, frames, view } = drawSample(plan, index);
    const name = viewName(view);
    const known = needed[clip]!.get(name) ?? { view, frames: new Set() };
    for (const frame of frames) known.frames.add(frame);
    needed[clip]!.set(name, known);
  }
  return needed.map((views) =>
    [...views.values()].map(({ view, frames }) => ({ view, frames: [...frames].sort((a, b) => a - b) })),
  );
}
