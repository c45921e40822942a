/**
 * @file Layers of neural networks computed from their formulas, in f64 and plain loops, independent of the package's
 * own code, for comparison with graphs.
 */
import type { FloatTensor } from '../graph/host-tensor.ts';

/** Rows of numbers: one per token, or one per pixel. */
export type Rows = readonly (readonly number[])[];

/** A picture: one row of channels per pixel. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly rows: Rows;
}

/** Elementwise sum. */
export const plus = (a: Rows, b: Rows): Rows => a.map((row, i) => row.map((x, j) => x + b[i]![j]!));
/** x · σ(x). */
export const silu = (x: number) => x / (1 + Math.exp(-x));
/** Applies a function to each number. */
export const each = (rows: Rows, f: (x: number) => number): Rows => rows.map((row) => row.map(f));

/** x · Φ(x), with the normal distribution's series (Abramowitz & Stegun 26.2.10). */
export function gelu(x: number): number {
  if (Math.abs(x) > 6) return x > 0 ? x : 0;
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= -(x * x) / (2 * n);
    sum += term / (2 * n + 1);
  }
  return x * (0.5 + sum / Math.sqrt(2 * Math.PI));
}

/** Layers that find their weights by name. */
export class ReferenceLayers {
  readonly #weights: ReadonlyMap<string, FloatTensor>;

  constructor(weights: ReadonlyMap<string, FloatTensor>) {
    this.#weights = weights;
  }

  has(name: string): boolean {
    return this.#weights.has(name);
  }

  value(name: string): FloatTensor {
    const found = this.#weights.get(name);
    if (!found) throw new Error(`the reference needs "${name}"`);
    return found;
  }

  linear(name: string, x: Rows): Rows {
    const { shape, data } = this.value(`${name}.weight`);
    const [out, width] = shape as [number, number];
    const bias = this.has(`${name}.bias`) ? this.value(`${name}.bias`).data : new Float32Array(out);
    return x.map((row) => {
      if (row.length !== width) throw new Error(`"${name}" takes ${width} numbers, found ${row.length}`);
      return Array.from(bias, (b, o) => row.reduce((sum, xi, i) => sum + xi * data[o * width + i]!, b));
    });
  }

  layerNorm(name: string, x: Rows): Rows {
    return x.map((row) => this.#scaled(name, row, normal([...row], 1e-5)));
  }

  groupNorm(name: string, x: Pixels, groups: number, epsilon: number): Rows {
    const size = x.rows[0]!.length / groups;
    const normals = Array.from({ length: groups }, (_, g) =>
      normal(
        x.rows.flatMap((row) => row.slice(g * size, (g + 1) * size)),
        epsilon,
      ),
    );
    return x.rows.map((row, pixel) => {
      const parts = normals.flatMap((values) => values.slice(pixel * size, (pixel + 1) * size));
      return this.#scaled(name, row, parts);
    });
  }

  #scaled(name: string, row: readonly number[], normal: readonly number[]): number[] {
    const [gain, bias] = [this.value(`${name}.weight`).data, this.value(`${name}.bias`).data];
    return row.map((_, i) => normal[i]! * gain[i]! + bias[i]!);
  }

  /** 3×3 with zero padding of one pixel, or 1×1; `stride` 1 or 2. */
  conv(name: string, x: Pixels, stride = 1): Pixels {
    const { shape, data } = this.value(`${name}.weight`);
    const [out, channels, side] = shape as [number, number, number];
    const bias = this.value(`${name}.bias`).data;
    const [height, width] = [Math.ceil(x.height / stride), Math.ceil(x.width / stride)];
    const reach = (side - 1) / 2;
    const rows = Array.from({ length: height * width }, (_, pixel) => {
      const [top, left] = [Math.floor(pixel / width) * stride - reach, (pixel % width) * stride - reach];
      const sums = [...bias];
      for (let i = 0; i < side * side; i++) {
        const [y, column] = [top + Math.floor(i / side), left + (i % side)];
        if (y < 0 || column < 0 || y >= x.height || column >= x.width) continue;
        const from = x.rows[y * x.width + column]!;
        for (let o = 0; o < out; o++) {
          for (let c = 0; c < channels; c++)
            sums[o]! += from[c]! * data[(o * channels + c) * side * side + i]!;
        }
      }
      return sums;
    });
    return { height, width, rows };
  }

  /** Multi-head softmax attention; `causal`: not to later rows. */
  attend(q: Rows, k: Rows, v: Rows, heads: number, causal = false): Rows {
    const width = q[0]!.length / heads;
    return q.map((row, i) =>
      Array.from({ length: heads }, (_, head) => {
        const from = head * width;
        const weights = (causal ? k.slice(0, i + 1) : k).map((key) => {
          let dot = 0;
          for (let c = from; c < from + width; c++) dot += row[c]! * key[c]!;
          return Math.exp(dot / Math.sqrt(width));
        });
        const total = weights.reduce((a, b) => a + b);
        return Array.from({ length: width }, (_, c) =>
          weights.reduce((sum, weight, j) => sum + (weight / total) * v[j]![from + c]!, 0),
        );
      }).flat(),
    );
  }
}

function normal(values: readonly number[], epsilon: number): number[] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return values.map((x) => (x - mean) / Math.sqrt(variance + epsilon));
}
