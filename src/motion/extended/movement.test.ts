import { expect, test } from 'vitest';
import { randomStream } from '../../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { constant, input, type Tensor } from '../../graph/tensor.ts';
import { Weights } from '../../graph/weights.ts';
import { compile } from '../../runtime/program.ts';
import { firstFrameAttention } from '../motion-layers.ts';
import { movementBias, movementName, movementShape } from './movement.ts';

const [moments, tables, numbers] = movementShape as [number, number, number];
const frequencies = numbers / 4;
const random = randomStream(3, 'movement');
const normal = (shape: Shape) => floats(random.normals(sizeOf(shape)), shape);

/** A layer whose head `i` passes its values through, with a table. */
function weightsWith(table: FloatTensor, channels: number): Weights {
  const identity = new Float32Array(channels * channels);
  for (let i = 0; i < channels; i++) identity[i * (channels + 1)] = 1;
  const zeros = new Float32Array(channels * channels);
  const values: Record<string, FloatTensor> = {
    'to_q.weight': floats(zeros, [channels, channels]),
    'to_k.weight': floats(zeros, [channels, channels]),
    'to_v.weight': floats(identity, [channels, channels]),
    'to_out.0.weight': floats(identity, [channels, channels]),
    'to_out.0.bias': floats(zeros.slice(0, channels)),
    [movementName]: table,
  };
  return new Weights((name) => values[name] && constant(values[name]));
}

/** A table whose highest score is for the displacement `of(moment, table)`, in sides of the picture. */
function tableOf(of: (moment: number, table: number) => { down: number; right: number }): FloatTensor {
  const table = floats(new Float32Array(sizeOf(movementShape)), movementShape);
  for (let moment = 0; moment < moments; moment++) {
    for (let each = 0; each < tables; each++) {
      const { down, right } = of(moment, each);
      const at = (moment * tables + each) * numbers;
      for (const [axis, displacement] of [down, right].entries()) {
        for (let k = 0; k < frequencies; k++) {
          table.data[at + 2 * axis * frequencies + k] = 4 * Math.cos(Math.PI * (k + 1) * displacement);
          table.data[at + (2 * axis + 1) * frequencies + k] = 4 * Math.sin(Math.PI * (k + 1) * displacement);
        }
      }
    }
  }
  return table;
}

interface Case {
  readonly table: FloatTensor;
  readonly frames: number;
  readonly heads: number;
  readonly size: { readonly height: number; readonly width: number };
}

/** The attention's result for a random x `[frames, pixels, heads]`, and x. */
async function attended({ table, frames, heads, size }: Case, moved = true) {
  const x = normal([frames, size.height * size.width, heads]);
  const w = weightsWith(table, heads);
  const layer = (value: Tensor) =>
    firstFrameAttention(w, value, frames, heads, moved ? movementBias(w, frames, heads, size) : undefined);
  const program = await compile({ y: layer(input('x', x.shape)) });
  const { y } = await program.run({ x });
  await program.dispose();
  return { x: x.data, y: y!.data as Float32Array };
}

/**
 * How far, at most, a result is from the first frame's pixel that lies `displacement(frame, head)` pixels behind, where
 * there is one.
 */
async function distance(
  given: Case,
  displacement: (frame: number, head: number) => { down: number; right: number },
): Promise<number> {
  const { frames, heads, size } = given;
  const { height, width } = size;
  const { x, y } = await attended(given);
  let worst = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (let head = 0; head < heads; head++) {
      const { down, right } = displacement(frame, head);
      for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
        for (let column = Math.max(0, right); column < Math.min(width, width + right); column++) {
          const found = y[((frame * height + row) * width + column) * heads + head]!;
          const expected = x[((row - down) * width + column - right) * heads + head]!;
          worst = Math.max(worst, Math.abs(found - expected));
        }
      }
    }
  }
  return worst;
}

test('a table of zeros changes nothing', async () => {
  const zeros = floats(new Float32Array(sizeOf(movementShape)), movementShape);
  const given = { table: zeros, frames: 2, heads: 2, size: { height: 3, width: 2 } };
  const { x, y } = await attended(given);
  const mean = (channel: number) =>
    [0, 1, 2, 3, 4, 5].reduce((sum, pixel) => sum + x[2 * pixel + channel]!, 0) / 6;
  // Without contents to compare every pixel gets the mean of the first frame.
  for (let i = 0; i < y.length; i++) expect(y[i]).toBeCloseTo(mean(i % 2), 5);
});

test('each frame takes pixels of the first one, displaced as its moment in the table says', async () => {
  const size = { height: 8, width: 8 };
  const table = tableOf((moment) => ({ down: -moment / 3 / 8, right: moment / 5 / 8 }));
  const given = { table, frames: 16, heads: 1, size };
  const whole = (frame: number) => frame % 15 === 0;
  expect(
    await distance(given, (frame) =>
      whole(frame) ? { down: -frame / 3, right: frame / 5 } : { down: size.height, right: 0 },
    ),
  ).toBeLessThan(0.01);
});

test('each head has its own table, starting over after the last', async () => {
  const table = tableOf((_, each) => ({ down: (each - 1) / 8, right: 0 }));
  const given = { table, frames: 2, heads: 6, size: { height: 8, width: 4 } };
  expect(await distance(given, (_, head) => ({ down: (head % tables) - 1, right: 0 }))).toBeLessThan(0.01);
});

test('a table spans a video of any length, and moves by the same share of pictures of any size', async () => {
  const table = tableOf((moment) => ({ down: 0, right: moment / 15 / 4 }));
  const given = { table, frames: 2, heads: 1, size: { height: 4, width: 8 } };
  expect(await distance(given, (frame) => ({ down: 0, right: 2 * frame }))).toBeLessThan(0.01);
  const wide = { ...given, frames: 31, size: { height: 4, width: 4 } };
  const ends = (frame: number) => ({ down: frame % 30 === 0 ? 0 : 4, right: frame / 30 });
  expect(await distance(wide, ends)).toBeLessThan(0.01);
});
