import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testFolder } from '../testing/test-folder.ts';
import { readFrames } from './clip.ts';
import { readPicture } from './picture-file.ts';
import { sharp } from './sharp.ts';

const at = await testFolder();
const plain = (background: string) =>
  sharp({ create: { width: 40, height: 40, channels: 3, background: background } });
const svg = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="${colour}"/></svg>`;

test.each([
  ['svg', async (colour: string) => Buffer.from(svg(colour))],
  ['webp', (colour: string) => plain(colour).webp({ lossless: true }).toBuffer()],
  ['png', (colour: string) => plain(colour).png({ progressive: true }).toBuffer()],
  ['tif', (colour: string) => plain(colour).tiff({ compression: 'lzw', tile: true }).toBuffer()],
  ['gif', (colour: string) => plain(colour).gif().toBuffer()],
  ['jpg', (colour: string) => plain(colour).jpeg({ progressive: true }).toBuffer()],
] as const)('a %s that is written anew is read anew', async (ending, encoded) => {
  const path = at(`picture.${ending}`);
  for (const [colour, largest] of [
    ['#ff0000', 0],
    ['#00ff00', 1],
  ] as const) {
    await writeFile(path, await encoded(colour));
    const { data } = await readPicture(path);
    expect(data.indexOf(Math.max(...data.subarray(0, 3)))).toBe(largest);
  }
});

test('an animation that is written anew is read anew', async () => {
  for (const [colour, first] of [
    ['#ff0000', [255, 0, 0]],
    ['#00ff00', [0, 255, 0]],
  ] as const) {
    await writeFile(at('moving.webp'), await plain(colour).webp({ lossless: true }).toBuffer());
    const [frame] = await readFrames(at('moving.webp'));
    expect([...frame!.data.subarray(0, 3)]).toEqual(first);
  }
});

test('nothing else in the product imports sharp', () => {
  const src = fileURLToPath(new URL('..', import.meta.url));
  const importers = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/\.test\.ts$/.test(name) && !name.startsWith('testing'))
    .filter((name) => /(from|import\()\s*'sharp'/.test(readFileSync(join(src, name), 'utf8')));
  expect(importers).toEqual([join('media', 'sharp.ts')]);
});
