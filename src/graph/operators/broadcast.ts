/** @file NumPy's broadcasting rule and its transpose. */
import type { Shape } from '../host-tensor.ts';
import { sameShape } from '../host-tensor.ts';
import { ShapeError } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { reduceSum } from './reduce-sum.ts';
import { reshape } from './reshape.ts';

/** The shape that `a` and `b` broadcast to. Throws `ShapeError` when they do not. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(`shapes [${a}] and [${b}] do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

/** Sums a tensor over the axes along which `shape` was broadcast to it: the gradient of broadcasting. */
export function sumTo(tensor: Tensor, shape: Shape): Tensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  const added = tensor.shape.length - shape.length;
  const axes = tensor.shape.flatMap((size, axis) =>
    axis < added || (shape[axis - added] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(axes.length > 0 ? reduceSum(tensor, axes) : tensor, shape);
}
