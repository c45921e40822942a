/**
 * @file How each scene of the little world is painted: broad soft shapes and smooth colours, with random
 * variation.
 */

import type { RandomStream } from '../../src/diffusion/random.ts';
import type { Picture } from '../../src/media/picture.ts';
import {
  type Colour,
  mixColours,
  paintEllipse,
  paintGradient,
  paintGround,
  rollingLine,
  varyColour,
} from './canvas.ts';

/**
 * Paints a scene over a whole picture; returns the range of the ground: its highest and lowest position, as fractions
 * of the height.
 */
export type ScenePainter = (
  picture: Picture,
  stream: RandomStream,
) => readonly [highest: number, lowest: number];

/** A uniformly distributed number between two others. */
export function between(stream: RandomStream, low: number, high: number): number {
  return low + (high - low) * stream.uniform();
}

const WHITE: Colour = [255, 255, 255];
const LOWEST_FEET = 0.95;

/** A meadow: a blue sky with clouds, a far hill, green grass. */
export const paintMeadow: ScenePainter = (picture, stream) => {
  const horizon = between(stream, 0.42, 0.6);
  paintSky(picture, stream, [96, 170, 238], [205, 232, 250], horizon + 0.1);
  paintClouds(picture, stream, stream.integer(4), 0.05, horizon * 0.6);
  const hill = rollingLine(stream, 0.05);
  const hillColour = varyColour(stream, [112, 178, 96], 12);
  paintGround(picture, (x) => horizon - 0.03 + hill(x), hillColour, hillColour);
  const edge = rollingLine(stream, 0.02);
  const grass = varyColour(stream, [126, 200, 80], 14);
  paintGround(picture, (x) => horizon + 0.05 + edge(x), grass, varyColour(stream, [58, 146, 52], 12));
  return [horizon + 0.17, LOWEST_FEET];
};

/** A beach: sky, a band of sea, and sand with a wet edge. */
export const paintBeach: ScenePainter = (picture, stream) => {
  const horizon = between(stream, 0.3, 0.42);
  const shore = horizon + between(stream, 0.12, 0.22);
  paintSky(picture, stream, [110, 190, 245], [220, 240, 252], horizon);
  paintClouds(picture, stream, stream.integer(3), 0.05, horizon * 0.55);
  paintGround(picture, () => horizon, varyColour(stream, [36, 134, 190], 14), [70, 190, 205]);
  const line = rollingLine(stream, 0.025);
  paintGround(picture, (x) => shore - 0.025 + line(x), [236, 248, 248], [236, 248, 248]);
  const sand = varyColour(stream, [222, 190, 130], 10);
  paintGround(picture, (x) => shore + line(x), sand, mixColours(sand, [255, 228, 168], 0.8));
  return [shore + 0.14, LOWEST_FEET];
};

/** A starry night: dark blue above, stars, mostly a moon, and dark hills at the lower edge. */
export const paintNight: ScenePainter = (picture, stream) => {
  paintSky(picture, stream, [10, 14, 48], [44, 52, 116], 1);
  paintStars(picture, stream, 8 + stream.integer(8), 0.8);
  if (stream.uniform() < 0.7) {
    const moon = {
      x: between(stream, 0.12, 0.88),
      y: between(stream, 0.1, 0.28),
      colour: [250, 240, 190] as Colour,
    };
    const radius = between(stream, 0.05, 0.085);
    paintEllipse(picture, { ...moon, radiusX: 2 * radius, radiusY: 2 * radius, opacity: 0.25, softness: 1 });
    paintEllipse(picture, { ...moon, radiusX: radius, radiusY: radius });
  }
  const top = between(stream, 0.8, 0.87);
  const hills = rollingLine(stream, 0.03);
  paintGround(picture, (x) => top + hills(x), varyColour(stream, [22, 40, 50], 6), [10, 20, 30]);
  return [top + 0.06, LOWEST_FEET];
};

