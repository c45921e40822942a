import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { inspectClip, readFrames } from './clip.ts';
import type { Picture } from './picture.ts';
import { readPicture } from './picture-file.ts';

const inFolder = await testFolder();
const [width, height] = [64, 48];
/** Red at the left, blue at the right, green above both. */
const colours = Buffer.from(
  Array.from({ length: width * height }, (_, i) =>
    i < 12 * width ? [0, 255, 0] : i % width < 32 ? [255, 0, 0] : [0, 0, 255],
  ).flat(),
);
const painted = () => sharp(colours, { raw: { width, height, channels: 3 } });

/** The colours near the corners, from the upper left one on by rows: R, G, B, W (white), or ?. */
function corners({ width, height, data }: Picture): string {
  const name = (x: number, y: number) => {
    const at = 3 * (y * width + x);
    const bits = [...data.subarray(at, at + 3)]
      .map((level) => (level > 200 ? 1 : level < 60 ? 0 : '?'))
      .join('');
    return { '100': 'R', '010': 'G', '001': 'B', '111': 'W' }[bits] ?? '?';
  };
  const [right, low] = [width - 4, height - 4];
  return name(3, 3) + name(right, 3) + name(3, low) + name(right, low);
}

describe('pictures', () => {
  test.each([
    [1, 'GGRB'],
    [2, 'GGBR'],
    [3, 'BRGG'],
    [4, 'RBGG'],
    [5, 'GRGB'],
    [6, 'RGBG'],
    [7, 'BGRG'],
    [8, 'GBGR'],
  ])('EXIF orientation %i', async (orientation, expected) => {
    const path = inFolder(`turned-${orientation}.jpg`);
    await painted().withMetadata({ orientation }).jpeg({ chromaSubsampling: '4:4:4' }).toFile(path);
    const found = await readPicture(path);
    expect([corners(found), found.width]).toEqual([expected, orientation > 4 ? height : width]);
  });

  test('16 bits, and the four colours of printing', async () => {
    await painted().toColourspace('rgb16').png().toFile(inFolder('16.png'));
    expect(corners(await readPicture(inFolder('16.png')))).toBe('GGRB');
    await painted().toColourspace('cmyk').jpeg().toFile(inFolder('cmyk.jpg'));
    const { data } = await readPicture(inFolder('cmyk.jpg'));
    // Ink cannot make these colours: they are duller, but the same.
    const [r, g, b] = data.subarray(3 * (40 * width + 5)) as unknown as [number, number, number];
    expect(r).toBeGreaterThan(200);
    expect(Math.max(g, b)).toBeLessThan(80);
  });

  const halfClear = Buffer.from(
    Array.from({ length: width * height }, (_, i) => [0, 0, 255, i % width < 32 ? 0 : 255]).flat(),
  );
  test.each(['png', 'webp', 'gif', 'tiff'] as const)('transparency in %s lies on white', async (format) => {
    const path = inFolder(`clear.${format}`);
    await sharp(halfClear, { raw: { width, height, channels: 4 } })
      .toFormat(format, { compression: 'lzw' })
      .toFile(path);
    expect(corners(await readPicture(path))).toBe('WBWB');
  });

  test.each(['webp', 'gif'] as const)(
    'an animated %s: its first frame, and all of them as a clip',
    async (format) => {
      const path = inFolder(`moving.${format}`);
      const frames = Buffer.concat([halfClear, Buffer.alloc(halfClear.length), halfClear]);
      // A picture of several pages; the type declarations of raw input leave out their height.
      const raw = { width, height: 3 * height, channels: 4 as const, pageHeight: height };
      await sharp(frames, { raw }).toFormat(format, { delay: 100, lossless: true }).toFile(path);
      expect(corners(await readPicture(path))).toBe('WBWB');
      const { frameCount, framesPerSecond } = await inspectClip(path);
      expect([frameCount, framesPerSecond]).toEqual([3, 10]);
      expect((await readFrames(path)).map(corners)).toEqual(['WBWB', 'WWWW', 'WBWB']);
    },
  );

  test('sizes that a small file claims: one clear line, and no memory', async () => {
    // Other files' tests may have run in this process.
    const before = process.memoryUsage.rss();
    for (const [side, message] of [
      [30_000, /is larger than 16384x16384 pixels/],
      [16_384, /is damaged/],
      [2 ** 31 - 1, /is damaged|is larger/],
    ] as const) {
      const path = inFolder(`claims-${side}.png`);
      await writeFile(path, emptyPng(side));
      await expect(readPicture(path)).rejects.toThrow(message);
    }
    const gif = Buffer.from('R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=', 'base64');
    for (const at of [6, 8, 24, 26]) gif.writeUInt16LE(65_535, at);
    await writeFile(inFolder('claims.gif'), gif);
    await expect(inspectClip(inFolder('claims.gif'))).rejects.toThrow(
      /frames of 65535x65535; expected at most 16384x16384 pixels/,
    );
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 2 ** 20);
  });
});

