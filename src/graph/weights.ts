/** @file Named weights, looked up by the checkpoint's key names. */
import { type Shape, sameShape } from './host-tensor.ts';
import { ShapeError } from './operator.ts';
import { input, type Tensor } from './tensor.ts';

/**
 * Returns the tensor with a full key name, the same one every time, or `undefined` when there is none. `shape` is the
 * shape the model expects: needed by sources that create tensors, ignored by those that read them.
 */
export type FindWeight = (name: string, shape?: Shape) => Tensor | undefined;

/**
 * A place in the tree of a checkpoint's key names: `w.scope('attn1').scope('to_q')` stands for `….attn1.to_q.`, and
 * `.tensor('weight', shape)` for the tensor of that name. A model states the expected shape of every tensor it uses, so
 * that a mismatch with the checkpoint is reported by name, and so that the weights of a model can be listed.
 */
export class Weights {
  readonly #find: FindWeight;
  /** Common prefix of the key names, with the final dot. Empty at the root. */
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

  /** The tensor of this name. Throws `MissingWeightError`, or `WrongShapeError` when it has another shape. */
  tensor(name: string, shape: Shape): Tensor {
    const full = this.prefix + name;
    const tensor = this.#find(full, shape);
    if (!tensor) throw new MissingWeightError(full);
    if (!sameShape(tensor.shape, shape)) {
      throw new WrongShapeError(full, tensor.shape, shape);
    }
    return tensor;
  }
}

/** A weight has another shape than the model expects. */
export class WrongShapeError extends ShapeError {
  readonly found: string;
  readonly expected: string;

  constructor(weight: string, found: Shape, expected: Shape) {
    super(`tensor "${weight}" is [${found}], expected [${expected}]`);
    this.found = `tensor "${weight}" is [${found}]`;
    this.expected = `[${expected}]`;
  }
}

/** A weight that a model needs and its checkpoint lacks. */
export class MissingWeightError extends Error {
  override readonly name = 'MissingWeightError';
  readonly weight: string;

  constructor(weight: string) {
    super(`tensor "${weight}" is missing`);
    this.weight = weight;
  }
}

/** Names and shapes of the weights a model uses, in order of use; `build` applies the model to any inputs. */
export function weightsTakenBy(build: (w: Weights) => unknown): Map<string, Shape> {
  const taken = new Map<string, Tensor>();
  const find: FindWeight = (name, shape) => {
    if (!taken.has(name) && shape) taken.set(name, input(name, shape));
    return taken.get(name);
  };
  build(new Weights(find));
  return new Map([...taken].map(([name, { shape }]) => [name, shape]));
}
