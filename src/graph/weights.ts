/** @file Named weights, looked up by the key names of the checkpoint. */
import { type Shape, sameShape } from './host-tensor.ts';
import { ShapeError } from './operator.ts';
import { input, type Tensor } from './tensor.ts';

/**
 * Finds the tensor of a full key name, the same one every time; undefined when there is none. `shape` is what the model
 * expects: a source that makes its tensors needs it, one that reads them need not look at it.
 */
export type FindWeight = (name: string, shape?: Shape) => Tensor | undefined;

/**
 * A place in the tree of a checkpoint's key names: `w.scope('attn1').scope('to_q')` stands for `….attn1.to_q.`, and
 * `.tensor('weight', shape)` for the tensor of that name. A model states the shape it expects with every tensor it takes,
 * so that a checkpoint that does not fit is named, and so that the model itself can say which weights it has.
 */
export class Weights {
  readonly #find: FindWeight;
  /** The key names' common beginning, with the final dot. Empty at the top. */
  readonly prefix: string;

  constructor(find: FindWeight, prefix = '') {
    this.#find = find;
    this.prefix = prefix;
  }

  /** The part of the tree below `name`. */
  scope(name: string | number): Weights {
    return new Weights(this.#find, `${this.prefix}${name}.`);
  }

  /** Whether there is a tensor of this name here. */
  has(name: string): boolean {
    return this.optional(name) !== undefined;
  }

  /** The tensor of this name, whatever its shape; `undefined` when there is none. */
  optional(name: string): Tensor | undefined {
    return this.#find(this.prefix + name);
  }

  /** The tensor of this name. Throws `MissingWeightError`, or `ShapeError` when it has another shape. */
  tensor(name: string, shape: Shape): Tensor {
    const full = this.prefix + name;
    const tensor = this.#find(full, shape);
    if (!tensor) throw new MissingWeightError(full);
    if (!sameShape(tensor.shape, shape)) {
      throw new ShapeError(`tensor "${full}" is [${tensor.shape}], expected [${shape}]`);
    }
    return tensor;
  }
}

/** A model asked for a weight that its checkpoint does not have. */
export class MissingWeightError extends Error {
  override readonly name = 'MissingWeightError';
  readonly weight: string;

  constructor(weight: string) {
    super(`tensor "${weight}" is missing`);
    this.weight = weight;
  }
}

/** Names and shapes of the weights that a model takes, in the order it takes them; `build` is the model on any inputs. */
export function weightsTakenBy(build: (w: Weights) => unknown): Map<string, Shape> {
  const taken = new Map<string, Tensor>();
  const find: FindWeight = (name, shape) => {
    if (!taken.has(name) && shape) taken.set(name, input(name, shape));
    return taken.get(name);
  };
  build(new Weights(find));
  return new Map([...taken].map(([name, { shape }]) => [name, shape]));
}
