/** @file Kinds of rendered objects, each in endless variations. */
import type { RandomStream } from '../../../src/diffusion/random.ts';
import { withAdjective } from '../caption.ts';
import { pick } from '../sample.ts';
import { between } from '../scene-painters.ts';
import { colour, drawMaterial, type Material, shade } from './materials.ts';
import { ball, box, column, type Mesh, moved, ring, rod, rotated, stretched, turned } from './mesh.ts';

/** An object: what it is called, and its shape. */
export interface RenderedObject {
  /** With its article, such as "a red mug". */
  readonly phrase: string;
  readonly mesh: Mesh;
}

/** Makes the mesh of a kind of object. */
type Build = (material: Material, random: RandomStream) => Mesh;

const [black, white, wood] = [colour('black'), colour('white'), colour('brown')];
const join = (...parts: readonly Mesh[]): Mesh => parts.flat();

/** The same part at several places along x and z. */
function copies(part: Mesh, places: readonly (readonly [x: number, z: number])[]): Mesh {
  return places.flatMap(([x, z]) => moved(part, [x, 0, z]));
}

const corners = (x: number, z: number) =>
  [
    [x, z],
    [-x, z],
    [x, -z],
    [-x, -z],
  ] as const;

/** A wheel whose axis is the x axis, at a place. */
function wheels(radius: number, width: number, places: readonly (readonly [x: number, z: number])[]): Mesh {
  const tyre = moved(rotated(column(radius, radius, width, black), 'z', Math.PI / 2), [width / 2, radius, 0]);
  const hub = moved(rotated(column(radius / 2, radius / 2, width + 0.02, colour('grey')), 'z', Math.PI / 2), [
    width / 2 + 0.01,
    radius,
    0,
  ]);
  return copies(join(tyre, hub), places);
}

/** Vehicles point towards the viewer, along z. */
const kinds: Readonly<Record<string, Build>> = {
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
  house: ({ paint, plain, accent }, random) => {
    const [width, height, depth] = [
      between(random, 1, 1.5),
      between(random, 0.8, 1.3),
      between(random, 1, 1.4),
    ];
    const roof = rotated(column(width * 0.85, 0, 0.7, accent, 4), 'y', Math.PI / 4);
    const window = box([0.22, 0.25, 0.04], colour('turquoise'));
    return join(
      moved(box([width, height, depth], paint), [0, height / 2, 0]),
      moved(stretched(roof, [1, 1, depth / width]), [0, height, 0]),
      moved(box([0.28, 0.5, 0.04], shade(wood, 0.9)), [0, 0.25, depth / 2]),
      ...[-1, 1].map((side) => moved(window, [side * width * 0.3, height * 0.62, depth / 2])),
      moved(box([0.16, 0.5, 0.16], plain), [width * 0.28, height + 0.45, 0]),
    );
  },
  tower: ({ paint, plain, accent }, random) => {
    const height = between(random, 1.4, 2.2);
    const battlements = Array.from({ length: 8 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 8;
      return moved(box([0.16, 0.2, 0.16], plain), [
        0.5 * Math.sin(angle),
        height + 0.1,
        0.5 * Math.cos(angle),
      ]);
    });
    const top =
      random.uniform() < 0.5 ? moved(column(0.66, 0, 0.8, accent), [0, height, 0]) : join(...battlements);
    return join(column(0.6, 0.5, height, paint), top, moved(box([0.26, 0.5, 0.06], black), [0, 0.25, 0.57]));
  },
  tent: ({ paint, accent }) =>
    join(
      rotated(column(1, 0, 1.2, paint, 4), 'y', Math.PI / 4),
      moved(box([0.3, 0.6, 0.06], accent, 0.2), [0, 0.3, 0.55]),
    ),
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

/** Names of the kinds. */
export const objectKinds: readonly string[] = Object.keys(kinds);

/** An object of a kind. Throws `RangeError` for an unknown kind. */
export function drawObject(kind: string, random: RandomStream): RenderedObject {
  const build = kinds[kind];
  if (!build)
    throw new RangeError(`no rendered object is called "${kind}"; there are ${objectKinds.join(', ')}`);
  const material = drawMaterial(random);
  const article = /^[aeiou]/.test(kind) ? 'an' : 'a';
  return { phrase: withAdjective(`${article} ${kind}`, material.word), mesh: build(material, random) };
}
