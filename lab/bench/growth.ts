/** @file How the time of a step grows with its arithmetic: a straight line through measured cases. */
import type { BenchResult } from './cases.ts';

/** What a line says of the cases: `seconds · ceiling = flops / efficiency + fixed`. */
export interface Growth {
  /** Share of the ceiling that additional operations reach, those of recomputing counted. */
  readonly efficiency: number;
  /** What every step takes besides, whatever its shape, as operations at the ceiling: the weights, mainly. */
  readonly fixed: number;
  /** For each case, the line's time by the measured one. */
  readonly ratios: readonly number[];
}

type Point = Pick<BenchResult, 'allFlops' | 'seconds' | 'matmul' | 'convolution'>;

/** The line with the least squares of relative errors. Times are compared with the ceiling measured beside each. */
export function growth(points: readonly Point[]): Growth {
  const rows = points.map(({ allFlops, seconds, matmul, convolution }) => {
    const work = seconds * Math.max(matmul, convolution);
    return { flops: allFlops / work, one: 1 / work };
  });
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  const [ff, fo, oo] = [sum((r) => r.flops ** 2), sum((r) => r.flops * r.one), sum((r) => r.one ** 2)];
  const [f, o] = [sum((r) => r.flops), sum((r) => r.one)];
  const determinant = ff * oo - fo * fo;
  const slope = (f * oo - o * fo) / determinant;
  const fixed = (ff * o - fo * f) / determinant;
  return {
    efficiency: 1 / slope,
    fixed,
    ratios: rows.map(({ flops, one }) => slope * flops + fixed * one),
  };
}

/** A paragraph for each kind of work. */
export function fitGrowth(results: readonly BenchResult[]): string[] {
  const kinds = [...new Set(results.map(({ name }) => name.split(':')[0]!))];
  return kinds.flatMap((kind) => {
    const points = results.filter(({ name }) => name.startsWith(`${kind}:`));
    if (points.length < 3) return [];
    const { efficiency, fixed, ratios } = growth(points);
    return [
      '',
      `${kind}: operations reach ${(100 * efficiency).toFixed(0)} % of the ceiling; besides, every step takes as long as ${(fixed / 1e9).toFixed(0)} GFLOP at the ceiling`,
      `line by measurement: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
    ];
  });
}
