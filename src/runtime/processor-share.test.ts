import { expect, test, vi } from 'vitest';
import { exampleInputs, exampleNumbers } from '../graph/example-inputs.ts';
import { floats, type HostTensor, ints } from '../graph/host-tensor.ts';
import { allOperators, applyAll } from '../graph/operator.ts';
import { after, gather, matmul } from '../graph/operators/index.ts';
import { constant, input, type Tensor } from '../graph/tensor.ts';
import { sessionOptions } from './devices.ts';
import { emitGraph } from './emit.ts';
import { createSession, OrtTensor } from './onnx-runtime.ts';
import { leftToProcessor, openSession, uncomputedOperators } from './processor-share.ts';

/** What a graph gives on the processor when written without the `lacking` operators. */
async function resultWithout(lacking: readonly string[], y: Tensor, values: Record<string, HostTensor>) {
  const { bytes } = emitGraph({ y }, lacking);
  const session = await createSession(bytes, sessionOptions('cpu'));
  const feeds = Object.entries(values).map(
    ([name, { dtype, data, shape }]) => [name, new OrtTensor(dtype, data as never, [...shape])] as const,
  );
  const result = await session.run(Object.fromEntries(feeds));
  await session.release();
  return result.y!.data as Float32Array;
}

const [product] = allOperators().filter(({ name }) => name === 'matmul');

test.each(product!.examples.map((example, i) => [i, example] as const))(
  'products without the fused operator are the same, example %i',
  async (_, example) => {
    const { inputs, values } = exampleInputs(example, exampleNumbers(3));
    const [y] = applyAll(product!, inputs, example.attributes);
    const plain = await resultWithout(['FusedMatMul'], y!, values);
    const fused = await resultWithout([], y!, values);
    expect(plain).toHaveLength(fused.length);
    for (const [i, value] of fused.entries()) expect(plain[i]).toBeCloseTo(value, 5);
    expect(Buffer.from(emitGraph({ y: y! }, ['FusedMatMul']).bytes).includes('FusedMatMul')).toBe(false);
  },
);

test('the processor gets the fused operator as before', () => {
  const y = matmul(input('a', [2, 3]), input('b', [2, 3]), { transposeB: true });
  expect(Buffer.from(emitGraph({ y }).bytes).includes('FusedMatMul')).toBe(true);
});

test('waiting for another value adds nothing to it, also without IsNaN and where that is not a number', async () => {
  const y = after(input('x', [3]), input('signal', [2]));
  const x = floats(Float32Array.of(1, -2, 0.5));
  for (const first of [4, Number.NaN, Number.POSITIVE_INFINITY]) {
    const given = { x, signal: floats(Float32Array.of(first, 1)) };
    expect(await resultWithout(['IsNaN'], y, given)).toEqual(x.data);
  }
});

test('indices may wait, too, as 32-bit integers', async () => {
  const indices = constant(ints([2, 0], [2]));
  const y = gather(input('x', [3]), after(indices, input('signal', [2])));
  const given = { x: floats(Float32Array.of(1, -2, 0.5)), signal: floats(Float32Array.of(4, 1)) };
  expect(await resultWithout(['IsNaN'], y, given)).toEqual(Float32Array.of(0.5, 1));
  expect(await resultWithout([], y, given)).toEqual(Float32Array.of(0.5, 1));
});

test('a graph that only the processor computes is opened with its help, and its operators are named', async () => {
  // The session's options are the processor's, so that without it there is nothing that computes.
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const device = 'a card that computes nothing' as 'cuda';
  const y = matmul(input('a', [2, 2]), input('b', [2, 2]));
  const { bytes } = emitGraph({ y });
  const session = await openSession(bytes, sessionOptions('cpu'), device, [y]);
  await session.release();
  expect(leftToProcessor(device)).toEqual(['matmul']);
  expect(leftToProcessor('cpu')).toEqual([]);
  warn.mockRestore();
});

test('every operator that a card is asked for is tried: without the processor, the processor computes none', async () => {
  const all = allOperators().filter(({ onlyOnCpu, onnx, alias }) => onnx && !onlyOnCpu && !alias);
  expect(await uncomputedOperators('cpu')).toEqual(expect.arrayContaining(all.map(({ name }) => name)));
  expect(await uncomputedOperators('cpu')).not.toContain('int8Linear');
});