/** A PNG file of a claimed size with a kilobyte of content. */
function emptyPng(side: number): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('an SVG has no address fetched', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const svg = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY text SYSTEM "${at}/text.txt">]>
    <?xml-stylesheet href="${at}/outside.css"?>
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="8" height="8">
    <style>@import url("${at}/inside.css");</style><rect width="8" height="8" fill="#f00"/>
    <image href="${at}/new.png" width="8" height="8"/><image xlink:href="${at}/old.png" width="8" height="8"/>
    <use href="${at}/part.svg#part"/></svg>`;
  await writeFile(inFolder('addresses.svg'), svg);
  const { data } = await readPicture(inFolder('addresses.svg'));
  expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  await new Promise((resolve) => server.close(resolve));
  expect(asked).toEqual([]);
});

describe('videos', () => {
  const frame = async (name: string) =>
    (await readFrames(testdata(`clips/odd/${name}`), { indices: [1] }))[0]!;

  test('of a phone held upright: turned as the file says', async () => {
    const { width, height, frameCount } = await inspectClip(testdata('clips/odd/rotated.mp4'));
    expect([width, height, frameCount]).toEqual([48, 64, 4]);
    // As ffmpeg turns it.
    expect(corners(await frame('rotated.mp4'))).toBe('GBGR');
  });

  test.each(['ten-bit.webm', 'ten-bit-av1.mp4', 'ten-bit-hevc.mp4'])('of ten bits: %s', async (name) => {
    expect(corners(await frame(name))).toBe('GGRB');
  });

  test('of variable rate: every frame counts once, and the rates are found', async () => {
    const path = testdata('clips/odd/variable-rate.mp4');
    expect(await readFrames(path)).toHaveLength((await inspectClip(path)).frameCount);
    const rates = (await inspectClip(path)).variableRate!;
    expect(rates.slowest).toBeLessThan(12);
    expect(rates.fastest).toBeGreaterThan(25);
  });

  test('that are playlists of other files are none', async () => {
    const path = inFolder('playlist.mp4');
    const clip = testdata('clips/odd/rotated.mp4');
    await writeFile(path, `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${clip}\n#EXT-X-ENDLIST\n`);
    await expect(inspectClip(path)).rejects.toThrow(`clip "${path}" is not a video file`);
  });

  test('with transparency: what is stored there shows', async () => {
    const { data } = await frame('alpha.webm');
    expect(Math.max(...data) - Math.min(...data)).toBeLessThan(4);
  });
});

test('junk in a WebM file ends the search for further parts', async () => {
  const whole = await readFile(testdata('clips/odd/ten-bit.webm'));
  const segment = whole.indexOf(Buffer.from([0x18, 0x53, 0x80, 0x67]));
  const junk = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 31) % 256));
  await writeFile(inFolder('junk.webm'), Buffer.concat([whole.subarray(0, segment + 12), junk]));
  await expect(inspectClip(inFolder('junk.webm'))).rejects.toThrow(/holds no picture track/);
  await writeFile(inFolder('junk-behind.webm'), Buffer.concat([whole, junk]));
  const { path: _, ...facts } = await inspectClip(testdata('clips/odd/ten-bit.webm'));
  expect(await inspectClip(inFolder('junk-behind.webm'))).toMatchObject(facts);
});
