/** @file Tries a device with a small graph whose result is known. */
import { DeviceError } from '../../errors.ts';
import { floats } from '../../graph/host-tensor.ts';
import { conv2d, matmul, reshape, softmax } from '../../graph/operators/index.ts';
import { constant, input } from '../../graph/tensor.ts';
import { phrase, setting } from '../../phrases.ts';
import { type DeviceName, deviceAdvice, parseDevice, whyUnusable } from '../../runtime/devices.ts';
import { uncomputedOperators } from '../../runtime/processor-share.ts';
import { compile } from '../../runtime/program.ts';

const ones = (...shape: number[]) =>
  floats(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape);

/** Number of neighbours, including itself, of each pixel of a 4×4 picture: a 3×3 convolution of ones. */
const neighbours = [4, 6, 6, 4, 6, 9, 9, 6, 6, 9, 9, 6, 4, 6, 6, 4];

/**
 * Runs a convolution, a matrix product and a softmax on the device and compares the results with their true values.
 * Returns the seconds taken, and the operators that the device leaves to the processor, or, if the device cannot be
 * used, the reason and advice. Throws `DeviceError` for wrong results.
 */
export async function probeDevice(name: string) {
  const device = parseDevice(name);
  const began = performance.now();
  const reason = await whyUnusable(device);
  if (reason !== undefined) return { reason, advice: deviceAdvice[device] };
  await checkResults(device);
  const seconds = (performance.now() - began) / 1000;
  return { seconds, leftToProcessor: device === 'cpu' ? [] : await uncomputedOperators(device) };
}

/** Throws `DeviceError` if the device computes one of them wrongly: a convolution, a matrix product, a softmax. */
export async function checkResults(device: DeviceName): Promise<void> {
  const picture = input('picture', [1, 1, 4, 4]);
  const sums = conv2d(picture, constant(ones(1, 1, 3, 3)));
  const products = matmul(reshape(sums, [4, 4]), constant(ones(4, 2)));
  const shares = softmax(products);
  const program = await compile({ sums, products, shares }, { device });
  const found = await program.run({ picture: ones(1, 1, 4, 4) });
  await program.dispose();
  const expected = {
    sums: neighbours,
    products: [20, 20, 30, 30, 30, 30, 20, 20],
    shares: Array<number>(8).fill(0.5),
  };
  for (const [name, values] of Object.entries(expected)) {
    const data = [...(found[name]!.data as Float32Array)];
    if (data.length !== values.length || data.some((value, i) => !(Math.abs(value - values[i]!) < 1e-2))) {
      throw new DeviceError({
        found: `it computes wrong results (${data.slice(0, 4)} instead of ${values.slice(0, 4)})`,
        setting: 'device',
        advice: phrase`Update its driver, or use ${setting('device', 'cpu')}.`,
      });
    }
  }
}
