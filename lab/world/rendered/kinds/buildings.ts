/** @file Kinds of rendered objects: buildings. */
import { between } from '../../scene-painters.ts';
import { colour, shade } from '../materials.ts';
import { box, column, moved, rotated, stretched } from '../mesh.ts';
import { type Build, black, join, wood } from './parts.ts';

/** Buildings. */
export const buildings: Readonly<Record<string, Build>> = {
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
};
