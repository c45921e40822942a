/** @file Kinds of rendered objects: what lives, or looks as if. */
import type { RandomStream } from '../../../../src/diffusion/random.ts';
import { pick } from '../../sample.ts';
import { between } from '../../scene-painters.ts';
import { colour, type Material, shade } from '../materials.ts';
import { ball, box, column, type Mesh, moved, ring, rod, rotated, stretched, turned } from '../mesh.ts';
import { type Build, black, copies, corners, join, white, wood } from './parts.ts';

/** What lives, or looks as if. */
export const living: Readonly<Record<string, Build>> = {
  tree: (material, random) => {
    const green = material.word === 'green' || random.uniform() < 0.7 ? colour('green') : material.plain;
    const trunk = column(0.16, 0.12, 0.8, wood);
    return random.uniform() < 0.5
      ? join(
          trunk,
          ...[0, 1, 2].map((i) =>
            moved(column(0.75 - 0.18 * i, 0, 0.75, shade(green, 1 - 0.08 * i)), [0, 0.6 + 0.45 * i, 0]),
          ),
        )
      : join(
          trunk,
          moved(ball([0.7, 0.65, 0.7], green), [0, 1.3, 0]),
          moved(ball(0.45, shade(green, 1.15)), [0.4, 1.05, 0.2]),
        );
  },
  cactus: ({ accent }, random) => {
    const green = colour('green');
    const height = between(random, 1.2, 1.8);
    return join(
      column(0.45, 0.55, 0.45, accent),
      moved(ball([0.28, height / 2, 0.28], green), [0, 0.4 + height / 2, 0]),
      rod([0, 0.9, 0], [0.6, 0.95, 0], 0.12, green),
      moved(ball([0.14, 0.4, 0.14], green), [0.6, 1.2, 0]),
      rod([0, 1.2, 0], [-0.5, 1.25, 0], 0.11, green),
      moved(ball([0.13, 0.3, 0.13], green), [-0.5, 1.45, 0]),
    );
  },
  mushroom: ({ paint }, random) =>
    join(
      turned(
        [
          [0, 0],
          [0.32, 0],
          [0.2, 0.6],
          [0.22, 0.9],
        ],
        white,
      ),
      moved(
        turned(
          [
            [0, 0],
            [between(random, 0.7, 0.95), 0],
            [0.7, 0.35],
            [0.35, 0.6],
            [0, 0.66],
          ],
          paint,
        ),
        [0, 0.75, 0],
      ),
    ),
  flower: ({ plain, accent }) => {
    const petals = Array.from({ length: 7 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 7;
      return moved(ball([0.24, 0.24, 0.08], plain), [0.4 * Math.sin(angle), 1.5 + 0.4 * Math.cos(angle), 0]);
    });
    return join(
      rod([0, 0, 0], [0, 1.4, -0.03], 0.05, colour('green')),
      ...petals,
      moved(ball([0.25, 0.25, 0.12], accent), [0, 1.5, 0.02]),
      moved(ball([0.3, 0.06, 0.14], colour('green')), [0.25, 0.55, 0]),
    );
  },
  snowman: ({ plain, accent }) =>
    join(
      moved(ball(0.6, white), [0, 0.6, 0]),
      moved(ball(0.45, white), [0, 1.35, 0]),
      moved(ball(0.32, white), [0, 1.95, 0]),
      moved(rotated(column(0.07, 0, 0.35, colour('orange')), 'x', -Math.PI / 2), [0, 1.95, 0.3]),
      ...[-0.12, 0.12].map((x) => moved(ball(0.05, black), [x, 2.05, 0.28])),
      moved(ring(0.3, 0.08, plain), [0, 1.68, 0]),
      moved(column(0.4, 0.4, 0.05, accent), [0, 2.2, 0]),
      moved(column(0.25, 0.25, 0.35, accent), [0, 2.2, 0]),
    ),
  robot: ({ paint, plain, accent }, random) => {
    const width = between(random, 0.7, 1);
    return join(
      moved(box([width, 0.9, 0.55], paint), [0, 1.05, 0]),
      moved(box([0.6, 0.5, 0.5], accent), [0, 1.8, 0]),
      ...[-0.14, 0.14].map((x) => moved(ball(0.08, colour('yellow')), [x, 1.85, 0.25])),
      rod([0, 2.05, 0], [0, 2.35, 0], 0.03, black),
      moved(ball(0.08, colour('red')), [0, 2.38, 0]),
      ...[-1, 1].flatMap((side) => [
        rod([side * (width / 2 + 0.1), 1.4, 0], [side * (width / 2 + 0.18), 0.7, 0.15], 0.1, plain),
        rod([side * 0.22, 0.65, 0], [side * 0.24, 0, 0], 0.13, plain),
      ]),
    );
  },
  dog: (material, random) =>
    quadruped(material, random, { neck: 0.25, legs: 0.55, tail: 0.5, ears: 'hanging' }),
  cat: (material, random) =>
    quadruped(material, random, { neck: 0.2, legs: 0.5, tail: 0.8, ears: 'pointed' }),
  horse: (material, random) =>
    quadruped(material, random, { neck: 0.7, legs: 0.95, tail: 0.7, ears: 'pointed' }),
  giraffe: (material, random) =>
    quadruped(material, random, { neck: 1.4, legs: 1.2, tail: 0.4, ears: 'pointed' }),
  pig: (material, random) =>
    quadruped(material, random, { neck: 0.1, legs: 0.35, tail: 0.2, ears: 'hanging' }),
  duck: ({ paint, plain }) =>
    join(
      moved(ball([0.5, 0.42, 0.75], paint), [0, 0.5, 0]),
      moved(ball(0.3, plain), [0, 1.1, 0.5]),
      rod([0, 0.7, 0.4], [0, 1, 0.5], 0.18, plain),
      moved(ball([0.16, 0.06, 0.24], colour('orange')), [0, 1.06, 0.85]),
      ...[-1, 1].map((side) => moved(ball(0.05, black), [side * 0.17, 1.18, 0.73])),
      ...[-1, 1].map((side) =>
        moved(ball([0.1, 0.26, 0.45], shade(plain, 0.85)), [side * 0.46, 0.55, -0.05]),
      ),
    ),
  fish: ({ paint, accent }) =>
    join(
      moved(ball([0.25, 0.5, 0.8], paint), [0, 0.8, 0]),
      moved(box([0.06, 0.75, 0.4], accent, 1.2), [0, 0.8, -0.95]),
      moved(box([0.05, 0.3, 0.5], accent, 0.5), [0, 1.35, 0]),
      ...[-1, 1].map((side) => moved(ball(0.09, white), [side * 0.18, 0.95, 0.5])),
      ...[-1, 1].map((side) => moved(ball(0.05, black), [side * 0.23, 0.95, 0.54])),
    ),
  person: ({ paint, accent }, random) => {
    const skin = pick(random, [
      [0.93, 0.76, 0.62],
      [0.76, 0.56, 0.42],
      [0.45, 0.3, 0.22],
    ] as const);
    const step = between(random, -0.35, 0.35);
    return join(
      moved(ball([0.36, 0.5, 0.24], paint), [0, 1.3, 0]),
      moved(ball(0.26, skin), [0, 2.05, 0]),
      moved(ball([0.27, 0.16, 0.27], pick(random, [black, wood, colour('yellow')])), [0, 2.2, -0.04]),
      ...[-1, 1].flatMap((side) => [
        rod([side * 0.16, 0.95, 0], [side * 0.2, 0, side * step], 0.13, accent),
        rod([side * 0.33, 1.6, 0], [side * 0.5, 0.95, -side * step], 0.09, skin),
        moved(ball([0.12, 0.08, 0.2], black), [side * 0.2, 0.03, side * step + 0.08]),
      ]),
    );
  },
};

