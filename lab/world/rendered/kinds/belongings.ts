/** @file Kinds of rendered objects: things that people wear, eat, and play with. */
import { between } from '../../scene-painters.ts';
import { colour, shade } from '../materials.ts';
import { ball, box, column, moved, ring, rod, rotated, stretched, turned } from '../mesh.ts';
import { type Build, black, corners, join, white, wood } from './parts.ts';

/** Things that people wear, eat, and play with. */
export const belongings: Readonly<Record<string, Build>> = {
  hat: ({ paint, accent }, random) => {
    const height = between(random, 0.4, 0.9);
    return join(
      column(0.95, 0.95, 0.07, paint),
      column(0.5, 0.45, height, paint),
      moved(column(0.515, 0.51, 0.16, accent), [0, 0.06, 0]),
    );
  },
  boot: ({ paint, accent }, random) =>
    join(
      moved(column(0.34, 0.38, between(random, 0.7, 1.2), paint), [0, 0.2, -0.3]),
      moved(ball([0.36, 0.34, 0.8], paint), [0, 0.28, 0.1]),
      moved(box([0.66, 0.12, 1.5], accent), [0, 0, 0.05]),
    ),
  cake: ({ plain, accent }, random) => {
    const layers = 1 + random.integer(3);
    const cake = Array.from({ length: layers }, (_, i) => {
      const radius = 0.85 - 0.2 * i;
      const place = 0.5 * i;
      return join(
        moved(column(radius, radius, 0.45, i % 2 ? accent : wood), [0, place, 0]),
        moved(column(radius + 0.02, radius + 0.02, 0.14, plain), [0, place + 0.36, 0]),
      );
    });
    const candle = join(
      rod([0, 0, 0], [0, 0.4, 0], 0.05, white),
      moved(ball(0.08, colour('orange')), [0, 0.45, 0]),
    );
    return join(...cake, moved(candle, [0, 0.5 * layers, 0]));
  },
  'ice cream cone': ({ paint, accent }, random) =>
    join(
      column(
        0,
        0.45,
        1.2,
        (u, v) => (Math.floor(u * 12 + v * 6) % 2 ? [0.82, 0.6, 0.32] : [0.74, 0.52, 0.26]),
        20,
      ),
      moved(ball(0.5, paint), [0, 1.4, 0]),
      ...(random.uniform() < 0.5 ? [moved(ball(0.38, accent), [0, 2, 0])] : []),
    ),
  donut: ({ plain }) =>
    join(
      ring(0.6, 0.32, [0.78, 0.56, 0.32]),
      moved(stretched(ring(0.6, 0.31, plain), [1, 0.8, 1]), [0, 0.1, 0]),
    ),
  burger: ({ accent }, random) =>
    join(
      stretched(
        turned(
          [
            [0, 0],
            [0.8, 0],
            [0.85, 0.3],
            [0, 0.3],
          ],
          [0.82, 0.58, 0.3],
        ),
        [1, 1, 1],
      ),
      moved(column(0.92, 0.92, 0.1, colour('green')), [0, 0.3, 0]),
      moved(column(0.85, 0.85, 0.2, [0.36, 0.2, 0.12]), [0, 0.4, 0]),
      moved(box([1.3, 0.05, 1.3], random.uniform() < 0.7 ? colour('yellow') : accent), [0, 0.63, 0]),
      moved(
        turned(
          [
            [0, 0],
            [0.86, 0],
            [0.8, 0.25],
            [0.5, 0.45],
            [0, 0.5],
          ],
          [0.84, 0.6, 0.3],
        ),
        [0, 0.66, 0],
      ),
    ),
  apple: ({ plain }) =>
    join(
      turned(
        [
          [0, 0.1],
          [0.35, 0],
          [0.65, 0.5],
          [0.6, 0.9],
          [0.3, 1.05],
          [0, 0.9],
        ],
        plain,
      ),
      rod([0, 0.9, 0], [0.08, 1.3, 0], 0.04, wood),
      moved(ball([0.2, 0.04, 0.1], colour('green')), [0.22, 1.2, 0]),
    ),
  pumpkin: () => {
    const parts = Array.from({ length: 8 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 8;
      const orange = shade(colour('orange'), i % 2 ? 0.92 : 1);
      return moved(ball([0.42, 0.55, 0.42], orange), [0.42 * Math.sin(angle), 0.55, 0.42 * Math.cos(angle)]);
    });
    return join(...parts, rod([0, 1, 0], [0.08, 1.35, 0], 0.1, colour('green')));
  },
  barrel: ({ paint, accent }) =>
    join(
      turned(
        [
          [0, 0],
          [0.5, 0],
          [0.66, 0.4],
          [0.7, 0.7],
          [0.66, 1],
          [0.5, 1.4],
          [0, 1.4],
        ],
        paint,
      ),
      ...[0.25, 1.15].map((height) => moved(ring(0.6, 0.05, accent), [0, height, 0])),
    ),
  crate: ({ paint, accent }, random) => {
    const side = between(random, 1, 1.3);
    const edges = corners(side / 2, side / 2).map(([x, z]) =>
      moved(box([0.14, side + 0.06, 0.14], accent), [x, 0, z]),
    );
    return join(box([side, side, side], paint), ...edges);
  },
  present: ({ paint, accent }, random) => {
    const [width, height] = [between(random, 0.9, 1.3), between(random, 0.6, 1.1)];
    const ribbon = [
      box([0.2, height + 0.04, width + 0.04], accent),
      box([width + 0.04, height + 0.04, 0.2], accent),
    ];
    const bows = [-1, 1].map((side) =>
      moved(ball([0.24, 0.16, 0.12], accent), [side * 0.2, height / 2 + 0.14, 0]),
    );
    return join(box([width, height, width], paint), ...ribbon, ...bows);
  },
  drum: ({ paint, accent }) =>
    join(
      column(0.7, 0.7, 0.8, paint),
      ...[0, 0.8].map((height) => moved(ring(0.7, 0.06, accent), [0, height, 0])),
      moved(column(0.66, 0.66, 0.04, white), [0, 0.8, 0]),
    ),
  guitar: ({ paint, accent }) =>
    join(
      moved(ball([0.6, 0.55, 0.16], paint), [0, 0.55, 0]),
      moved(ball([0.45, 0.42, 0.15], paint), [0, 1.15, 0]),
      moved(ball([0.2, 0.2, 0.04], black), [0, 0.95, 0.15]),
      moved(box([0.14, 1.3, 0.08], wood), [0, 1.9, 0.06]),
      moved(box([0.24, 0.3, 0.08], accent), [0, 2.6, 0.04]),
    ),
  'light bulb': ({ plain }) =>
    join(
      moved(column(0.22, 0.24, 0.4, colour('grey')), [0, 0, 0]),
      moved(
        turned(
          [
            [0, 0],
            [0.24, 0],
            [0.55, 0.6],
            [0.5, 0.95],
            [0.25, 1.15],
            [0, 1.2],
          ],
          plain,
        ),
        [0, 0.38, 0],
      ),
    ),
  umbrella: ({ paint }) =>
    join(
      rod([0, 0, 0], [0, 1.6, 0], 0.04, wood),
      moved(
        turned(
          [
            [1.05, 0],
            [0.85, 0.35],
            [0.5, 0.58],
            [0, 0.7],
          ],
          paint,
          10,
        ),
        [0, 1, 0],
      ),
    ),
  bell: ({ paint, accent }) =>
    join(
      turned(
        [
          [0.75, 0],
          [0.55, 0.3],
          [0.42, 0.9],
          [0.2, 1.15],
          [0, 1.2],
        ],
        paint,
      ),
      moved(ball(0.16, accent), [0, 0, 0]),
      moved(rotated(ring(0.14, 0.05, accent), 'x', Math.PI / 2), [0, 1.3, 0]),
    ),
  'chess pawn': ({ plain }) =>
    join(
      turned(
        [
          [0, 0],
          [0.5, 0],
          [0.5, 0.15],
          [0.3, 0.3],
          [0.16, 0.9],
          [0.3, 1],
          [0.14, 1.08],
        ],
        plain,
      ),
      moved(ball(0.28, plain), [0, 1.3, 0]),
    ),
  ball: ({ paint }) => ball(0.8, paint),
  pyramid: ({ paint }, random) => rotated(column(1, 0, between(random, 1, 1.5), paint, 4), 'y', Math.PI / 4),
  cube: ({ paint }) => box([1, 1, 1], paint),
};