/** A snowy field: a pale sky, white hills with bluish shade, falling flakes. */
export const paintSnow: ScenePainter = (picture, stream) => {
  const horizon = between(stream, 0.42, 0.58);
  paintSky(picture, stream, [128, 158, 190], [188, 208, 226], horizon + 0.1);
  const hill = rollingLine(stream, 0.06);
  const shade = varyColour(stream, [204, 220, 238], 8);
  paintGround(picture, (x) => horizon - 0.04 + hill(x), shade, shade);
  const edge = rollingLine(stream, 0.025);
  paintGround(
    picture,
    (x) => horizon + 0.06 + edge(x),
    [250, 252, 255],
    varyColour(stream, [206, 222, 242], 8),
  );
  const flakes = 6 + stream.integer(6);
  for (let flake = 0; flake < flakes; flake++) {
    const radius = between(stream, 0.008, 0.016);
    paintEllipse(picture, {
      x: stream.uniform(),
      y: between(stream, 0, horizon),
      radiusX: radius,
      radiusY: radius,
      colour: WHITE,
      opacity: 0.9,
      softness: 0.6,
    });
  }
  return [horizon + 0.18, LOWEST_FEET];
};

/** A desert: a warm sky with a sun, two lines of dunes. */
export const paintDesert: ScenePainter = (picture, stream) => {
  const horizon = between(stream, 0.42, 0.58);
  paintSky(picture, stream, [246, 176, 92], [255, 226, 160], horizon + 0.1);
  if (stream.uniform() < 0.75) {
    const sun = {
      x: between(stream, 0.12, 0.88),
      y: between(stream, 0.1, horizon - 0.12),
      colour: [255, 248, 214] as Colour,
    };
    paintEllipse(picture, { ...sun, radiusX: 0.15, radiusY: 0.15, opacity: 0.4, softness: 1 });
    paintEllipse(picture, { ...sun, radiusX: 0.06, radiusY: 0.06 });
  }
  const far = rollingLine(stream, 0.05);
  const dune = varyColour(stream, [206, 128, 62], 10);
  paintGround(picture, (x) => horizon - 0.01 + far(x), dune, dune);
  const near = rollingLine(stream, 0.05, 0.8);
  paintGround(
    picture,
    (x) => horizon + 0.1 + near(x),
    varyColour(stream, [232, 160, 84], 10),
    [196, 116, 54],
  );
  return [horizon + 0.24, LOWEST_FEET];
};

/** The open sea: a sky, and water with broad soft waves. */
export const paintSea: ScenePainter = (picture, stream) => {
  const horizon = between(stream, 0.28, 0.45);
  paintSky(picture, stream, [120, 184, 230], [214, 232, 244], horizon);
  paintClouds(picture, stream, stream.integer(4), 0.05, horizon * 0.6);
  const near = varyColour(stream, [10, 66, 132], 12);
  paintGround(picture, () => horizon, varyColour(stream, [52, 136, 188], 12), near);
  const waves = 12 + stream.integer(5);
  for (let wave = 0; wave < waves; wave++) {
    // Nearer waves are longer and thicker; sorted from far to near by their number.
    const depth = (wave + stream.uniform()) / waves;
    paintEllipse(picture, {
      x: stream.uniform(),
      y: horizon + 0.02 + (1 - horizon) * depth,
      radiusX: 0.07 + 0.14 * depth,
      radiusY: 0.01 + 0.018 * depth,
      colour: [170, 218, 238],
      opacity: between(stream, 0.2, 0.4),
      softness: 0.9,
    });
  }
  return [horizon + 0.2, 0.92];
};

/** A forest: light between trunks, leaves above, a mossy floor. */
export const paintForest: ScenePainter = (picture, stream) => {
  const floor = between(stream, 0.56, 0.68);
  paintSky(picture, stream, [96, 150, 84], [196, 220, 150], floor + 0.05);
  const trunks = 4 + stream.integer(3);
  for (let trunk = 0; trunk < trunks; trunk++) {
    const radius = between(stream, 0.022, 0.045);
    const colour = varyColour(stream, [92, 66, 44], 14);
    const x = (trunk + between(stream, 0.2, 0.8)) / trunks;
    // An ellipse far higher than the picture is a trunk.
    paintEllipse(picture, { x, y: floor - 0.9, radiusX: radius, radiusY: 1.0, colour });
  }
  const leaves = rollingLine(stream, 0.05, 2.5);
  const depth = between(stream, 0.16, 0.26);
  const dark = varyColour(stream, [38, 92, 46], 10);
  for (let clump = 0; clump < 9; clump++) {
    const x = (clump + 0.5) / 9;
    const colour = varyColour(stream, dark, 12);
    paintEllipse(picture, { x, y: 0.02, radiusX: 0.12, radiusY: depth + leaves(x), colour, softness: 0.15 });
  }
  const edge = rollingLine(stream, 0.02);
  paintGround(picture, (x) => floor + edge(x), varyColour(stream, [104, 124, 54], 10), [66, 78, 36]);
  return [floor + 0.1, LOWEST_FEET];
};

