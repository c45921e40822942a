import { describe, expect, test } from 'vitest';
import { compileChain } from '../runtime/chain-program.ts';
import { compile } from '../runtime/program.ts';
import { chain } from './chain.ts';
import { chainCost } from './chain-cost.ts';
import { lossGradients } from './differentiate.ts';
import { floats } from './host-tensor.ts';
import { add, affine, mul, reduceSum, silu } from './operators/index.ts';
import { recomputed } from './region.ts';
import { constant, input, type Tensor } from './tensor.ts';

const x = () => input('x', [2, 3]);
const weight = (name: string) => input(name, [3, 3]);

/** Two blocks of the same structure with a skip connection around both, and a loss. */
function network(start: Tensor, first: Tensor, second: Tensor) {
  const block = (value: Tensor, w: Tensor) => recomputed(() => silu(affine(value, w)));
  const [a, skip] = [block(start, first), start];
  const b = block(a, second);
  const end = add(b, skip);
  return { loss: reduceSum(mul(end, end)), end };
}

const given = {
  x: floats(Float32Array.of(1, -2, 3, 0.5, -0.25, 2), [2, 3]),
  first: floats(Float32Array.of(0.2, -0.1, 0.3, 0.5, 0.1, -0.4, 0.7, 0.2, 0.1), [3, 3]),
  second: floats(Float32Array.of(-0.3, 0.6, 0.1, 0.4, -0.2, 0.5, 0.1, 0.9, -0.6), [3, 3]),
};

describe('a chain', () => {
  test('runs every region, and what is between them, as a part; the last part’s backward call returns the loss', () => {
    const [start, first, second] = [x(), weight('first'), weight('second')];
    const { loss } = network(start, first, second);
    const calls = chain({
      outputs: { loss },
      gradients: { of: loss, wrt: { dFirst: first, dSecond: second } },
    });
    expect(
      calls.map(({ outputs }) => Object.values(outputs).map((slot) => slot.replace(/ \d+$/, ''))),
    ).toEqual([['value'], ['value'], ['gradient', 'loss'], ['gradient', 'dSecond'], ['dFirst']]);
  });

  test('keeps no value longer than it is needed', () => {
    const [start, first, second] = [x(), weight('first'), weight('second')];
    const { loss } = network(start, first, second);
    const wrt = { dStart: start, dFirst: first, dSecond: second };
    const calls = chain({ outputs: { loss }, gradients: { of: loss, wrt } });
    const held = new Set<string>();
    for (const { outputs, dead } of calls) {
      for (const slot of Object.values(outputs)) held.add(slot);
      for (const slot of dead) held.delete(slot);
    }
    expect([...held].sort()).toEqual(['dFirst', 'dSecond', 'dStart', 'loss']);
    expect(chainCost(calls).keptBytes).toBeLessThan(4 * (4 * 6 + 2 * 9 + 6 + 1));
  });

  test('gives the values and gradients of one graph, summed over all parts that take a value', async () => {
    const [start, first, second] = [x(), weight('first'), weight('second')];
    const { loss, end } = network(start, first, second);
    const [dStart, dFirst, dSecond] = lossGradients(loss, [start, first, second]) as [Tensor, Tensor, Tensor];
    const whole = await compile({ loss, end, dStart, dFirst, dSecond });
    const parts = await compileChain({
      outputs: { loss, end },
      gradients: { of: loss, wrt: { dStart: start, dFirst: first, dSecond: second } },
    });
    const [expected, found] = [await whole.run(given), await parts.run(given)];
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, { data, shape }] of Object.entries(expected)) {
      expect(found[name]!.shape).toEqual(shape);
      for (const [i, value] of data.entries()) expect(found[name]!.data[i]).toBeCloseTo(Number(value), 5);
    }
    await whole.dispose();
    await parts.dispose();
  });

  test('has one graph for parts of the same structure', () => {
    const [start, first, second] = [x(), weight('first'), weight('second')];
    const { end } = network(start, first, second);
    const [one, two] = chain({ outputs: { end } });
    expect(one!.inputs).toMatchObject({ x0: 'x', x1: 'first' });
    expect(two!.inputs).toMatchObject({ x1: 'second' });
    const operators = (graph: Readonly<Record<string, Tensor>>) =>
      Object.values(graph).map(({ source }) => source.kind === 'node' && source.node.operator.name);
    expect(operators(one!.graph)).toEqual(operators(two!.graph));
  });

  test('gives zeros for inputs on which the loss does not depend', async () => {
    const [start, other] = [x(), input('other', [2])];
    const loss = reduceSum(mul(start, start));
    const program = await compileChain({
      outputs: { loss },
      gradients: { of: loss, wrt: { dStart: start, dOther: other } },
    });
    const found = await program.run({ ...given, other: floats(Float32Array.of(1, 2)) });
    expect(found.dOther).toEqual(floats(Float32Array.of(0, 0)));
    expect([...found.dStart!.data]).toEqual([2, -4, 6, 1, -0.5, 4]);
    await program.dispose();
  });

  test('refuses what needs no computing', () => {
    const value = constant(floats(Float32Array.of(1)));
    expect(() => chain({ outputs: { value } })).toThrow('"value" is not computed from inputs of the graph');
  });
});
