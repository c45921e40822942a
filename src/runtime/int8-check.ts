/** @file Whether 8-bit products give the right numbers on this processor. */
import { type FloatTensor, floats, int8s } from '../graph/host-tensor.ts';
import { affine, dequantised, inEightBits } from '../graph/operators/index.ts';
import { constant, input } from '../graph/tensor.ts';
import { compile } from './program.ts';

let checked: Promise<boolean> | undefined;

/**
 * Whether products of the largest integers are right, with weights that are part of a program and with others.
 * Processors without instructions for them (VNNI on x64) may add pairs of products in 16 bits, which are too few.
 * Computed once per process.
 */
export function int8IsExact(): Promise<boolean> {
  checked ??= check();
  return checked;
}

async function check(): Promise<boolean> {
  const [rows, inner, out] = [8, 256, 32];
  const x = input('x', [rows, inner]);
  const weight = input('w', [out, inner]);
  const stored = dequantised({
    values: constant(int8s(new Int8Array(inner * out).fill(127), [inner, out])),
    scales: constant(floats(new Float32Array(out).fill(1 / 127))),
    shape: [out, inner],
  });
  const program = await compile({ stored: affine(x, stored), given: affine(x, inEightBits(weight)) });
  const found = await program.run({
    x: floats(new Float32Array(rows * inner).fill(1), [rows, inner]),
    w: floats(new Float32Array(out * inner).fill(1), [out, inner]),
  });
  await program.dispose();
  return Object.values(found).every(({ data }) =>
    (data as FloatTensor['data']).every((value) => Math.abs(value / inner - 1) < 0.01),
  );
}
