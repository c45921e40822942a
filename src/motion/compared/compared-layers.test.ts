import { describe, expect, test } from 'vitest';
import { randomStream } from '../../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { constant, input, type Tensor } from '../../graph/tensor.ts';
import { Weights } from '../../graph/weights.ts';
import { imageSelfAttention } from '../../models/transformer.ts';
import { compile } from '../../runtime/program.ts';
import { causalConvolution, temporalAttention } from '../motion-layers.ts';
import { centredConvolution, firstAndPreviousAttention, withFramePositions } from './compared-layers.ts';

const [videos, frames] = [2, 4];
const random = randomStream(5, 'other layers');
const normal = (shape: Shape) => floats(random.normals(sizeOf(shape)), shape);

/** Weights that are drawn when they are asked for. */
function randomWeights(): Weights {
  const known = new Map<string, Tensor>();
  return new Weights((name, shape) => {
    if (!known.has(name) && shape) known.set(name, constant(normal(shape)));
    return known.get(name);
  });
}

/** Runs a layer on values. */
async function run(layer: (x: Tensor) => Tensor, x: FloatTensor): Promise<FloatTensor> {
  const program = await compile({ y: layer(input('x', x.shape)) });
  const { y } = await program.run({ x });
  await program.dispose();
  return y as FloatTensor;
}

/** Values of picture `index` of a batch of pictures. */
function pictureOf({ data, shape }: FloatTensor, index: number): Float32Array {
  const size = sizeOf(shape.slice(1));
  return data.slice(index * size, (index + 1) * size);
}

/** The batch with other values in picture `index`. */
function changed(x: FloatTensor, index: number): FloatTensor {
  const size = sizeOf(x.shape.slice(1));
  return floats(
    x.data.map((value, i) => (Math.floor(i / size) === index ? value + 1 : value)),
    x.shape,
  );
}

/** Which pictures of a layer's result change when picture `index` of its input does. */
async function reached(layer: (x: Tensor) => Tensor, x: FloatTensor, index: number): Promise<number[]> {
  const [before, after] = [await run(layer, x), await run(layer, changed(x, index))];
  const pictures = Array.from({ length: videos * frames }, (_, i) => i);
  return pictures.filter((i) =>
    pictureOf(before, i).some((value, k) => Math.abs(value - pictureOf(after, i)[k]!) > 1e-5),
  );
}

function closeTo(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  for (let i = 0; i < expected.length; i++) expect(found[i]).toBeCloseTo(expected[i]!, 4);
}

describe('the plain convolution over time', () => {
  const x = normal([videos * frames, 3, 2, 2]);

  test('sees both neighbours in its video; the causal one sees no later frame', async () => {
    const w = randomWeights();
    const centred = (each: Tensor) => centredConvolution(w, each, frames);
    const causal = (each: Tensor) => causalConvolution(w, each, frames);
    expect(await reached(centred, x, 1)).toEqual([0, 1, 2]);
    expect(await reached(centred, x, 3)).toEqual([2, 3]);
    expect(await reached(centred, x, 4)).toEqual([4, 5]);
    expect(await reached(causal, x, 1)).toEqual([1, 2, 3]);
    expect(await reached(causal, x, 3)).toEqual([3]);
  });

  test('is the sum it says it is', async () => {
    const weight = normal([3, 3, 3]);
    const bias = normal([3]);
    const named = new Map([
      ['weight', constant(weight)],
      ['bias', constant(bias)],
    ]);
    const y = await run(
      (each) => centredConvolution(new Weights((name) => named.get(name)), each, frames),
      x,
    );
    const at = (picture: number, channel: number, pixel: number) =>
      x.data[(picture * 3 + channel) * 4 + pixel]!;
    const expected: number[] = [];
    for (let picture = 0; picture < videos * frames; picture++) {
      for (let out = 0; out < 3; out++) {
        for (let pixel = 0; pixel < 4; pixel++) {
          let sum = bias.data[out]!;
          for (const tap of [0, 1, 2]) {
            const t = (picture % frames) + tap - 1;
            if (t < 0 || t >= frames) continue;
            for (const channel of [0, 1, 2]) {
              sum += weight.data[(out * 3 + channel) * 3 + tap]! * at(picture + tap - 1, channel, pixel);
            }
          }
          expected.push(sum);
        }
      }
    }
    closeTo(y.data, expected);
  });
});

describe('attention to the first frame and the one before', () => {
  const x = normal([videos * frames, 3, 4]);

  test('looks at these two and nowhere else', async () => {
    const w = randomWeights();
    const layer = (each: Tensor) => firstAndPreviousAttention(w, each, frames, 2);
    expect(await reached(layer, x, 0)).toEqual([0, 1, 2, 3]);
    expect(await reached(layer, x, 1)).toEqual([1, 2]);
    expect(await reached(layer, x, 3)).toEqual([3]);
  });

  test('is the image model’s for the first frame, which looks at itself twice', async () => {
    const w = randomWeights();
    const found = await run((each) => firstAndPreviousAttention(w, each, frames, 2), x);
    const own = await run((each) => imageSelfAttention(w, each, 2), x);
    closeTo(pictureOf(found, 0), pictureOf(own, 0));
    closeTo(pictureOf(found, 4), pictureOf(own, 4));
  });
});

describe('frame positions', () => {
  test('are the sinusoids of the frame’s number, from 0 in every video', async () => {
    const y = await run(
      (each) => withFramePositions(each, frames),
      floats(new Float32Array(videos * frames * 4), [videos * frames, 1, 4]),
    );
    closeTo(pictureOf(y, 0), [0, 1, 0, 1]);
    closeTo(pictureOf(y, 3), [Math.sin(3), Math.cos(3), Math.sin(0.03), Math.cos(0.03)]);
    closeTo(pictureOf(y, 7), pictureOf(y, 3));
  });

  test('tell the temporal attention the order of the frames, which it does not know otherwise', async () => {
    const w = randomWeights();
    const plain = (each: Tensor) => temporalAttention(w, each, frames, 2);
    const placed = (each: Tensor) => plain(withFramePositions(each, frames));
    const x = normal([frames, 3, 4]);
    const backwards = floats(
      Float32Array.from([3, 2, 1, 0].flatMap((frame) => [...pictureOf(x, frame)])),
      x.shape,
    );
    const last = async (layer: (x: Tensor) => Tensor, of: FloatTensor, frame: number) =>
      pictureOf(await run(layer, of), frame);
    closeTo(await last(plain, backwards, 0), await last(plain, x, 3));
    const [there, back] = [await last(placed, x, 3), await last(placed, backwards, 0)];
    expect(Math.max(...there.map((value, i) => Math.abs(value - back[i]!)))).toBeGreaterThan(0.01);
  });
});
