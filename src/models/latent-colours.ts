/**
 * @file Small pictures straight from latents, without the decoder: a linear map from the channels of a latent pixel to
 * a colour, fitted by least squares to the base's own autoencoder.
 */
import { randomStream } from '../diffusion/random.ts';
import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import { type Picture, signedFloatsToPicture } from '../media/picture.ts';
import type { Size } from '../media/size.ts';
import type { Component } from './component.ts';
import { type VaeConfig, vaeFactor } from './configs.ts';
import { pictureEncoder } from './programs.ts';

/** Pictures that the map is fitted to, and their sides in latent pixels: some hundred pairs for a few numbers. */
const PICTURES = 4;
const SIDE = 12;
/** Sides of a picture's coarse pattern of colours. */
const PATTERN = 4;

/** A fitted map: for red, green and blue (−1…1), a factor for each channel of scaled latents and a constant at last. */
export type LatentColours = readonly [Float64Array, Float64Array, Float64Array];

/** Maps of this process, by the identity of the autoencoder's weights. */
const known = new Map<string, Promise<LatentColours>>();

/**
 * The map of a base's latents, fitted once in a process: drawn pictures of smooth colours and grain are encoded. Takes
 * a few seconds with the autoencoder of Stable Diffusion. Throws `CheckpointError` for damaged weights.
 */
export async function latentColours(vae: Component<VaeConfig>): Promise<LatentColours> {
  const identity = await vae.weights.fingerprint();
  let found = known.get(identity);
  if (!found) {
    found = fitColours(vae);
    known.set(identity, found);
    // After a failure, the next call tries again.
    found.catch(() => known.delete(identity));
  }
  return found;
}

async function fitColours(vae: Component<VaeConfig>): Promise<LatentColours> {
  const { config } = vae;
  const factor = vaeFactor(config);
  const size = { width: SIDE * factor, height: SIDE * factor };
  const encoder = await pictureEncoder(vae, size);
  const inputs: Float64Array[] = [];
  const colours: Float64Array[] = [];
  try {
    for (let i = 0; i < PICTURES; i++) {
      const picture = drawnColours(i, size);
      const { mean } = await encoder.encode(floats(picture, [1, 3, size.height, size.width]));
      for (let at = 0; at < SIDE * SIDE; at++) {
        const values = Array.from(
          { length: config.latent_channels },
          (_, c) => mean.data[c * SIDE * SIDE + at]!,
        );
        inputs.push(Float64Array.of(...values.map((value) => config.scaling_factor * value), 1));
        colours.push(meanColour(picture, size, at, factor));
      }
    }
  } finally {
    await encoder.dispose();
  }
  const factorsFor = (channel: number) =>
    leastSquares(
      inputs,
      colours.map((colour) => colour[channel]!),
    );
  return [factorsFor(0), factorsFor(1), factorsFor(2)];
}

/** A picture `[3, height, width]` in −1…1: random colours that fade into each other; from the second one on, grain. */
function drawnColours(index: number, { width, height }: Size): Float32Array {
  const random = randomStream(0, 'latent colours', index);
  const corners = Array.from({ length: 3 * (PATTERN + 1) ** 2 }, () => 2 * random.uniform() - 1);
  const grain = 0.1 * index;
  const picture = new Float32Array(3 * width * height);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [u, v] = [(PATTERN * x) / width, (PATTERN * y) / height];
        const [left, top] = [Math.floor(u), Math.floor(v)];
        const at = (right: number, down: number) =>
          corners[(channel * (PATTERN + 1) + top + down) * (PATTERN + 1) + left + right]!;
        const [above, below] = [0, 1].map((down) => at(0, down) + (u - left) * (at(1, down) - at(0, down)));
        const value = above! + (v - top) * (below! - above!) + grain * random.normal();
        picture[(channel * height + y) * width + x] = Math.max(-1, Math.min(1, value));
      }
    }
  }
  return picture;
}

/** The mean colour of the pixels that latent pixel `at` stands for. */
function meanColour(
  picture: Float32Array,
  { width, height }: Size,
  at: number,
  factor: number,
): Float64Array {
  const [left, top] = [factor * (at % SIDE), factor * Math.floor(at / SIDE)];
  const colour = new Float64Array(3);
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let y = top; y < top + factor; y++) {
      for (let x = left; x < left + factor; x++) sum += picture[(channel * height + y) * width + x]!;
    }
    colour[channel] = sum / factor ** 2;
  }
  return colour;
}

/** Factors w that minimise Σ (w · input − target)², by the normal equations with a little damping. */
function leastSquares(inputs: readonly Float64Array[], targets: readonly number[]): Float64Array {
  const count = inputs[0]!.length;
  const rows = Array.from({ length: count }, () => new Float64Array(count + 1));
  for (const [i, input] of inputs.entries()) {
    for (const [r, row] of rows.entries()) {
      for (let c = 0; c < count; c++) row[c]! += input[r]! * input[c]!;
      row[count]! += input[r]! * targets[i]!;
    }
  }
  // Channels that never vary would make the system singular.
  for (const [r, row] of rows.entries()) row[r]! += 1e-6 * inputs.length;
  return solved(rows);
}

/** The solution of a symmetric positive definite system, by Gauss–Jordan elimination; `rows` end in the right side. */
function solved(rows: readonly Float64Array[]): Float64Array {
  for (const [pivot, row] of rows.entries()) {
    const scale = row[pivot]!;
    for (let c = 0; c < row.length; c++) row[c]! /= scale;
    for (const [r, other] of rows.entries()) {
      if (r === pivot) continue;
      const factor = other[pivot]!;
      for (let c = 0; c < row.length; c++) other[c]! -= factor * row[c]!;
    }
  }
  return Float64Array.from(rows, (row) => row.at(-1)!);
}

/** The picture of scaled latents `[1, c, h, w]`, one pixel for each of theirs. */
export function latentPicture(colours: LatentColours, { shape, data }: FloatTensor): Picture {
  const [, channels, height, width] = shape as [number, number, number, number];
  const pixels = width * height;
  const values = new Float32Array(3 * pixels);
  for (const [channel, factors] of colours.entries()) {
    for (let at = 0; at < pixels; at++) {
      let sum = factors[channels]!;
      for (let c = 0; c < channels; c++) sum += factors[c]! * data[c * pixels + at]!;
      values[channel * pixels + at] = sum;
    }
  }
  return signedFloatsToPicture(values, { width, height });
}