interface Animal {
  readonly neck: number;
  readonly legs: number;
  readonly tail: number;
  readonly ears: 'hanging' | 'pointed';
}

/** An animal on four legs that looks towards the viewer. */
function quadruped({ paint, plain, accent }: Material, random: RandomStream, animal: Animal): Mesh {
  const { neck, legs, tail, ears } = animal;
  const [length, width] = [between(random, 0.7, 0.95), between(random, 0.3, 0.42)];
  const back = legs + width;
  const head = back + neck + 0.1;
  const forward = length + 0.12 + neck * 0.25;
  const ear =
    ears === 'pointed'
      ? column(0.09, 0, 0.24, plain, 10)
      : moved(ball([0.07, 0.2, 0.1], accent), [0.06, -0.02, 0]);
  return join(
    moved(ball([width, width, length], paint), [0, legs + width * 0.8, 0]),
    copies(rod([0, 0, 0], [0, legs + 0.1, 0], 0.1, plain), corners(width * 0.6, length * 0.6)),
    rod([0, back - 0.1, length * 0.75], [0, head, forward], 0.17, plain),
    moved(ball([0.24, 0.23, 0.3], plain), [0, head + 0.08, forward + 0.05]),
    moved(ball([0.13, 0.12, 0.16], accent), [0, head, forward + 0.32]),
    ...[-1, 1].flatMap((side) => [
      moved(ball(0.045, black), [side * 0.11, head + 0.17, forward + 0.27]),
      moved(side < 0 ? stretched(ear, [-1, 1, 1]) : ear, [side * 0.15, head + 0.24, forward]),
    ]),
    rod([0, back - 0.1, -length * 0.9], [0, back + tail * 0.3, -length - tail * 0.8], 0.06, plain),
  );
}
