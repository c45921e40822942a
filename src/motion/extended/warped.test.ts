import { expect, test } from 'vitest';
import { randomStream } from '../../diffusion/random.ts';
import { floats, sizeOf } from '../../graph/host-tensor.ts';
import { constant, input, type Tensor } from '../../graph/tensor.ts';
import { Weights } from '../../graph/weights.ts';
import { compile } from '../../runtime/program.ts';
import { warpedFirst, warpShape } from './warped.ts';

const [frames, channels, height, width, wide] = [2, 2, 8, 8, 3];
const pixels = height * width;
const random = randomStream(7, 'warped');
const first = floats(random.normals(pixels * channels), [1, pixels, channels]);
/** A feature that is found at one pixel alone. */
const [row, column] = [5, 2];
const features = floats(new Float32Array(wide * pixels), [1, wide, height, width]);
features.data[row * width + column] = 1;

/** What the last frame shows when its numbers are these: E (down and across), d, and the narrowest look. */
async function warped(numbers: readonly number[]): Promise<Float32Array> {
  const table = floats(new Float32Array(sizeOf(warpShape)), warpShape);
  const narrowest = 0.6;
  table.data.set([...numbers.map((each) => each / 4), narrowest], 15 * 7);
  const middle = new Float32Array(wide * 9);
  middle[4] = 1000;
  const named = new Map<string, Tensor>([
    ['middle.weight', constant(floats(middle, [1, wide, 3, 3]))],
    ['middle.bias', constant(floats(new Float32Array(1), [1]))],
    ['warp', constant(table)],
  ]);
  const w = new Weights((name) => named.get(name));
  const y = warpedFirst(w, input('first', first.shape), input('features', features.shape), frames);
  expect(y.shape).toEqual([1, frames * pixels, channels]);
  const program = await compile({ y });
  const found = await program.run({ first, features });
  await program.dispose();
  return (found.y!.data as Float32Array).subarray(pixels * channels);
}

const of = (y: number, x: number, c: number) => first.data[(y * width + x) * channels + c]!;

test('the whole frame is moved by the displacement of its moment', async () => {
  const found = await warped([0, 0, 0, 0, 1 / height, -2 / width]);
  for (let y = 1; y < height; y++) {
    for (let x = 0; x < width - 2; x++) {
      for (let c = 0; c < channels; c++) {
        expect(found[(y * width + x) * channels + c]).toBeCloseTo(of(y - 1, x + 2, c), 2);
      }
    }
  }
});

test('things are mirrored and turned about the place that the features give', async () => {
  // Down and across change places: E is that matrix less the unit one.
  const found = await warped([-1, 1, 1, -1, 0, 0]);
  for (const [dy, dx] of [
    [0, 0],
    [1, 0],
    [0, 2],
    [-2, 1],
  ] as const) {
    for (let c = 0; c < channels; c++) {
      expect(found[((row + dy) * width + column + dx) * channels + c]).toBeCloseTo(
        of(row + dx, column + dy, c),
        2,
      );
    }
  }
});

test('things grow about that place', async () => {
  const found = await warped([-0.5, 0, 0, -0.5, 0, 0]);
  for (const [dy, dx] of [
    [0, 0],
    [2, 0],
    [-2, 4],
    [-4, 2],
  ] as const) {
    for (let c = 0; c < channels; c++) {
      expect(found[((row + dy) * width + column + dx) * channels + c]).toBeCloseTo(
        of(row + dy / 2, column + dx / 2, c),
        2,
      );
    }
  }
});
