/** @file Whether a training step keeps its inner values or computes them again. */
import type { TrainingSettings } from './settings.ts';

/** What a step is computed on. */
export interface StepSize {
  readonly videos: number;
  readonly frames: number;
  /** Latent pixels of a frame, height times width. */
  readonly pixels: number;
  /** Channels of the U-Net's outermost level. */
  readonly channels: number;
}

/** Values of one inner tensor above which `auto` saves memory: about 200 such tensors are kept, 4 bytes each. */
const LARGE = 8e6;

/** Decides `auto`: recompute where keeping the inner values would take more than some 6 GiB. */
export function chooseRecompute(choice: TrainingSettings['recompute'], size: StepSize): boolean {
  if (choice !== 'auto') return choice === 'on';
  return size.videos * size.frames * size.pixels * size.channels > LARGE;
}
