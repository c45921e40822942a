import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { allOperators } from '../graph/operator.ts';
import { checkGradient } from './gradient-check.ts';

const source = fileURLToPath(new URL('..', import.meta.url));
const folder = join(source, 'graph', 'operators');

// Every file of the folder, so that an operator that `index.ts` does not export yet is checked as well.
await import('../graph/operators/index.ts');
const exported = allOperators();
const files = (await readdir(folder)).filter((name) => /(?<!\.test)\.ts$/.test(name));
for (const name of files) await import(join(folder, name));

/** f32 differences of fourth order are good to about 1e-4 on these shapes. */
const tolerance = 1e-3;

// Another device can be checked with LAMP_TEST_DEVICE=webgpu or =cuda.
const device = (process.env.LAMP_TEST_DEVICE ?? 'cpu') as 'cpu' | 'webgpu' | 'cuda';

test('every operator is defined in graph/operators and exported by its index.ts', async () => {
  expect(allOperators().map(({ name }) => name)).toEqual(exported.map(({ name }) => name));
  const everywhere = (await readdir(source, { recursive: true })).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  );
  const texts = await Promise.all(
    everywhere.map(async (name) => [name, await readFile(join(source, name), 'utf8')] as const),
  );
  const defining = texts
    .filter(([, text]) => /(?<!function )\b(defineOperator|unary|binary)[<(]/.test(text))
    .map(([name]) => name);
  expect(defining.length).toBeGreaterThan(20);
  expect(defining.filter((name) => !name.startsWith(join('graph', 'operators')))).toEqual([]);
});

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
