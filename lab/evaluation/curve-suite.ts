/** @file How well a motion is learned after more and more steps of one training. */
import { type MotionResult, type MotionSuiteOptions, resultOf } from './motion-suite.ts';

/** Inputs of the suite. */
export interface CurveSuiteOptions extends Omit<MotionSuiteOptions, 'steps'> {
  /** Numbers of steps after which each training is measured. Its rate is constant. */
  readonly at: readonly number[];
}

/** The result of a row and a motion after so many steps. */
export interface CurveResult extends MotionResult {
  readonly step: number;
}

/** Trains every row on every motion to the last of the steps; results are in the order of rows, motions, steps. */
export async function runCurveSuite({ at, ...options }: CurveSuiteOptions): Promise<CurveResult[]> {
  const steps = [...new Set(at)].sort((a, b) => a - b);
  const last = steps.at(-1)!;
  const results: CurveResult[] = [];
  for (const row of options.rows) {
    for (const motion of options.motions) {
      for (const step of steps) {
        const result = await resultOf(row, motion, { ...options, steps: last }, { step, last });
        results.push({ ...result, step });
      }
    }
  }
  return results;
}
