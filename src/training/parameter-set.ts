/** @file Trained parameters in memory, as one contiguous array for the optimiser. */
import { CheckpointError } from '../errors.ts';
import { type FloatTensor, floats, type Shape, sameShape, sizeOf } from '../graph/host-tensor.ts';
import { input, type Tensor } from '../graph/tensor.ts';

/** Name and shape of a parameter. */
export interface ParameterShape {
  readonly name: string;
  readonly shape: Shape;
}

/** Named tensors stored consecutively in one array. */
export class ParameterSet {
  readonly shapes: readonly ParameterShape[];
  /** All values, in the order of `shapes`. */
  readonly flat: Float32Array;
  /** Each parameter as a view of `flat`. */
  readonly views: ReadonlyMap<string, FloatTensor>;

  constructor(shapes: readonly ParameterShape[]) {
    this.shapes = shapes;
    this.flat = new Float32Array(shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
    let offset = 0;
    this.views = new Map(
      shapes.map(({ name, shape }) => {
        const size = sizeOf(shape);
        const view = floats(this.flat.subarray(offset, offset + size), shape);
        offset += size;
        return [name, view];
      }),
    );
  }

  /** A set with the same names and shapes, filled with zeros. */
  zeros(): ParameterSet {
    return new ParameterSet(this.shapes);
  }

  /**
   * Copies values into all parameters, by name. Throws `CheckpointError` when one is missing or has the wrong shape.
   */
  set(values: ReadonlyMap<string, FloatTensor>): void {
    for (const { name, shape } of this.shapes) {
      const found = values.get(name);
      if (!found || !sameShape(found.shape, shape)) {
        throw new CheckpointError({
          found: `the weights to begin with: "${name}" is ${found ? `[${found.shape}]` : 'missing'}`,
          expected: `[${shape}]`,
        });
      }
      this.views.get(name)!.data.set(found.data);
    }
  }

  /** One graph input per parameter, under the parameter's name. */
  inputs(): Map<string, Tensor> {
    return new Map(this.shapes.map(({ name, shape }) => [name, input(name, shape)]));
  }

  /** The values as inputs of a graph. */
  values(): Record<string, FloatTensor> {
    return Object.fromEntries(this.views);
  }
}

/** Adds `factor · values` to `sum`, in place. Both have the same length. */
export function addScaled(sum: Float32Array, values: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + factor * values[i]!;
}
