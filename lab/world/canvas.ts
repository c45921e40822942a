/** @file Drawing on pictures: gradients, grounds with an uneven edge, ellipses. All antialiased. */

import type { RandomStream } from '../../src/diffusion/random.ts';
import type { Picture } from '../../src/media/picture.ts';

/** Red, green and blue, each 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The colour between two others: `from` at 0, `to` at 1. */
export function mixColours(from: Colour, to: Colour, share: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

/** A colour a little lighter or darker (up to `amount` levels) and of a slightly different hue (up to half as much). */
export function varyColour(stream: RandomStream, colour: Colour, amount: number): Colour {
  const light = (2 * stream.uniform() - 1) * amount;
  const level = (value: number) =>
    Math.min(255, Math.max(0, value + light + (stream.uniform() - 0.5) * amount));
  return [level(colour[0]), level(colour[1]), level(colour[2])];
}

/** Fills the rows from `top` to `bottom` (shares of the height) with a gradient downwards. */
export function paintGradient(
  { width, height, data }: Picture,
  top: number,
  bottom: number,
  from: Colour,
  to: Colour,
) {
  const first = Math.max(0, Math.floor(top * height));
  const end = Math.min(height, Math.ceil(bottom * height));
  for (let y = first; y < end; y++) {
    const share = Math.min(1, Math.max(0, ((y + 0.5) / height - top) / (bottom - top)));
    const [red, green, blue] = mixColours(from, to, share);
    for (let at = y * width * 3, stop = at + width * 3; at < stop; at += 3) {
      data[at] = red + 0.5;
      data[at + 1] = green + 0.5;
      data[at + 2] = blue + 0.5;
    }
  }
}

/**
 * Fills everything below an edge with a gradient from the edge's highest point to the picture's lower end. `edge`
 * gives the height of the edge (a share of the picture's height, from the top) at a column (a share of the width).
 */
export function paintGround(
  { width, height, data }: Picture,
  edge: (x: number) => number,
  from: Colour,
  to: Colour,
): void {
  const edges = Float64Array.from({ length: width }, (_, x) => edge((x + 0.5) / width) * height);
  const highest = Math.min(...edges);
  for (let y = Math.max(0, Math.floor(highest - 1)); y < height; y++) {
    const share = Math.min(1, Math.max(0, (y - highest) / (height - highest)));
    const [red, green, blue] = mixColours(from, to, share);
    for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
      const cover = Math.min(1, y + 1 - edges[x]!);
      if (cover <= 0) continue;
      data[at] = data[at]! + (red - data[at]!) * cover + 0.5;
      data[at + 1] = data[at + 1]! + (green - data[at + 1]!) * cover + 0.5;
      data[at + 2] = data[at + 2]! + (blue - data[at + 2]!) * cover + 0.5;
    }
  }
}

/** Where an ellipse lies and how it looks. */
export interface Ellipse {
  /** The centre, as shares of width and height. */
  readonly x: number;
  readonly y: number;
  /** Half of its width and of its height, both as shares of the picture's height. */
  readonly radiusX: number;
  readonly radiusY: number;
  readonly colour: Colour;
  /** How much it covers, 0 to 1; default 1. */
  readonly opacity?: number;
  /** The fraction of the radius over which it fades out; default a sharp antialiased edge. */
  readonly softness?: number;
}

/** Draws an ellipse on a picture, clipped to it. */
export function paintEllipse({ width, height, data }: Picture, ellipse: Ellipse): void {
  const { colour, opacity = 1 } = ellipse;
  const radiusX = Math.max(0.5, ellipse.radiusX * height);
  const radiusY = Math.max(0.5, ellipse.radiusY * height);
  const softness = Math.max(ellipse.softness ?? 0, 1 / Math.min(radiusX, radiusY));
  const centreX = ellipse.x * width - 0.5;
  const centreY = ellipse.y * height - 0.5;
  const reach = 1 + softness / 2;
  const top = Math.max(0, Math.ceil(centreY - radiusY * reach));
  const bottom = Math.min(height - 1, Math.floor(centreY + radiusY * reach));
  const left = Math.max(0, Math.ceil(centreX - radiusX * reach));
  const right = Math.min(width - 1, Math.floor(centreX + radiusX * reach));
  for (let y = top; y <= bottom; y++) {
    const dy = (y - centreY) / radiusY;
    for (let x = left, at = (y * width + left) * 3; x <= right; x++, at += 3) {
      const dx = (x - centreX) / radiusX;
      const cover = Math.min(1, (reach - Math.sqrt(dx * dx + dy * dy)) / softness) * opacity;
      if (cover <= 0) continue;
      data[at] = data[at]! + (colour[0] - data[at]!) * cover + 0.5;
      data[at + 1] = data[at + 1]! + (colour[1] - data[at + 1]!) * cover + 0.5;
      data[at + 2] = data[at + 2]! + (colour[2] - data[at + 2]!) * cover + 0.5;
    }
  }
}

/** A gently rolling line around 0, at most `amplitude` high, for {@link paintGround}: two waves of random phase. */
export function rollingLine(stream: RandomStream, amplitude: number, waves = 1): (x: number) => number {
  const phase = 2 * Math.PI * stream.uniform();
  const second = 2 * Math.PI * stream.uniform();
  const frequency = 2 * Math.PI * waves * (0.7 + 0.6 * stream.uniform());
  return (x) =>
    amplitude * (0.7 * Math.sin(frequency * x + phase) + 0.3 * Math.sin(2.3 * frequency * x + second));
}
