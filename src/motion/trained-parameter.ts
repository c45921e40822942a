/** @file Description of a trained parameter. */
import type { Shape } from '../graph/host-tensor.ts';

/** A trained parameter: its name in the video U-Net, its shape and its initialisation. */
export interface TrainedParameter {
  readonly name: string;
  readonly shape: Shape;
  /**
   * `zeros`; `base`: the image model's own values; `uniform`: uniform in ±1/√inputs; `unit`: uniform in ±√(3/inputs),
   * which preserves variance.
   */
  readonly initial: 'zeros' | 'base' | 'uniform' | 'unit';
}
