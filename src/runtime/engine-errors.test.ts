import { describe, expect, test } from 'vitest';
import { DeviceError } from '../errors.ts';
import { floats } from '../graph/host-tensor.ts';
import { gather, matmul, scale } from '../graph/operators/index.ts';
import { constant, input } from '../graph/tensor.ts';
import { assertFitsMemory, engineError, plainReason } from './engine-errors.ts';
import { machineMemory } from './free-memory.ts';
import { compile } from './program.ts';

const GB = 1e9;

test('work that is larger than the memory is refused before it begins, with both sizes', async () => {
  assertFitsMemory(24 * GB, 24 * GB);
  expect(() => assertFitsMemory(86.4 * GB, 24 * GB, 24 * GB)).toThrow(
    'one step needs about 86.4 GB of memory at one time; expected at most the 24.0 GB that this machine has. Use a smaller "width" and "height" or fewer "frames", or a machine with more memory.',
  );
  const side = Math.ceil(Math.sqrt(machineMemory / 4)) + 1;
  const column = input('column', [side, 1]);
  await expect(compile({ y: scale(matmul(column, input('row', [1, side])), 2) })).rejects.toThrow(
    /^one step needs about [\d.]+ GB of memory at one time; expected at most the/,
  );
});

describe('what the engine reports', () => {
  const raw =
    "Non-zero status code returned while running FusedMatMul node. Name:'FusedMatMul_222' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 34359738368\n";

  test('too little memory is said in words', () => {
    expect(engineError(new Error(raw), 'cpu', 24 * GB, 24 * GB).message).toBe(
      'memory ran out on device "cpu": 34.4 GB more were needed; expected at most the 24.0 GB that this machine has. memory: "low" needs less. Use a smaller "width" and "height" or fewer "frames", or a machine with more memory.',
    );
    for (const text of [
      'std::bad_alloc',
      'Array buffer allocation failed',
      'Invalid typed array length: 9e9',
    ]) {
      expect(engineError(new RangeError(text), 'cpu', 24 * GB, 24 * GB).message).toMatch(
        /^memory ran out on device "cpu"; expected at most the 24\.0 GB that this machine has\. memory: "low" needs less\. Use a smaller "width" and "height"/,
      );
    }
  });

  test('anything else comes without source positions', async () => {
    expect(plainReason('/src/x.cc:12 int f(int, bool) y >= 0 was false. y is -1.\nmore')).toBe('y is -1');
    const table = constant(floats(new Float32Array(4), [2, 2]));
    const program = await compile({ y: gather(table, input('ids', [1], 'int64')) });
    const ids = { dtype: 'int64' as const, shape: [1], data: BigInt64Array.of(7n) };
    const error: unknown = await program.run({ ids }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as Error).message).toMatch(
      /^the computation failed on device "cpu": [^/]*7[^/]*\. Please report this\.$/,
    );
    await program.dispose();
  });
});
