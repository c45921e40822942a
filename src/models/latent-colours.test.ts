import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import { readFrames } from '../media/clip.ts';
import { type Picture, pictureToFloats } from '../media/picture.ts';
import { testdata } from '../testing/testdata.ts';
import { openBaseModel } from './base-model.ts';
import { builtInBase } from './built-in-base.ts';
import { type VaeConfig, vaeFactor } from './configs.ts';
import { latentColours, latentPicture } from './latent-colours.ts';
import { pictureEncoder } from './programs.ts';

const side = 128;

/** The mean colours of squares of `factor` pixels, one number after the other, 0 to 255. */
function meansOf({ width, height, data }: Picture, factor: number): number[] {
  const means = new Array((3 * width * height) / factor ** 2).fill(0);
  for (const [at, value] of data.entries()) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    means[3 * (Math.floor(y / factor) * (width / factor) + Math.floor(x / factor)) + (at % 3)] += value;
  }
  return means.map((sum) => sum / factor ** 2);
}

const scaled = ({ shape, data }: FloatTensor, { scaling_factor: factor }: VaeConfig) =>
  floats(
    data.map((value) => factor * value),
    shape,
  );

test('previews of the built-in model have the colours of the pictures', async () => {
  const { vae } = await openBaseModel(builtInBase());
  const colours = await latentColours(vae);
  expect(await latentColours(vae)).toBe(colours);
  const factor = vaeFactor(vae.config);
  const size = { width: side, height: side };
  const encoder = await pictureEncoder(vae, size);
  const clips = ['duck-runs-plain-green.gif', 'elephant-runs-plain-red.gif'];
  for (const name of clips) {
    const path = join(import.meta.dirname, '../../assets/demo/clips', name);
    const [frame] = await readFrames(path, { indices: [0], size, fit: 'cover' });
    const { mean } = await encoder.encode(floats(pictureToFloats(frame!), [1, 3, side, side]));
    const preview = latentPicture(colours, scaled(mean, vae.config));
    expect([preview.width, preview.height]).toEqual([side / factor, side / factor]);
    const wanted = meansOf(frame!, factor);
    const square = (values: number[]) => values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    const error = Math.sqrt(square(wanted.map((value, i) => value - preview.data[i]!)));
    const mid = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
    const spread = Math.sqrt(square(wanted.map((value) => value - mid)));
    expect(error, name).toBeLessThan(0.4 * spread);
  }
  await encoder.dispose();
});

test('an autoencoder with random weights gives a map of numbers, too', async () => {
  const { vae } = await openBaseModel(testdata('mini/tiny-sd'));
  const colours = await latentColours(vae);
  expect(colours.map((factors) => factors.length)).toEqual(Array(3).fill(vae.config.latent_channels + 1));
  expect(colours.every((factors) => factors.every(Number.isFinite))).toBe(true);
});
