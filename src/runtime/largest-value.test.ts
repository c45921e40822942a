import { expect, test } from 'vitest';
import { DeviceError } from '../errors.ts';
import { expand, reduceSum, scale } from '../graph/operators/index.ts';
import { input } from '../graph/tensor.ts';
import { thrownBy } from '../testing/thrown-by.ts';
import { assertHolds, holdsValue, largestValue } from './largest-value.ts';

/** A graph with a value of so many MiB, which is only built. */
const graphWith = (mebibytes: number) => [
  reduceSum(scale(expand(input('x', [1, 1024]), [mebibytes * 256, 1024]), 2)),
];

test('the largest value of a graph is found without computing it', () => {
  expect(largestValue(graphWith(300))).toBe(300 * 2 ** 20);
});

test('only what not every card holds is tried, once for a size', async () => {
  const tried: number[] = [];
  const holds = async (_: string, bytes: number) => {
    tried.push(bytes / 2 ** 20);
    return true;
  };
  for (const mebibytes of [100, 128, 300, 200, 300, 600])
    await assertHolds('webgpu', graphWith(mebibytes), holds);
  await assertHolds('cpu', graphWith(5000), holds);
  expect(tried).toEqual([300, 600]);
});

test('what the card cannot hold is refused, with what helps', async () => {
  const error = await thrownBy(assertHolds('webgpu', graphWith(4096), async () => false));
  expect(error).toBeInstanceOf(DeviceError);
  expect(error.message).toBe(
    'one value takes 4.29 GB, which is more than a buffer of device "webgpu" holds here. Use a smaller "width" and "height" or fewer "frames", or device: "cpu".',
  );
});

test('a value is held if its sum comes back right', async () => {
  expect(await holdsValue('cpu', 2 ** 20)).toBe(true);
});
