/** @file Compares computed values with a fixture's. */
import type { HostTensor } from '../../src/graph/host-tensor.ts';

/** The result of one fixture. */
export interface FixtureResult {
  /** The largest error, in the fixture's measure. */
  readonly error: number;
  readonly tolerance: number;
  /** The kind of error, and where the largest was found. */
  readonly detail: string;
}

/** Collects errors; the one that is largest relative to its tolerance is the fixture's result. */
export class Comparison {
  #worst: FixtureResult = { error: 0, tolerance: 0, detail: 'nothing compared' };
  #count = 0;

  /** The largest absolute error as a fraction of the reference's standard deviation. */
  absolute(name: string, found: HostTensor, expected: HostTensor | undefined, tolerance: number): void {
    const [a, b] = pair(name, found, expected);
    let largest = 0;
    for (let i = 0; i < a.length; i++) largest = Math.max(largest, distance(a[i]!, b[i]!));
    this.add(`${name}: largest error / standard deviation`, largest / (deviation(b) || 1), tolerance);
  }

  /** Relative error in the Euclidean norm. A reference of zeros must be met exactly. */
  relative(name: string, found: HostTensor, expected: HostTensor | undefined, tolerance: number): void {
    const [a, b] = pair(name, found, expected);
    let [difference, total] = [0, 0];
    for (let i = 0; i < a.length; i++) {
      difference += distance(a[i]!, b[i]!) ** 2;
      total += b[i]! ** 2;
    }
    const error =
      total === 0 ? (difference === 0 ? 0 : Number.POSITIVE_INFINITY) : Math.sqrt(difference / total);
    this.add(`${name}: relative L2 error`, error, tolerance);
  }

  /** The number of values that differ. */
  exact(name: string, found: HostTensor, expected: HostTensor | undefined): void {
    const [a, b] = pair(name, found, expected);
    let different = 0;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) different++;
    this.add(`${name}: values that differ`, different, 0);
  }

  /** Adds an error measured elsewhere. */
  add(detail: string, error: number, tolerance: number): void {
    const badness = (r: FixtureResult) =>
      Number.isNaN(r.error)
        ? Number.POSITIVE_INFINITY
        : r.error <= r.tolerance
          ? r.error / (r.tolerance || 1)
          : 1e9 + r.error;
    const result = { error, tolerance, detail };
    if (this.#count++ === 0 || badness(result) > badness(this.#worst)) this.#worst = result;
  }

  /** The worst of all. Fails if nothing was compared. */
  result(): FixtureResult {
    return this.#count > 0 ? this.#worst : { ...this.#worst, error: Number.POSITIVE_INFINITY };
  }
}

function pair(
  name: string,
  found: HostTensor,
  expected: HostTensor | undefined,
): [number[] | Float32Array, number[] | Float32Array] {
  if (!expected) throw new Error(`the fixture has no "${name}"`);
  if (found.data.length !== expected.data.length) {
    throw new Error(`"${name}" is [${found.shape}], the fixture's [${expected.shape}]`);
  }
  const numbers = (tensor: HostTensor) =>
    tensor.dtype === 'int64' ? Array.from(tensor.data, Number) : tensor.data;
  return [numbers(found), numbers(expected)];
}

function distance(a: number, b: number): number {
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function deviation(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    squares += values[i]! ** 2;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
}
