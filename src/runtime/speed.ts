/** @file Arithmetic speed of this machine: the upper bound that everything else is measured against. */
import { floats, int8s, type Shape, sizeOf } from '../graph/host-tensor.ts';
import { affine, conv2d, dequantised, matmul } from '../graph/operators/index.ts';
import { constant, input, type Tensor } from '../graph/tensor.ts';
import type { DeviceName } from './devices.ts';
import { compile } from './program.ts';

/** Floating-point operations per second of large f32 products. */
export interface MachineSpeed {
  readonly matmul: number;
  readonly convolution: number;
}

const weights = (size: number) => new Float32Array(size).map((_, i) => ((i % 13) - 6) / 50);

/** Operations per second of an n³ matrix product: the best of `repeats` runs. */
export function measureProducts(device: DeviceName, n: number, repeats: number): Promise<number> {
  const square = constant(floats(weights(n * n), [n, n]));
  return best([n, n], (x) => matmul(x, square), 2 * n ** 3, device, repeats);
}

/** Measures a 2048³ matrix product and a 3×3 convolution of 320 channels at 40×64: the best of `repeats` runs each. */
export async function measureSpeed(device: DeviceName = 'cpu', repeats = 5): Promise<MachineSpeed> {
  const [channels, height, width] = [320, 40, 64];
  const kernel = constant(floats(weights(channels * channels * 9), [channels, channels, 3, 3]));
  return {
    matmul: await measureProducts(device, 2048, repeats),
    convolution: await best(
      [1, channels, height, width],
      (x) => conv2d(x, kernel),
      2 * channels ** 2 * 9 * height * width,
      device,
      repeats,
    ),
  };
}

/** Operations per second of a 2048³ matrix product in 8 bits (`int8Linear`): the best of `repeats` runs. */
export function measureInt8Speed(repeats = 5): Promise<number> {
  const n = 2048;
  const weight = dequantised({
    values: constant(
      int8s(
        new Int8Array(n * n).map((_, i) => (i % 251) - 125),
        [n, n],
      ),
    ),
    scales: constant(floats(new Float32Array(n).fill(0.001))),
    shape: [n, n],
  });
  return best([n, n], (x) => affine(x, weight), 2 * n ** 3, 'cpu', repeats);
}

async function best(
  shape: Shape,
  layer: (x: Tensor) => Tensor,
  flops: number,
  device: DeviceName,
  repeats: number,
): Promise<number> {
  const program = await compile({ y: layer(input('x', shape)) }, { device });
  const x = floats(
    new Float32Array(sizeOf(shape)).map((_, i) => ((i % 7) - 3) / 10),
    shape,
  );
  let seconds = Number.POSITIVE_INFINITY;
  await program.run({ x });
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await program.run({ x });
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  await program.dispose();
  return flops / seconds;
}
