import { describe, expect, test } from 'vitest';
import { allOperators } from '../graph/operator.ts';
import '../graph/operators/index.ts';
import { checkGradient } from './gradient-check.ts';

/** f32 differences of fourth order are good to about 1e-4 on these shapes. */
const tolerance = 1e-3;

// Another device can be checked with LAMP_TEST_DEVICE=webgpu or =cuda.
const device = (process.env.LAMP_TEST_DEVICE ?? 'cpu') as 'cpu' | 'webgpu' | 'cuda';

describe(`every operator's gradient equals central finite differences (${device})`, () => {
  for (const operator of allOperators()) {
    test.each(operator.examples.map((example, i) => [i, example] as const))(
      `${operator.name}, example %i`,
      async (_, example) => {
        for (const { input, relativeError } of await checkGradient(operator, example, device)) {
          expect(relativeError, `input ${input}`).toBeLessThan(tolerance);
        }
      },
    );
  }
});
