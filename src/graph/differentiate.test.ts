import { describe, expect, test } from 'vitest';
import { compile } from '../runtime/program.ts';
import { graphCost } from './cost.ts';
import { lossGradients } from './differentiate.ts';
import { type FloatTensor, floats } from './host-tensor.ts';
import { add, exp, matmul, mul, reduceSum, reshape, scale, sigmoid, silu, slice } from './operators/index.ts';
import { recomputed } from './region.ts';
import { input, scalar, type Tensor } from './tensor.ts';

const values = (...numbers: number[]) => floats(Float32Array.from(numbers));

async function evaluate(
  outputs: Record<string, Tensor>,
  given: Record<string, FloatTensor>,
): Promise<Record<string, number[]>> {
  const program = await compile(outputs);
  const found = await program.run(given);
  await program.dispose();
  return Object.fromEntries(
    Object.entries(found).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}

describe('gradients', () => {
  test('of a tensor used several times are added up', async () => {
    const x = input('x', [2]);
    const loss = reduceSum(add(mul(x, x), scale(x, 3)));
    const [dx] = lossGradients(loss, [x]);
    expect(await evaluate({ dx: dx! }, { x: values(1, -2) })).toEqual({ dx: [5, -1] });
  });

  test('with respect to something the loss does not depend on are zeros of its shape', async () => {
    const [x, other] = [input('x', [1]), input('other', [2, 1])];
    const [zero] = lossGradients(reduceSum(mul(x, x)), [other]);
    expect(zero!.shape).toEqual([2, 1]);
    expect(await evaluate({ zero: zero! }, {})).toEqual({ zero: [0, 0] });
  });

  test('pass through values in the middle of the graph', async () => {
    const x = input('x', [2]);
    const middle = exp(x);
    const [slope] = lossGradients(reduceSum(mul(middle, middle)), [middle]);
    const { slope: found } = await evaluate({ slope: slope! }, { x: values(0, 1) });
    expect(found![0]).toBeCloseTo(2, 5);
    expect(found![1]).toBeCloseTo(2 * Math.E, 5);
  });

  test('skip paths that were not requested', () => {
    const [x, frozen] = [input('x', [64, 64]), input('frozen', [64, 64])];
    const loss = reduceSum(matmul(x, frozen));
    const one = graphCost(lossGradients(loss, [x])).flops;
    const both = graphCost(lossGradients(loss, [x, frozen])).flops;
    expect(both).toBe(2 * one);
  });

  test('of a loss that is not a scalar are refused', () => {
    const x = input('x', [3]);
    expect(() => lossGradients(x, [x])).toThrow('only a scalar loss can be differentiated; found shape [3]');
  });
});

describe('a recomputed region', () => {
  const w = input('w', [8, 8]);
  const layer = (x: Tensor) => silu(matmul(sigmoid(matmul(silu(matmul(x, w)), w)), w));
  const build = (wrap: (make: () => Tensor) => Tensor) => {
    const x = input('x', [400, 8]);
    let y = x;
    for (let i = 0; i < 6; i++) {
      const before = y;
      y = wrap(() => add(before, layer(before)));
    }
    const loss = reshape(reduceSum(mul(y, scalar(0.01))), []);
    return { loss, dw: lossGradients(loss, [w])[0]! };
  };
  const plain = build((make) => make());
  const again = build(recomputed);

  test('gives the very same loss and gradients', async () => {
    const given = {
      x: floats(
        Float32Array.from({ length: 3200 }, (_, i) => Math.sin(i)),
        [400, 8],
      ),
      w: floats(
        Float32Array.from({ length: 64 }, (_, i) => Math.cos(i) / 3),
        [8, 8],
      ),
    };
    expect(await evaluate(again, given)).toEqual(await evaluate(plain, given));
  });

  test('needs less memory and more arithmetic', () => {
    const [kept, recomputedCost] = [plain, again].map(({ loss, dw }) => graphCost([loss, dw])) as [
      ReturnType<typeof graphCost>,
      ReturnType<typeof graphCost>,
    ];
    expect(recomputedCost.peakBytes).toBeLessThan(0.6 * kept.peakBytes);
    expect(recomputedCost.flops).toBeGreaterThan(kept.flops);
  });
});

test('a slice of everything, a reshape to the same shape and the like add no nodes', () => {
  const x = input('x', [2, 3]);
  expect(slice(x, 1, 0, 3)).toBe(x);
  expect(reshape(x, [2, 3])).toBe(x);
});
