import { expect, test } from 'vitest';
import { padPicture } from './pad-picture.ts';
import { type Picture, picture } from './picture.ts';
import { resizePicture } from './resize.ts';

/** Red above, blue below. */
function flag(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data[pixel * 3 + (pixel < (width * height) / 2 ? 0 : 2)] = 255;
  }
  return picture(width, height, data);
}

const at = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

test('keeps the whole picture in the middle', async () => {
  const from = flag(20, 40);
  const found = await padPicture(from, { width: 60, height: 40 });
  expect([found.width, found.height, found.data.length]).toEqual([60, 40, 7200]);
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 20; x++) expect(at(found, 20 + x, y)).toEqual(at(from, x, y));
  }
});

test('fills what is left with the picture’s own colours, blurred', async () => {
  const found = await padPicture(flag(40, 20), { width: 40, height: 60 });
  const [above, , below] = [at(found, 20, 2), at(found, 20, 30), at(found, 20, 57)];
  expect(above[0]).toBeGreaterThan(200);
  expect(below[2]).toBeGreaterThan(200);
  const stripes = flag(40, 20);
  for (let i = 0; i < stripes.data.length; i++) stripes.data[i] = Math.floor(i / 3) % 2 === 0 ? 0 : 255;
  const blurred = (await padPicture(stripes, { width: 40, height: 60 })).data.subarray(0, 40 * 10 * 3);
  expect(blurred.every((value) => value > 60 && value < 200)).toBe(true);
});

test('is a plain change of size where the aspect ratio is the same', async () => {
  const from = flag(40, 20);
  const size = { width: 20, height: 10 };
  expect(await padPicture(from, size)).toEqual(await resizePicture(from, size));
});
