import { expect, test } from 'vitest';
import { type Curve, curvesFigure, curvesTable } from './curve-report.ts';

const point = (step: number, error: number) => ({ step, error, place: error / 2, identity: 100, still: 25 });
const curves: Curve[] = [
  { title: 'LAMP', points: [point(100, 12), point(1000, 4)] },
  { title: 'paper < all', points: [point(1000, 20), point(10_000, 16)] },
];

test('curves are a table with a column for every number of steps', () => {
  expect(curvesTable(curves).split('\n')).toEqual([
    '| error, place, identity after steps | 100 | 1000 | 10000 |',
    '| --- | ---: | ---: | ---: |',
    '| LAMP | 12.0, 6.0, 100 | 4.0, 2.0, 100 |  |',
    '| paper < all |  | 20.0, 10.0, 100 | 16.0, 8.0, 100 |',
  ]);
});

test('and a figure, whose steps are on a logarithmic axis and whose errors begin at 0', () => {
  const svg = curvesFigure(curves);
  type Place = [x: number, y: number];
  const lines = [...svg.matchAll(/points="([^"]+)"/g)].map(
    ([, points]) => points!.split(' ').map((each) => each.split(',').map(Number)) as [Place, Place],
  );
  const [[a, b], [c, d]] = lines as [[Place, Place], [Place, Place]];
  // Equal factors are equally far apart, and the same number of steps is at the same place.
  expect(b[0] - a[0]).toBeCloseTo(d[0] - c[0], 0);
  expect(b[0]).toBe(c[0]);
  // Heights are in proportion to the errors.
  const zero = Number(/y="([\d.]+)" text-anchor="end">0</.exec(svg)![1]) - 4;
  expect((zero - a[1]) / (zero - b[1])).toBeCloseTo(3, 1);
  expect(svg).toContain('>paper &lt; all<');
  expect(() => curvesFigure([])).toThrow('at least one point');
});
