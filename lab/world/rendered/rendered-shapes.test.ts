import { expect, test } from 'vitest';
import { randomStream } from '../../../src/diffusion/random.ts';
import type { Picture } from '../../../src/media/picture.ts';
import { box, column, moved, rotated } from './mesh.ts';
import { drawObject, objectKinds } from './objects.ts';
import { renderMesh } from './render.ts';
import { renderedCount, renderedObject, renderedSample } from './rendered-shapes.ts';

const size = { width: 48, height: 48 };

const at = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

/** The middle, in pixels from the left, of those that are of a colour. */
function middleOf(
  { width, data }: Picture,
  is: (red: number, green: number, blue: number) => boolean,
): number {
  const columns: number[] = [];
  for (let i = 0; i < data.length; i += 3) {
    if (is(data[i]!, data[i + 1]!, data[i + 2]!)) columns.push((i / 3) % width);
  }
  return columns.reduce((sum, x) => sum + x, 0) / columns.length;
}

test.each(objectKinds)('a %s is inside the picture from every side, before white', (kind) => {
  const { mesh, phrase } = drawObject(kind, randomStream(1, kind));
  expect(phrase).toMatch(new RegExp(`^an? [a-z]+ ${kind}$`));
  for (const { corners } of mesh) {
    for (const { at: place, normal } of corners) {
      expect(place.every(Number.isFinite)).toBe(true);
      expect(Math.hypot(...normal)).toBeCloseTo(1, 5);
    }
  }
  for (const angle of [0, 1, 2.5]) {
    const picture = renderMesh(mesh, angle, size);
    for (let i = 0; i < 48; i++) {
      for (const edge of [at(picture, i, 0), at(picture, i, 47), at(picture, 0, i), at(picture, 47, i)]) {
        expect(edge).toEqual([255, 255, 255]);
      }
    }
    const painted = picture.data.filter((value) => value < 250).length;
    expect(painted).toBeGreaterThan(48 * 48 * 0.05);
  }
});

test('what faces the viewer goes to the right, and hides what is behind it', () => {
  const [red, blue] = [[1, 0, 0] as const, [0, 0, 1] as const];
  const isRed = (r: number, g: number, b: number) => r > 100 && g < 60 && b < 60;
  const mesh = [
    ...moved(box([0.4, 0.4, 0.4], red), [0, 0, 1]),
    ...moved(box([0.4, 0.4, 0.4], blue), [0, 0, -1]),
  ];
  expect(middleOf(renderMesh(mesh, 0, size), isRed)).toBeCloseTo(23.5, 0);
  expect(middleOf(renderMesh(mesh, Math.PI / 2, size), isRed)).toBeGreaterThan(30);
  expect(middleOf(renderMesh(mesh, -Math.PI / 2, size), isRed)).toBeLessThan(17);
  const wall = [...moved(box([2, 2, 0.1], blue), [0, 0, 0.5]), ...box([0.4, 0.4, 0.4], red)];
  expect(middleOf(renderMesh(wall, 0, size), isRed)).toBeNaN();
});

test('a mesh can be rotated about each axis', () => {
  const upright = column(0.1, 0.1, 1, [1, 0, 0]);
  /** Where the middle of the mesh is, as signs along the axes. */
  const tip = (mesh: typeof upright) =>
    [0, 1, 2].map((axis) => {
      const places = mesh.flatMap(({ corners }) => corners.map((corner) => corner.at[axis]!));
      const mean = places.reduce((sum, value) => sum + value, 0) / places.length;
      return Math.abs(mean) < 0.1 ? 0 : Math.sign(mean);
    });
  expect(tip(upright)).toEqual([0, 1, 0]);
  expect(tip(rotated(upright, 'x', Math.PI / 2))).toEqual([0, 0, 1]);
  expect(tip(rotated(upright, 'z', Math.PI / 2))).toEqual([-1, 0, 0]);
});

test('objects are the same every time, and there are some hundred with different captions', () => {
  expect(renderedCount).toBeGreaterThan(300);
  expect(renderedObject(7)).toMatchObject({ phrase: renderedObject(7).phrase });
  const phrases = new Set(Array.from({ length: renderedCount }, (_, i) => renderedObject(i).phrase));
  expect(phrases.size).toBeGreaterThan(250);
  expect(() => renderedObject(renderedCount)).toThrow(RangeError);
  const [one, again] = [0, 0].map(() => renderedSample(randomStream(5, 'sample'), size));
  expect(again).toEqual(one);
  expect(one!.caption).toMatch(/^an? /);
});
