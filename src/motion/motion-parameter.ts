/** @file What a trained parameter is. */
import type { Shape } from '../graph/host-tensor.ts';

/** A trained parameter: its name in the video U-Net, its shape, and how it starts. */
export interface MotionParameter {
  readonly name: string;
  readonly shape: Shape;
  /**
   * `base`: the image model's own values; `uniform`: ±1/√inputs; `unit`: ±√(3/inputs), which keeps the variance of what goes
   * through; the rest is as it says.
   */
  readonly initial: 'zeros' | 'base' | 'uniform' | 'unit';
}
