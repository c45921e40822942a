import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { add } from '../graph/operators/index.ts';
import { scalar } from '../graph/tensor.ts';
import { compile } from '../runtime/program.ts';
import { testFolder } from '../testing/test-folder.ts';
import { decodeFloat8 } from './float8.ts';
import { openWeightFile } from './weight-file.ts';

const inFolder = await testFolder();
const every = Uint8Array.from({ length: 256 }, (_, bits) => bits);

test('values of the formats as their paper lists them', () => {
  const values = new Float32Array(256);
  decodeFloat8('float8_e4m3fn', every, values);
  const some = (...bits: number[]) => bits.map((at) => values[at]);
  expect(some(0, 1, 7, 8, 0x38, 0x3c, 0x7e, 0xb8)).toEqual([
    0,
    2 ** -9,
    7 * 2 ** -9,
    2 ** -6,
    1,
    1.5,
    448,
    -1,
  ]);
  expect(some(0x7f, 0xff)).toEqual([Number.NaN, Number.NaN]);
  decodeFloat8('float8_e5m2', every, values);
  expect(some(0, 1, 3, 4, 0x3c, 0x3e, 0x7b, 0xbc)).toEqual([
    0,
    2 ** -16,
    3 * 2 ** -16,
    2 ** -14,
    1,
    1.5,
    57_344,
    -1,
  ]);
  expect(some(0x7c, 0xfc, 0x7d, 0xff)).toEqual([Infinity, -Infinity, Number.NaN, Number.NaN]);
});

test.each([
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
] as const)(
  '%s: values read into memory equal those that a graph reads from the file',
  async (kind, dtype) => {
    // The patterns that are finite; the place is odd, as places in files are.
    const bits = every.filter((value) => (value & 0x7f) < (kind === 'F8_E4M3' ? 0x7f : 0x7c));
    const header = JSON.stringify({
      one: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      w: { dtype: kind, shape: [bits.length], data_offsets: [1, 1 + bits.length] },
    });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const path = inFolder(`${kind}.safetensors`);
    await writeFile(path, Buffer.concat([length, Buffer.from(header), Buffer.from([9]), bits]));

    const expected = new Float32Array(bits.length);
    decodeFloat8(dtype, bits, expected);
    const weights = await openWeightFile(path);
    expect((await weights.file.read('w')).data).toEqual(expected);
    const tensor = weights.find('w')!;
    expect(tensor.source).toMatchObject({ kind: 'file', file: { path: weights.path, dtype } });
    const program = await compile({ y: add(tensor, scalar(0)) });
    // Adding 0 makes +0 of -0.
    expect((await program.run({})).y!.data).toEqual(expected.map((value) => value + 0));
    await program.dispose();
  },
);
