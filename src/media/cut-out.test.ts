import { expect, test } from 'vitest';
import { smoothScene, withSquare } from '../testing/moving-square.ts';
import { cutOut, findScene, pasted } from './cut-out.ts';
import { type Picture, recoloured } from './picture.ts';

const size = { width: 48, height: 32 };
const meadow = smoothScene(size, [40, 160, 60]);
const beach = smoothScene(size, [220, 200, 120]);
const colour = [200, 30, 40];
const square = (x: number, y: number, side = 10) => ({ x, y, side, colour });
const running = Array.from({ length: 12 }, (_, i) => withSquare(meadow, square(3 + 3 * i, 8 + (i % 3))));

/** Up to what the smooth scenes change from pixel to pixel. */
function expectNearly(found: Picture, expected: Picture) {
  const differences = found.data.map((value, at) => Math.abs(value - expected.data[at]!));
  expect(Math.max(...differences)).toBeLessThanOrEqual(6);
}

test('the scene behind what moves is found, and what moves stands before another as if it had always been there', () => {
  const scene = findScene(running)!;
  expect(scene.picture).toEqual(meadow);
  for (const [i, frame] of running.entries()) {
    const thing = cutOut(frame, scene);
    expectNearly(pasted(thing, meadow, { right: 0, down: 0 }), frame);
    const elsewhere = withSquare(beach, square(3 + 3 * i, 8 + (i % 3)));
    expectNearly(pasted(thing, beach, { right: 0, down: 0 }), elsewhere);
  }
});

test('it can be moved, also out of the picture, and have other colours than what is behind it', () => {
  const scene = findScene(running)!;
  const thing = cutOut(running[2]!, scene);
  expectNearly(pasted(thing, beach, { right: -14, down: 20 }), withSquare(beach, square(-5, 30)));
  const colours = { order: [2, 0, 1], gamma: [1, 1, 0.5] } as const;
  const blue = {
    ...square(9, 10),
    colour: recoloured({ width: 1, height: 1, data: Uint8Array.from(colour) }, colours).data,
  };
  expectNearly(
    pasted(thing, beach, { right: 0, down: 0, colours }),
    withSquare(beach, { ...blue, colour: [...blue.colour] }),
  );
});

test('pixels along an edge that are half of the scene become half of the other one', () => {
  const soft = running.map((frame, i) => {
    const data = frame.data.slice();
    // The row above the square is half square, half meadow.
    for (let x = 3 + 3 * i; x < 13 + 3 * i; x++) {
      const at = 3 * ((7 + (i % 3)) * size.width + x);
      for (let c = 0; c < 3; c++) data[at + c] = Math.round((meadow.data[at + c]! + colour[c]!) / 2);
    }
    return { ...frame, data };
  });
  const scene = findScene(soft)!;
  const whole = pasted(cutOut(soft[4]!, scene), beach, { right: 0, down: 0 });
  const at = 3 * (8 * size.width + 20);
  const found = [...whole.data.subarray(at, at + 3)];
  for (let c = 0; c < 3; c++)
    expect(Math.abs(found[c]! - (beach.data[at + c]! + colour[c]!) / 2)).toBeLessThan(4);
});

test.each([
  ['grows', (i: number) => i],
  ['shrinks', (i: number) => 11 - i],
])('what %s in its place can be cut out, although a part of the scene is never seen', (_, at) => {
  const growing = running.map((_, i) => square(21 - at(i), 14 - at(i), 6 + 2 * at(i)));
  const scene = findScene(growing.map((each) => withSquare(meadow, each)))!;
  expectNearly(scene.picture, meadow);
  for (const each of growing) {
    const thing = cutOut(withSquare(meadow, each), scene);
    expectNearly(pasted(thing, beach, { right: 0, down: 0 }), withSquare(beach, each));
  }
});

test.each([
  ['nothing moves', running.map(() => running[0]!)],
  [
    'it grows and shrinks in its place',
    running.map((_, i) => withSquare(meadow, square(20, 10, 4 + 2 * (i % 6)))),
  ],
  ['the camera moves', running.map((_, i) => smoothScene(size, i % 2 ? [250, 60, 200] : [20, 190, 30]))],
  ['it is seen in some frames alone', running.map((frame, i) => (i < 5 ? frame : meadow))],
])('no scene is found when %s', (_, frames) => {
  expect(findScene(frames)).toBeUndefined();
});
