import { writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import type { Picture } from './picture.ts';
import { readPicture } from './picture-file.ts';

const at = await testFolder();
const levelsAt = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

/** Upper left, upper right, lower left, lower right, split at column and row 16. */
const FIELDS = [
  [200, 40, 40],
  [40, 180, 60],
  [50, 60, 200],
  [210, 200, 60],
] as const;

/**
 * How far any pixel is from its field's colour. Decoders smooth where fields meet, over as many pixels as share a
 * colour.
 */
function farthest(found: Picture): number {
  let most = 0;
  for (let y = 0; y < 35; y++) {
    for (let x = 0; x < 37; x++) {
      if (Math.abs(x + 0.5 - 16) < 4 || Math.abs(y + 0.5 - 16) < 2) continue;
      const wanted = FIELDS[(y < 16 ? 0 : 2) + (x < 16 ? 0 : 1)]!;
      const differences = levelsAt(found, x, y).map((level, channel) => Math.abs(level - wanted[channel]!));
      most = Math.max(most, ...differences);
    }
  }
  return most;
}

test.each(['444', '422', '440', '420', '411', '420-progressive'])(
  'a JPEG of 37x35 with colours at %s: every pixel has the colour of its field',
  async (sampling) => {
    const found = await readPicture(testdata(`pictures/sampling/jpeg-${sampling}.jpg`));
    expect([found.width, found.height]).toEqual([37, 35]);
    expect(farthest(found)).toBeLessThanOrEqual(1);
  },
);

const half = { quality: 100, chromaSubsampling: '4:2:0' } as const;
test.each([
  ['WebP', (from: Sharp) => from.webp({ quality: 100 })],
  ['AVIF', (from: Sharp) => from.avif(half)],
  ['AVIF of 10 bits', (from: Sharp) => from.avif({ ...half, bitdepth: 10 })],
  ['JPEG', (from: Sharp) => from.jpeg(half)],
  ['TIFF that holds JPEG', (from: Sharp) => from.tiff({ compression: 'jpeg', quality: 100 })],
  ['GIF', (from: Sharp) => from.gif()],
] as const)('%s of 37x35', async (name, encode) => {
  const fields = Buffer.from(
    Array.from(
      { length: 37 * 35 },
      (_, at) => FIELDS[(at < 37 * 16 ? 0 : 2) + (at % 37 < 16 ? 0 : 1)]!,
    ).flat(),
  );
  await encode(sharp(fields, { raw: { width: 37, height: 35, channels: 3 } })).toFile(at(name));
  const found = await readPicture(at(name));
  expect([found.width, found.height]).toEqual([37, 35]);
  expect(farthest(found)).toBeLessThanOrEqual(1);
});

test('the four colours of printing, stored as they are (CMYK) and as luma and colours (YCCK)', async () => {
  const four = Buffer.from([255, 255, 255, 0, 0, 0, 255, 0, 0, 128, 128, 128]);
  await sharp(four, { raw: { width: 4, height: 1, channels: 3 } })
    .resize(64, 16, { kernel: 'nearest', fit: 'fill' })
    .toColourspace('cmyk')
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toFile(at('cmyk.jpg'));
  for (const path of [at('cmyk.jpg'), testdata('pictures/sampling/jpeg-ycck.jpg')]) {
    const found = await readPicture(path);
    expect(levelsAt(found, 8, 8)).toEqual([255, 255, 255]);
    // Ink makes neither black nor red as a screen does.
    expect(Math.max(...levelsAt(found, 24, 8))).toBeLessThan(32);
    const [red, ...others] = levelsAt(found, 40, 8);
    expect(red).toBeGreaterThan(220);
    expect(Math.max(...others)).toBeLessThan(16);
    const grey = levelsAt(found, 56, 8);
    expect(Math.max(...grey) - Math.min(...grey)).toBeLessThanOrEqual(2);
    expect(grey[0]).toBeGreaterThan(100);
    expect(grey[0]).toBeLessThan(150);
  }
});

test('a JPEG that stores red, green and blue, by Adobe’s mark', async () => {
  const colours = { width: 16, height: 16, channels: 3 as const, background: '#c8643c' };
  const jpeg = await sharp({ create: colours }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();
  // The planes hold luma and colour differences of (200, 100, 60) now; the mark says to show them as they are.
  const luma = 0.299 * 200 + 0.587 * 100 + 0.114 * 60;
  const wanted = [luma, 128 + (60 - luma) / 1.772, 128 + (200 - luma) / 1.402].map(Math.round);
  const mark = Buffer.from('ffee000e41646f62650064000000000000', 'hex').subarray(0, 16);
  await writeFile(at('rgb.jpg'), Buffer.concat([jpeg.subarray(0, 2), mark, jpeg.subarray(2)]));
  const found = levelsAt(await readPicture(at('rgb.jpg')), 8, 8);
  const differences = found.map((level, channel) => Math.abs(level - wanted[channel]!));
  expect(Math.max(...differences)).toBeLessThanOrEqual(1);
});
