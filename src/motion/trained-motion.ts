/** @file What a training gives and networks take. */
import type { FloatTensor } from '../graph/host-tensor.ts';
import type { MotionVariant } from './variant.ts';

/** Trained parameters by name, of one motion or of a combination (see `combineMotions`). */
export type MotionValues = ReadonlyMap<string, FloatTensor>;

/** A motion in the form that networks take: its trained values and their variant of the method. */
export interface TrainedMotion {
  readonly variant: MotionVariant;
  readonly values: MotionValues;
}
