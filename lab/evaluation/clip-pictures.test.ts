import { expect, test } from 'vitest';
import { picture } from '../../src/media/picture.ts';
import { clipPicturesSchema, preparedSize, preparePicture } from './clip-pictures.ts';

/** Every pixel's red says its column, green its row. */
const grid = (width: number, height: number) =>
  picture(
    width,
    height,
    Uint8Array.from({ length: 3 * width * height }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return [pixel % width, Math.floor(pixel / width), 0][i % 3]!;
    }),
  );

test('absent fields have the defaults of transformers', () => {
  const settings = clipPicturesSchema.parse({});
  expect(settings.size).toEqual({ shortest_edge: 224 });
  expect(preparedSize(settings)).toEqual({ height: 224, width: 224 });
  const [r, g, b] = [0, 1, 2].map((c) => preparePicture(grid(224, 224), settings)[c * 224 * 224]!);
  expect([r, g, b].map((value) => value!.toFixed(4))).toEqual(['-1.7923', '-1.7521', '-1.4802']);
});

test('old files have numbers for sizes', () => {
  const settings = clipPicturesSchema.parse({ size: 6, crop_size: 4 });
  expect(settings.size).toEqual({ shortest_edge: 6 });
  expect(settings.crop_size).toEqual({ height: 4, width: 4 });
});

test('the centre is cropped; smaller pictures are padded with black', () => {
  const plain = { do_resize: false, do_rescale: false, do_normalize: false };
  const cut = preparePicture(grid(7, 4), clipPicturesSchema.parse({ ...plain, crop_size: 2 }));
  expect([...cut]).toEqual([2, 3, 2, 3, 1, 1, 2, 2, 0, 0, 0, 0]);
  const padded = preparePicture(grid(3, 1), clipPicturesSchema.parse({ ...plain, crop_size: 2 }));
  expect([...padded.subarray(0, 4)]).toEqual([0, 0, 0, 1]);
});

test('the shorter side is resized, keeping the aspect ratio', () => {
  const settings = clipPicturesSchema.parse({
    size: { shortest_edge: 4 },
    do_center_crop: false,
    do_normalize: false,
    do_rescale: false,
  });
  expect(preparePicture(grid(8, 14), settings)).toHaveLength(3 * 4 * 7);
  expect(preparePicture(grid(17, 8), settings)).toHaveLength(3 * 8 * 4);
  expect(preparedSize(settings)).toBeUndefined();
});

test('another filter is refused', () => {
  expect(clipPicturesSchema.safeParse({ resample: 2 }).success).toBe(false);
});
