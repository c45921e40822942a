import { expect, test } from 'vitest';
import { lossGradients } from '../../src/graph/differentiate.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { input } from '../../src/graph/tensor.ts';
import { compile } from '../../src/runtime/program.ts';
import { crossEntropy } from './cross-entropy.ts';

test('loss and gradient equal the formulas, also for saturated logits', async () => {
  const rows = [
    [1, 2, 0.5],
    [200, -200, 0],
    [-1, 3, 3],
  ];
  const targets = [
    [0, 1, 0],
    [0, 1, 0],
    [0.5, 0.5, 0],
  ];
  const [logits, wanted] = [input('logits', [3, 3]), input('targets', [3, 3])];
  const loss = crossEntropy(logits, wanted);
  const [gradient] = lossGradients(loss, [logits]);
  const program = await compile({ loss, gradient: gradient! });
  const found = await program.run({
    logits: floats(Float32Array.from(rows.flat()), [3, 3]),
    targets: floats(Float32Array.from(targets.flat()), [3, 3]),
  });
  await program.dispose();
  const shares = rows.map((row) => {
    const total = row.reduce((sum, value) => sum + Math.exp(value - Math.max(...row)), 0);
    return row.map((value) => Math.exp(value - Math.max(...row)) / total);
  });
  // The middle row's logarithm is limited to that of 1e-9.
  const terms = rows.map((_, i) =>
    targets[i]!.reduce((sum, target, j) => sum - target * Math.log(shares[i]![j]! + 1e-9), 0),
  );
  expect(found.loss!.data[0]).toBeCloseTo((terms[0]! + terms[1]! + terms[2]!) / 3, 4);
  for (const i of [0, 2]) {
    for (const j of [0, 1, 2]) {
      expect(found.gradient!.data[3 * i + j]).toBeCloseTo((shares[i]![j]! - targets[i]![j]!) / 3, 5);
    }
  }
  expect([...(found.gradient!.data as Float32Array)].every(Number.isFinite)).toBe(true);
});
