/**
 * @file `npx tsx lab/pretraining/measure-moved-latents.ts [folder] [side]`: how well the autoencoder of a diffusers
 * folder, or of a stage of the recipe, gives pictures back (side 128 unless said otherwise), beside the same pictures
 * shrunk to half and enlarged again; and how equivariant it is to transformations. For each: the PSNR of decoded
 * transformed latents against the transformed pictures, and the squared difference between transformed latents and
 * those of transformed pictures, relative to the latter's variance.
 */
import { join } from 'node:path';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { pictureToFloats, signedFloatsToPicture } from '../../src/media/picture.ts';
import { resizePicture } from '../../src/media/resize.ts';
import { builtInBase } from '../../src/models/built-in-base.ts';
import { vaeFactor } from '../../src/models/configs.ts';
import { worldBatch } from '../world/batch.ts';
import { loadShapes } from '../world/shape.ts';
import { loadThings } from '../world/thing.ts';
import { movedBatch, noMove, type PictureMove } from './moved-latents.ts';
import { batchCodec, readVae } from './pretrain-vae.ts';

const moves: readonly (readonly [name: string, move: PictureMove])[] = [
  ['not moved', noMove],
  ['right by 1 pixel', { ...noMove, right: 1 }],
  ['right and down by 2', { ...noMove, right: 2, down: 2 }],
  ['right by 6, down by 3', { ...noMove, right: 6, down: 3 }],
  ['turned by 23°', { ...noMove, angle: 0.4 }],
  ['1.3 times as large', { ...noMove, stretch: 1.3 }],
];
const count = 64;
const [folder = builtInBase(), side = '128'] = process.argv.slice(2);
const size = { width: Number(side), height: Number(side) };

const vae = await readVae(join(folder, 'vae'));
const codec = await batchCodec(vae, [count, 3, size.height, size.width]);
const source = {
  things: await loadThings(),
  shapes: await loadShapes(size),
  shapeShare: 0.15,
  options: { size },
};
const pictures = floats(worldBatch(source, 99, 0, count).pixels, [count, 3, size.height, size.width]);
const latents = (await codec.encode(pictures)).mean;
const all = floats(new Float32Array(count * size.width * size.height).fill(1), [count, 1, ...sides(size)]);
console.log(
  `${'shrunk to half'.padEnd(22)} ${meanPsnr(await shrunk(pictures), pictures, all).toFixed(2)} dB`,
);

for (const [name, move] of moves) {
  const batch = movedBatch(pictures, vaeFactor(vae.config), Array(count).fill(move));
  const moved = timesMatrices(latents, batch.matrices);
  const decoded = await codec.decode(moved);
  const own = (await codec.encode(batch.targets)).mean;
  const decibels = meanPsnr(decoded, batch.targets, batch.inside);
  const differing = (100 * differenceInMiddle(moved, own)).toFixed(1);
  console.log(
    `${name.padEnd(22)} ${decibels.toFixed(2)} dB, ${differing.padStart(5)} % of the variance differ`,
  );
}
await codec.dispose();

function sides({ width, height }: typeof size): [number, number] {
  return [height, width];
}

/** The pictures at half their size and back. */
async function shrunk({ data, shape }: FloatTensor): Promise<FloatTensor> {
  const values = 3 * size.width * size.height;
  const half = { width: size.width / 2, height: size.height / 2 };
  const out = new Float32Array(data.length);
  for (let i = 0; i < count; i++) {
    const picture = signedFloatsToPicture(data.subarray(i * values, (i + 1) * values), size);
    const small = await resizePicture(picture, half, 'stretch');
    out.set(pictureToFloats(await resizePicture(small, size, 'stretch')), i * values);
  }
  return floats(out, shape);
}

/** Latents `[b, c, h, w]` times matrices `[b, h·w, h·w]`. */
function timesMatrices({ data, shape }: FloatTensor, matrices: FloatTensor): FloatTensor {
  const [samples, channels, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const product = new Float32Array(data.length);
  for (let plane = 0; plane < samples * channels; plane++) {
    const matrix = Math.floor(plane / channels) * area * area;
    for (let from = 0; from < area; from++) {
      for (let to = 0; to < area; to++) {
        product[plane * area + to]! += data[plane * area + from]! * matrices.data[matrix + from * area + to]!;
      }
    }
  }
  return floats(product, shape);
}

/** Mean PSNR of pictures in −1…1 over the unmasked pixels. */
function meanPsnr({ data, shape }: FloatTensor, truth: FloatTensor, inside: FloatTensor): number {
  const [samples, channels, height, width] = shape as [number, number, number, number];
  const area = height * width;
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    let [error, counted] = [0, 0];
    for (let at = 0; at < channels * area; at++) {
      if (inside.data[i * area + (at % area)] === 0) continue;
      error += (data[i * channels * area + at]! - truth.data[i * channels * area + at]!) ** 2;
      counted++;
    }
    sum += 10 * Math.log10((4 * counted) / error);
  }
  return sum / samples;
}

/** Relative squared difference in the middle half of each side, where no edge was repeated. */
function differenceInMiddle(a: FloatTensor, b: FloatTensor): number {
  const [height, width] = a.shape.slice(2) as [number, number];
  let [difference, square] = [0, 0];
  for (let at = 0; at < a.data.length; at++) {
    const [y, x] = [Math.floor(at / width) % height, at % width];
    if (y < height / 4 || y >= (3 * height) / 4 || x < width / 4 || x >= (3 * width) / 4) continue;
    difference += (a.data[at]! - b.data[at]!) ** 2;
    square += b.data[at]! ** 2;
  }
  return difference / square;
}
