import { truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { encodeFloat16 } from '../checkpoints/half-precision.ts';
import { CheckpointError, DeviceError } from '../errors.ts';
import { type DType, floats } from '../graph/host-tensor.ts';
import { affine, transpose } from '../graph/operators/index.ts';
import { recomputed } from '../graph/region.ts';
import { input, stored, type Tensor } from '../graph/tensor.ts';
import { testFolder } from '../testing/test-folder.ts';
import { compileChain } from './chain-program.ts';
import { compile } from './program.ts';
import { splitBatch } from './split-batch.ts';

const inFolder = await testFolder();
const x = input('x', [2, 3]);
const given = { x: floats(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]) };
const numbers = Float32Array.of(1, 0.5, -2, 0.25, 3, -1, 0.125, 1.5, 2);

/** The weight `[3, 3]` in a file of its own, behind 6 other bytes, so that it is not aligned. */
async function weightIn(dtype: DType, bytes: Uint8Array) {
  const path = inFolder(`${dtype}.bin`);
  await writeFile(path, Buffer.concat([Buffer.alloc(6), bytes]));
  return stored('weight', { path, offset: 6, byteLength: bytes.length, dtype, shape: [3, 3] });
}

const bytesOf = ({ buffer }: Float32Array | Uint16Array) => new Uint8Array(buffer);
/** The numbers are exact in every type: the upper halves of their bits are bfloat16. */
const upperHalves = new Uint16Array(numbers.buffer.slice(0)).filter((_, i) => i % 2 === 1);

describe('weights of a chain', () => {
  test.each([
    ['float32', bytesOf(numbers)],
    ['float16', bytesOf(encodeFloat16(numbers))],
    ['bfloat16', bytesOf(upperHalves)],
  ] as const)('of type %s are read from their file', async (dtype, bytes) => {
    const weight = await weightIn(dtype, bytes);
    const turned = transpose(weight, [1, 0]);
    // Two blocks: the second one uses the same weight, transposed by a node outside of both.
    const y = recomputed(() => affine(x, weight));
    const z = recomputed(() => affine(y, turned));
    const program = await compileChain({ outputs: { y, z } });
    const found = await program.run(given);
    expect([...found.y!.data]).toEqual([-4, 3.25, 9.125, -5.5, 10, 20]);
    expect([...found.z!.data]).toEqual([-2.046875, 21.4375, 23, -0.5, 57.25, 41]);
    expect(found.z!.shape).toEqual([2, 3]);
    expect(await program.run(given)).toEqual(found);
    await program.dispose();
  });

  test('that are gone are named', async () => {
    const weight = await weightIn('float32', bytesOf(numbers));
    const program = await compileChain({ outputs: { y: affine(x, weight) } });
    await program.run(given);
    await truncate(inFolder('float32.bin'), 20);
    const error = await program.run(given).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(String(error)).toMatch(/float32\.bin" cannot be read any more: it ended at byte 20/);
    await program.dispose();
  });
});

test.each([
  ['a chain', (y: Tensor) => compileChain({ outputs: { y } })],
  ['a program', (y: Tensor) => compile({ y })],
])('the elements of a batch run one after the other in %s, with what they share', async (_, make) => {
  const [row, shared] = [input('row', [1, 3]), input('shared', [2, 3])];
  const one = await make(recomputed(() => affine(row, shared)));
  const program = splitBatch(one, (name) => name === 'shared');
  const { y } = await program.run({
    row: given.x,
    shared: floats(Float32Array.of(1, 1, 1, 1, 0, -1), [2, 3]),
  });
  expect(y).toEqual(floats(Float32Array.of(6, -2, 15, -2), [2, 2]));
  await program.dispose();
});

test('other devices are refused', async () => {
  const error = await compileChain(
    { outputs: { y: affine(x, input('w', [3, 3])) } },
    { device: 'webgpu' },
  ).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DeviceError);
  expect(String(error)).toMatch(/memory/);
});
