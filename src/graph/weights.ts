/** @file Named weights, looked up by the key names of the checkpoint. */
import type { Tensor } from './tensor.ts';

/**
 * A place in the tree of a checkpoint's key names: `w.scope('attn1').scope('to_q')` stands for `….attn1.to_q.`, and
 * `.tensor('weight')` for the tensor of that name. Models read every size from the tensors they find.
 */
export class Weights {
  readonly #find: (name: string) => Tensor | undefined;
  /** The key names' common beginning, with the final dot. Empty at the top. */
  readonly prefix: string;

  /** @param find returns the tensor of a full key name, the same one every time; undefined when there is none */
  constructor(find: (name: string) => Tensor | undefined, prefix = '') {
    this.#find = find;
    this.prefix = prefix;
  }

  /** The part of the tree below `name`. */
  scope(name: string | number): Weights {
    return new Weights(this.#find, `${this.prefix}${name}.`);
  }

  /** Whether there is a tensor of this name here. */
  has(name: string): boolean {
    return this.#find(this.prefix + name) !== undefined;
  }

  /** The tensor of this name, or undefined. */
  optional(name: string): Tensor | undefined {
    return this.#find(this.prefix + name);
  }

  /** The tensor of this name. Throws `MissingWeightError`. */
  tensor(name: string): Tensor {
    const tensor = this.#find(this.prefix + name);
    if (!tensor) throw new MissingWeightError(this.prefix + name);
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
