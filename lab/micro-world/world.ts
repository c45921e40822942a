/** @file The smallest world in which a motion can be learned: a coloured thing on a plain ground, 8×8 pixels. */
import type { RandomStream } from '../../src/diffusion/random.ts';
import { type Picture, picture } from '../../src/media/picture.ts';

/** Side of the pictures in pixels. */
export const microSize = 8;

/** The world's colours: red, green, blue. */
const microColours = {
  red: [255, 0, 0],
  green: [0, 255, 0],
  blue: [0, 0, 255],
  yellow: [255, 255, 0],
  cyan: [0, 255, 255],
  magenta: [255, 0, 255],
  white: [255, 255, 255],
  black: [0, 0, 0],
} as const;

/** Name of a colour. */
export type MicroColour = keyof typeof microColours;

/** Whether a point, relative to the thing's centre in pixels, is inside it. */
const inside = {
  square: (x, y) => Math.abs(x) <= 1.5 && Math.abs(y) <= 1.5,
  diamond: (x, y) => Math.abs(x) + Math.abs(y) <= 2,
  cross: (x, y) => Math.min(Math.abs(x), Math.abs(y)) <= 0.6 && Math.max(Math.abs(x), Math.abs(y)) <= 2,
  bar: (x, y) => Math.abs(x) <= 0.8 && Math.abs(y) <= 2,
} as const satisfies Record<string, (x: number, y: number) => boolean>;

/** Name of a shape. */
export type MicroShape = keyof typeof inside;

/** Names of all colours. */
export const microColourNames = Object.keys(microColours) as MicroColour[];
/** Names of all shapes. */
export const microShapeNames = Object.keys(inside) as MicroShape[];

/** A thing and the position of its centre, in pixels from the upper left corner. */
export interface MicroScene {
  readonly shape: MicroShape;
  readonly colour: MicroColour;
  readonly ground: MicroColour;
  readonly x: number;
  readonly y: number;
}

/** Samples per pixel along each side, so that things can be between pixels. */
const samples = 4;

/** Paints a scene. */
export function paintScene({ shape, colour, ground, x, y }: MicroScene): Picture {
  const data = new Uint8Array(microSize * microSize * 3);
  const [over, under] = [microColours[colour], microColours[ground]];
  for (let pixel = 0; pixel < microSize * microSize; pixel++) {
    const [left, top] = [pixel % microSize, Math.floor(pixel / microSize)];
    let hits = 0;
    for (let s = 0; s < samples * samples; s++) {
      const px = left + ((s % samples) + 0.5) / samples;
      const py = top + (Math.floor(s / samples) + 0.5) / samples;
      if (inside[shape](px - x, py - y)) hits++;
    }
    const share = hits / (samples * samples);
    for (let c = 0; c < 3; c++) data[pixel * 3 + c] = Math.round(over[c]! * share + under[c]! * (1 - share));
  }
  return picture(microSize, microSize, data);
}

/** The caption of a scene. */
export function captionOf({
  shape,
  colour,
  ground,
}: Pick<MicroScene, 'shape' | 'colour' | 'ground'>): string {
  return `a ${colour} ${shape} on ${ground}`;
}

/** A random scene; the thing is always entirely inside the picture. */
export function drawScene(random: RandomStream): MicroScene {
  const shape = microShapeNames[random.integer(microShapeNames.length)]!;
  const colour = microColourNames[random.integer(microColourNames.length)]!;
  const others = microColourNames.filter((name) => name !== colour);
  const ground = others[random.integer(others.length)]!;
  const place = () => 1.75 + random.uniform() * (microSize - 3.5);
  return { shape, colour, ground, x: place(), y: place() };
}

/** Displacement of a thing per frame, in pixels. */
const microSpeed = 0.5;

/** The motion of the micro world: to the right. */
export function movedRight(scene: MicroScene, frames: number): MicroScene[] {
  return Array.from({ length: frames }, (_, f) => ({ ...scene, x: scene.x + microSpeed * f }));
}

/**
 * Position of the thing in a picture of this scene: the centre of mass of its colour's share in every pixel (shares
 * below a quarter are treated as noise). `undefined` if they sum to less than half a pixel.
 */
export function locate(found: Picture, { colour, ground }: Pick<MicroScene, 'colour' | 'ground'>) {
  const [over, under] = [microColours[colour], microColours[ground]];
  const way = over.map((level, c) => level - under[c]!);
  const length = way.reduce((sum, step) => sum + step * step, 0);
  let [mass, x, y] = [0, 0, 0];
  for (let pixel = 0; pixel < found.width * found.height; pixel++) {
    const share =
      way.reduce((sum, step, c) => sum + step * (found.data[pixel * 3 + c]! - under[c]!), 0) / length;
    if (share < 0.25) continue;
    const weight = Math.min(1, share);
    mass += weight;
    x += weight * ((pixel % found.width) + 0.5);
    y += weight * (Math.floor(pixel / found.width) + 0.5);
  }
  return mass < 0.5 ? undefined : { x: x / mass, y: y / mass, mass };
}

/**
 * Mean distance in pixels, over the frames after the first, between the thing's position and the true one; a
 * vanished thing counts as being where it was last.
 */
export function trackError(frames: readonly Picture[], truth: readonly MicroScene[]): number {
  let last: { x: number; y: number } = truth[0]!;
  let sum = 0;
  for (let f = 1; f < truth.length; f++) {
    last = locate(frames[f]!, truth[f]!) ?? last;
    sum += Math.hypot(last.x - truth[f]!.x, last.y - truth[f]!.y);
  }
  return sum / (truth.length - 1);
}
