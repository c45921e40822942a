/** @file Kinds of rendered objects: vehicles, which point towards the viewer, along z. */
import { between } from '../../scene-painters.ts';
import { colour } from '../materials.ts';
import { ball, box, column, moved, rod, rotated, stretched, turned } from '../mesh.ts';
import { type Build, black, corners, join, wheels, white, wood } from './parts.ts';

/** Vehicles, which point towards the viewer, along z. */
export const vehicles: Readonly<Record<string, Build>> = {
  car: ({ paint, plain }, random) => {
    const [length, width, roof] = [
      between(random, 1.8, 2.4),
      between(random, 0.9, 1.1),
      between(random, 0.3, 0.5),
    ];
    const cabin = between(random, 0.9, 1.3);
    return join(
      moved(box([width, 0.4, length], paint), [0, 0.42, 0]),
      moved(box([width * 0.95, roof, cabin], colour('turquoise'), 0.8), [0, 0.62 + roof / 2, -0.1]),
      moved(box([width * 0.78, 0.06, cabin * 0.8], plain), [0, 0.64 + roof, -0.1]),
      wheels(0.24, 0.16, corners(width / 2, length * 0.3)),
      ...[-1, 1].map((side) => moved(ball(0.09, colour('yellow')), [side * width * 0.35, 0.45, length / 2])),
    );
  },
  truck: ({ paint, accent }, random) => {
    const [length, tall] = [between(random, 1.3, 1.9), between(random, 0.7, 1.1)];
    return join(
      moved(box([1, 0.9, 0.7], accent), [0, 0.75, length / 2 + 0.4]),
      moved(box([0.85, 0.3, 0.02], colour('turquoise')), [0, 0.98, length / 2 + 0.76]),
      moved(box([1.05, tall, length], paint), [0, 0.35 + tall / 2, 0]),
      wheels(0.27, 0.18, [
        ...corners(0.5, length * 0.33),
        [0.5, length / 2 + 0.45],
        [-0.5, length / 2 + 0.45],
      ]),
    );
  },
  bus: ({ paint }, random) => {
    const [length, tall] = [between(random, 2.2, 3), between(random, 0.9, 1.3)];
    const count = 4;
    const windows = Array.from({ length: count }, (_, i) =>
      moved(box([1.03, tall * 0.3, (length / count) * 0.7], colour('turquoise')), [
        0,
        0.3 + tall * 0.68,
        length * ((i + 0.5) / count - 0.5),
      ]),
    );
    const front = moved(box([0.85, tall * 0.35, 0.03], colour('turquoise')), [
      0,
      0.3 + tall * 0.65,
      length / 2,
    ]);
    return join(
      moved(box([1, tall, length], paint), [0, 0.25 + tall / 2, 0]),
      ...windows,
      front,
      wheels(0.25, 0.15, corners(0.48, length * 0.32)),
    );
  },
  train: ({ paint, plain, accent }) =>
    join(
      moved(rotated(column(0.4, 0.4, 1.3, paint), 'x', Math.PI / 2), [0, 0.75, -0.4]),
      moved(box([0.9, 1, 0.7], accent), [0, 0.8, -0.7]),
      moved(column(0.12, 0.18, 0.4, plain), [0, 1.1, 0.6]),
      moved(box([0.8, 0.2, 2], black), [0, 0.3, -0.1]),
      wheels(0.22, 0.12, [...corners(0.42, 0.7), [0.42, 0], [-0.42, 0]]),
    ),
  plane: ({ paint, accent }, random) => {
    const span = between(random, 2.2, 3);
    return join(
      moved(ball([0.3, 0.3, 1.3], paint), [0, 0.6, 0]),
      moved(box([span, 0.07, 0.5], accent), [0, 0.6, 0.1]),
      moved(box([span * 0.4, 0.06, 0.3], accent), [0, 0.7, -1.1]),
      moved(box([0.06, 0.55, 0.35], accent, 0.7), [0, 0.95, -1.1]),
      moved(ball([0.18, 0.16, 0.35], colour('turquoise')), [0, 0.82, 0.55]),
    );
  },
  helicopter: ({ paint, plain, accent }) =>
    join(
      moved(ball([0.5, 0.5, 0.75], paint), [0, 0.8, 0.2]),
      rod([0, 0.9, -0.3], [0, 1, -1.5], 0.12, plain, 0.06),
      moved(box([2.4, 0.04, 0.16], black), [0, 1.45, 0.2]),
      moved(box([0.16, 0.04, 2.4], black), [0, 1.45, 0.2]),
      rod([0, 1.2, 0.2], [0, 1.45, 0.2], 0.05, black),
      moved(box([0.04, 0.5, 0.12], accent), [0, 1.05, -1.5]),
      ...[-0.35, 0.35].map((x) => rod([x, 0.15, -0.5], [x, 0.15, 0.9], 0.05, black)),
    ),
  boat: ({ paint, accent }, random) => {
    const hull = stretched(
      turned(
        [
          [0, 0],
          [0.35, 0],
          [0.6, 0.5],
          [0.55, 0.5],
          [0.3, 0.1],
        ],
        paint,
        20,
      ),
      [0.8, 1, 2],
    );
    const mast = between(random, 1.2, 1.8);
    const sail = moved(box([0.04, mast * 0.8, 0.9], white, 0.1), [0, 0.4 + mast * 0.5, 0.1]);
    return random.uniform() < 0.6
      ? join(hull, rod([0, 0.2, 0.1], [0, mast + 0.2, 0.1], 0.04, wood), sail)
      : join(
          hull,
          moved(box([0.5, 0.5, 0.8], accent), [0, 0.6, -0.2]),
          moved(column(0.12, 0.1, 0.4, black), [0, 0.8, -0.2]),
        );
  },
  rocket: ({ paint, accent }, random) => {
    const [radius, height] = [between(random, 0.3, 0.45), between(random, 1.3, 1.9)];
    const fin = moved(box([0.06, 0.6, 0.5], accent, 0.3), [0, 0.3, radius + 0.15]);
    return join(
      turned(
        [
          [0, 0],
          [radius * 0.8, 0],
          [radius, 0.5],
          [radius, height],
          [0, height + 0.7],
        ],
        paint,
      ),
      ...[0, 1, 2, 3].map((i) => rotated(fin, 'y', (i * Math.PI) / 2 + Math.PI / 4)),
      moved(ball([0.16, 0.16, 0.06], colour('turquoise')), [0, height * 0.75, radius]),
    );
  },
};
