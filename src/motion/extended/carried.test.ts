import { expect, test } from 'vitest';
import { randomStream } from '../../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { constant, input } from '../../graph/tensor.ts';
import { Weights } from '../../graph/weights.ts';
import { compile } from '../../runtime/program.ts';
import { carriedViews, withCarriedFirstFrame } from './carried.ts';
import { movementShape } from './movement.ts';

const [moments, tables, numbers] = movementShape as [number, number, number];
const frequencies = numbers / 4;
const [frames, channels, height, width] = [2, 2, 4, 4];
const shape = [frames, channels, height, width];
const random = randomStream(5, 'carried');
const [x, shown] = [0, 1].map(() => floats(random.normals(sizeOf(shape)), shape)) as [
  FloatTensor,
  FloatTensor,
];

/** All tables move everything one pixel to the right in the last frame, and nowhere in the first. */
function table(): FloatTensor {
  const { data } = floats(new Float32Array(sizeOf(movementShape)), movementShape);
  for (let at = 0; at < moments * tables; at++) {
    const right = at < tables ? 0 : 1 / width;
    for (const [axis, way] of [0, right].entries()) {
      for (let k = 0; k < frequencies; k++) {
        data[at * numbers + 2 * axis * frequencies + k] = 4 * Math.cos(Math.PI * (k + 1) * way);
        data[at * numbers + (2 * axis + 1) * frequencies + k] = 4 * Math.sin(Math.PI * (k + 1) * way);
      }
    }
  }
  return floats(data, movementShape);
}

/** What is carried in where a layer takes one view alone, with an open gate. */
async function carried(view: number, suffixes = ['']): Promise<Float32Array> {
  const matrix = new Float32Array(channels * carriedViews * channels);
  for (let c = 0; c < channels; c++) matrix[(c * carriedViews + view) * channels + c] = 1;
  const gate: Shape = [carriedViews, channels, 3, 3];
  const values: Record<string, FloatTensor> = {
    movement: table(),
    'conv_gate.weight': floats(new Float32Array(sizeOf(gate)), gate),
    'conv_gate.bias': floats(new Float32Array(carriedViews).fill(100), [carriedViews]),
    'to_out.weight': floats(matrix, [channels, carriedViews * channels]),
  };
  const named = new Map(
    suffixes.flatMap((suffix) =>
      Object.entries(values).map(([name, value]) => [`carried${suffix}.${name}`, constant(value)]),
    ),
  );
  const w = new Weights((name) => named.get(name));
  const program = await compile({
    y: withCarriedFirstFrame(w, input('x', shape), input('shown', shape), frames),
  });
  const { y } = await program.run({ x, shown });
  await program.dispose();
  return (y!.data as Float32Array).map((value, at) => value - x.data[at]!);
}

const first = (c: number, row: number, column: number) => shown.data[(c * height + row) * width + column]!;

test.each([
  ['as it is', 0, 0],
  ['moved as the table of its moment says', 1, 1],
  ['by every table', 4, 1],
])('each frame is given the first one, %s', async (_, view, right) => {
  const found = await carried(view);
  for (const [at, value] of found.entries()) {
    const column = at % width;
    const row = Math.floor(at / width) % height;
    const c = Math.floor(at / (width * height)) % channels;
    const way = at < channels * height * width ? 0 : right;
    // What would come from outside of the picture comes from somewhere in it.
    if (column >= way) expect(value).toBeCloseTo(first(c, row, column - way), 3);
  }
});

test('the contributions of several motions are added', async () => {
  const [one, both] = [await carried(2), await carried(2, ['', '_2'])];
  for (const [at, value] of both.entries()) expect(value).toBeCloseTo(2 * one[at]!, 4);
});
