/** @file Kinds of rendered objects: household things. */
import { between } from '../../scene-painters.ts';
import { ball, box, column, moved, ring, rod, rotated, turned } from '../mesh.ts';
import { type Build, copies, corners, join, wood } from './parts.ts';

/** Household things. */
export const household: Readonly<Record<string, Build>> = {
  mug: ({ paint, plain }, random) => {
    const height = between(random, 0.9, 1.4);
    const wall = turned(
      [
        [0, 0],
        [0.48, 0],
        [0.52, height],
        [0.45, height],
        [0.42, 0.1],
        [0, 0.1],
      ],
      paint,
    );
    const handle = rotated(ring(height * 0.28, 0.07, plain), 'x', Math.PI / 2);
    return join(wall, moved(rotated(handle, 'y', 0), [0.58, height / 2, 0]));
  },
  vase: ({ paint }, random) => {
    const [belly, neck] = [between(random, 0.4, 0.7), between(random, 0.15, 0.3)];
    return turned(
      [
        [0, 0],
        [0.3, 0],
        [belly, 0.5],
        [neck, 1.2],
        [neck * 1.5, 1.5],
        [neck, 1.45],
      ],
      paint,
    );
  },
  bottle: ({ paint, accent }, random) => {
    const [radius, height] = [between(random, 0.25, 0.4), between(random, 0.8, 1.2)];
    const body = turned(
      [
        [0, 0],
        [radius, 0],
        [radius, height],
        [0.1, height + 0.3],
        [0.1, height + 0.55],
      ],
      paint,
    );
    return join(body, moved(column(0.13, 0.13, 0.15, accent), [0, height + 0.5, 0]));
  },
  bowl: ({ paint, accent }, random) => {
    const depth = between(random, 0.4, 0.7);
    const bowl = turned(
      [
        [0, 0],
        [0.3, 0],
        [0.85, depth],
        [0.78, depth],
        [0.3, 0.1],
      ],
      paint,
    );
    const inside = Array.from({ length: 6 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 6;
      return moved(ball(0.22, accent), [0.4 * Math.sin(angle), depth, 0.4 * Math.cos(angle)]);
    });
    return random.uniform() < 0.5
      ? bowl
      : join(bowl, ...inside, moved(ball(0.25, accent), [0, depth + 0.1, 0]));
  },
  teapot: ({ paint, plain, accent }) =>
    join(
      ball([0.7, 0.55, 0.7], paint),
      rod([0.5, 0, 0], [1.05, 0.4, 0], 0.14, plain, 0.08),
      moved(rotated(ring(0.3, 0.06, plain), 'x', Math.PI / 2), [-0.75, 0.05, 0]),
      moved(ball(0.1, accent), [0, 0.62, 0]),
    ),
  chair: ({ paint, plain }, random) => {
    const [width, back] = [between(random, 0.8, 1.1), between(random, 0.8, 1.3)];
    const leg = rod([0, 0, 0], [0, 0.8, 0], 0.06, random.uniform() < 0.5 ? wood : plain);
    return join(
      copies(leg, corners(width / 2 - 0.08, width / 2 - 0.08)),
      moved(box([width, 0.14, width], paint), [0, 0.85, 0]),
      moved(box([width, back, 0.12], paint), [0, 0.9 + back / 2, -width / 2 + 0.06]),
    );
  },
  armchair: ({ paint, plain }) =>
    join(
      moved(box([1.2, 0.45, 1.1], paint), [0, 0.3, 0]),
      moved(box([1.2, 0.8, 0.25], plain), [0, 0.85, -0.45]),
      ...[-0.62, 0.62].map((x) => moved(box([0.22, 0.6, 1.1], plain), [x, 0.5, 0])),
    ),
  stool: ({ paint, plain }, random) => {
    const height = between(random, 0.7, 1.3);
    const legs = Array.from({ length: 3 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 3;
      return rod([0.5 * Math.sin(angle), 0, 0.5 * Math.cos(angle)], [0, height, 0], 0.06, plain);
    });
    return join(...legs, moved(column(0.5, 0.5, 0.14, paint), [0, height, 0]));
  },
  table: ({ paint, plain }, random) => {
    const [width, depth, round] = [
      between(random, 1.2, 2),
      between(random, 0.8, 1.2),
      random.uniform() < 0.4,
    ];
    const leg = rod([0, 0, 0], [0, 0.8, 0], 0.07, plain);
    return round
      ? join(
          column(0.45, 0.1, 0.15, plain),
          rod([0, 0, 0], [0, 0.8, 0], 0.1, plain),
          moved(column(0.9, 0.9, 0.12, paint), [0, 0.8, 0]),
        )
      : join(
          copies(leg, corners(width / 2 - 0.1, depth / 2 - 0.1)),
          moved(box([width, 0.12, depth], paint), [0, 0.85, 0]),
        );
  },
  lamp: ({ paint, accent }, random) => {
    const height = between(random, 0.9, 1.6);
    return join(
      column(0.4, 0.35, 0.08, accent),
      rod([0, 0, 0], [0, height, 0], 0.05, accent),
      moved(column(0.5, between(random, 0.2, 0.35), 0.55, paint), [0, height - 0.1, 0]),
    );
  },
};
