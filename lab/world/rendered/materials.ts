/** @file Named colours and patterns of rendered objects. */
import type { RandomStream } from '../../../src/diffusion/random.ts';
import { pick } from '../sample.ts';
import type { Colour, Paint } from './mesh.ts';

const named = {
  red: [0.82, 0.1, 0.1],
  orange: [0.93, 0.5, 0.1],
  yellow: [0.95, 0.82, 0.15],
  green: [0.2, 0.6, 0.22],
  turquoise: [0.15, 0.68, 0.68],
  blue: [0.13, 0.33, 0.78],
  purple: [0.5, 0.22, 0.66],
  pink: [0.93, 0.52, 0.68],
  brown: [0.48, 0.3, 0.16],
  grey: [0.55, 0.56, 0.58],
  white: [0.93, 0.93, 0.9],
  black: [0.12, 0.12, 0.14],
} as const satisfies Record<string, Colour>;

/** A colour's name. */
export type ColourName = keyof typeof named;

const names = Object.keys(named) as ColourName[];

/** A colour by name. */
export function colour(name: ColourName): Colour {
  return named[name];
}

/** What an object is mainly made of. */
export interface Material {
  /** In captions, such as "striped" or "red". */
  readonly word: string;
  readonly paint: Paint;
  /** One of its colours alone. */
  readonly plain: Colour;
  /** A colour that differs from it, for parts. */
  readonly accent: Colour;
}

const patterns = ['striped', 'checked', 'spotted'] as const;

/** All words for materials in captions. */
export const materialWords: readonly string[] = [...names, ...patterns];

/** A plain colour most of the time, else stripes, checks or spots of two. */
export function drawMaterial(random: RandomStream): Material {
  const name = pick(random, names);
  const others = names.filter((each) => each !== name);
  const [second, third] = [pick(random, others), pick(random, others)];
  const [plain, other, accent] = [named[name], named[second], named[third]];
  const kind = random.uniform();
  const counts = { around: 4 + 2 * random.integer(3), along: 3 + random.integer(4) };
  if (kind < 0.68) return { word: name, paint: varied(plain, random), plain, accent };
  if (kind < 0.8) {
    const across = random.uniform() < 0.5;
    const paint: Paint = (u, v) => (odd(across ? v * counts.along * 2 : u * counts.around) ? plain : other);
    return { word: patterns[0], paint, plain, accent };
  }
  if (kind < 0.9) {
    const paint: Paint = (u, v) => (odd(u * counts.around) === odd(v * counts.along) ? plain : other);
    return { word: patterns[1], paint, plain, accent };
  }
  const paint: Paint = (u, v) => {
    const [x, y] = [fraction(u * counts.around) - 0.5, fraction(v * counts.along) - 0.5];
    return Math.hypot(x, y) < 0.3 ? other : plain;
  };
  return { word: patterns[2], paint, plain, accent };
}

/** Lighter and darker shades of a colour, so that faces differ a little. */
export function shade([red, green, blue]: Colour, factor: number): Colour {
  return [Math.min(1, red * factor), Math.min(1, green * factor), Math.min(1, blue * factor)];
}

/** The colour with faint blotches, as on the world's other objects. */
function varied(plain: Colour, random: RandomStream): Paint {
  if (random.uniform() < 0.5) return plain;
  const [a, b, c] = [random.uniform() * 6, random.uniform() * 6, 2 + random.integer(4)];
  return (u, v) => shade(plain, 1 + 0.12 * Math.sin(2 * Math.PI * c * u + a) * Math.sin(9 * v + b));
}

function odd(value: number): boolean {
  return Math.floor(value) % 2 === 1;
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
