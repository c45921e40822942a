/** @file Augmentation of pictures with the faults of generators and video files: blur, low contrast, noise. */

import type { RandomStream } from '../../src/diffusion/random.ts';
import type { Size } from '../../src/media/size.ts';
import { between } from '../world/scene-painters.ts';

/** Probabilities of the changes. */
const SHARES = { colours: 0.6, halved: 0.15, blurred: 0.4, noisy: 0.45 } as const;

/**
 * Changes a picture `[3, height, width]` in −1…1 in place, with sides divisible by 4: at random its contrast,
 * brightness and tint, its sharpness, and noise of fine or coarse grain. Things stay recognisable.
 */
export function augment(picture: Float32Array, size: Size, random: RandomStream): void {
  const pixels = size.width * size.height;
  const planes = [0, 1, 2].map((channel) => picture.subarray(channel * pixels, (channel + 1) * pixels));
  if (random.uniform() < SHARES.colours) recolour(planes, random);
  if (random.uniform() < SHARES.halved) for (const plane of planes) halve(plane, size);
  if (random.uniform() < SHARES.blurred) {
    const share = between(random, 0.05, 0.25);
    for (const plane of planes) blur(plane, size, share);
  }
  if (random.uniform() < SHARES.noisy) {
    const grain = 2 ** random.integer(3);
    for (const plane of planes) addGrain(plane, size, grain, between(random, 0, 0.12), random);
  }
  for (let i = 0; i < picture.length; i++) picture[i] = Math.max(-1, Math.min(1, picture[i]!));
}

function recolour(planes: readonly Float32Array[], random: RandomStream): void {
  const contrast = between(random, 0.75, 1.2);
  const brightness = between(random, -0.12, 0.12);
  for (const plane of planes) {
    const gain = contrast * between(random, 0.93, 1.07);
    for (let i = 0; i < plane.length; i++) plane[i] = plane[i]! * gain + brightness;
  }
}

/** Downsamples by averaging blocks of 2×2 pixels, then upsamples bilinearly. */
function halve(plane: Float32Array, { width, height }: Size): void {
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const [a, b] = [y * width + x, (y + 1) * width + x];
      const mean = (plane[a]! + plane[a + 1]! + plane[b]! + plane[b + 1]!) / 4;
      plane.fill(mean, a, a + 2);
      plane.fill(mean, b, b + 2);
    }
  }
  // Over doubled pixels, ¼ ½ ¼ is exactly the bilinear mixture of ¾ and ¼.
  blur(plane, { width, height }, 0.25);
}

/** Mixes each pixel with its neighbours, weighted by `share`, along both axes; edges are repeated. */
function blur(plane: Float32Array, { width, height }: Size, share: number): void {
  for (const [lines, line, length, step] of [
    [height, width, width, 1],
    [width, 1, height, width],
  ] as const) {
    for (let i = 0; i < lines; i++) {
      let before = plane[i * line]!;
      for (let k = 0, at = i * line; k < length; k++, at += step) {
        const here = plane[at]!;
        const next = k + 1 < length ? plane[at + step]! : here;
        plane[at] = here + share * (before + next - 2 * here);
        before = here;
      }
    }
  }
}

/** Adds Gaussian noise that is constant within blocks of `grain`×`grain` pixels. */
function addGrain(
  plane: Float32Array,
  { width, height }: Size,
  grain: number,
  deviation: number,
  random: RandomStream,
): void {
  const columns = width / grain;
  const noise = random.normals((columns * height) / grain);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / grain) * columns;
    for (let x = 0; x < width; x++, at++) plane[at]! += deviation * noise[row + Math.floor(x / grain)]!;
  }
}