/** On the moon: a black sky with stars, mostly the earth, grey ground with craters. */
export const paintMoon: ScenePainter = (picture, stream) => {
  const horizon = between(stream, 0.45, 0.6);
  paintSky(picture, stream, [6, 6, 12], [20, 20, 30], horizon + 0.1);
  paintStars(picture, stream, 4 + stream.integer(6), horizon);
  if (stream.uniform() < 0.7) {
    const earth = { x: between(stream, 0.12, 0.88), y: between(stream, 0.1, 0.28) };
    paintEllipse(picture, { ...earth, radiusX: 0.08, radiusY: 0.08, colour: [52, 120, 214] });
    const land = { radiusX: 0.035, radiusY: 0.03, colour: [90, 170, 100] as Colour, softness: 0.5 };
    paintEllipse(picture, { x: earth.x - 0.02, y: earth.y - 0.015, ...land });
  }
  const edge = rollingLine(stream, 0.025);
  paintGround(picture, (x) => horizon + edge(x), varyColour(stream, [176, 176, 180], 12), [112, 112, 118]);
  const craters = 4 + stream.integer(4);
  for (let crater = 0; crater < craters; crater++) {
    const depth = (crater + stream.uniform()) / craters;
    const [x, y] = [stream.uniform(), horizon + 0.08 + (0.9 - horizon) * depth];
    const radius = 0.04 + 0.05 * depth;
    paintEllipse(picture, {
      x,
      y: y + 0.01,
      radiusX: radius,
      radiusY: radius * 0.4,
      colour: [200, 200, 204],
      softness: 0.3,
    });
    paintEllipse(picture, {
      x,
      y,
      radiusX: radius,
      radiusY: radius * 0.38,
      colour: [104, 104, 110],
      softness: 0.3,
    });
  }
  return [horizon + 0.16, LOWEST_FEET];
};

/** A plain ground of one colour, a little lighter above than below. */
export function plainPainter(colour: Colour): ScenePainter {
  return (picture, stream) => {
    const own = varyColour(stream, colour, 10);
    const shade = between(stream, 0.05, 0.16);
    paintGradient(picture, 0, 1, mixColours(own, WHITE, shade), mixColours(own, [0, 0, 0], shade));
    return [0.6, LOWEST_FEET];
  };
}

function paintSky(picture: Picture, stream: RandomStream, top: Colour, bottom: Colour, end: number): void {
  paintGradient(picture, 0, end, varyColour(stream, top, 12), varyColour(stream, bottom, 8));
}

function paintClouds(
  picture: Picture,
  stream: RandomStream,
  count: number,
  top: number,
  bottom: number,
): void {
  for (let cloud = 0; cloud < count; cloud++) {
    const x = stream.uniform();
    const y = between(stream, top, Math.max(top, bottom));
    const size = between(stream, 0.06, 0.1);
    for (let puff = -1; puff <= 1; puff++) {
      paintEllipse(picture, {
        x: x + puff * size,
        y: y + (puff === 0 ? -0.2 * size : 0.1 * size),
        radiusX: size,
        radiusY: size * between(stream, 0.4, 0.55),
        colour: WHITE,
        opacity: 0.85,
        softness: 0.5,
      });
    }
  }
}

function paintStars(picture: Picture, stream: RandomStream, count: number, lowest: number): void {
  for (let star = 0; star < count; star++) {
    const radius = between(stream, 0.008, 0.016);
    paintEllipse(picture, {
      x: stream.uniform(),
      y: between(stream, 0, lowest),
      radiusX: radius,
      radiusY: radius,
      colour: [255, 252, 226],
      opacity: between(stream, 0.5, 1),
      softness: 0.7,
    });
  }
}
