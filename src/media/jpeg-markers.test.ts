import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { mendJpeg, unreadJpegKind } from './jpeg-markers.ts';
import { readPicture } from './picture-file.ts';

const at = await testFolder();
const [width, height] = [64, 48];
const pixels = Buffer.from(
  Array.from({ length: width * height }, (_, i) => [
    (i % width) * 4,
    5 * Math.floor(i / width),
    (i * 7) % 256,
  ]).flat(),
);
const painted = () => sharp(pixels, { raw: { width, height, channels: 3 } }).withMetadata({ orientation: 3 });

let sequential: Buffer;
let progressive: Buffer;
beforeAll(async () => {
  sequential = await painted().jpeg({ chromaSubsampling: '4:2:0' }).toBuffer();
  progressive = await painted().jpeg({ progressive: true }).toBuffer();
});

/** Reads the picture from a file of these bytes. */
async function read(bytes: Uint8Array) {
  await writeFile(at('picture.jpg'), bytes);
  return readPicture(at('picture.jpg'));
}

const lastOf = (jpeg: Buffer, marker: number) => jpeg.lastIndexOf(Buffer.of(0xff, marker));
const inserted = (jpeg: Buffer, place: number, ...bytes: number[]) =>
  Buffer.concat([jpeg.subarray(0, place), Buffer.from(bytes), jpeg.subarray(place)]);
const changed = (jpeg: Buffer, place: number, ...bytes: number[]) => {
  const copy = Buffer.from(jpeg);
  copy.set(bytes, place);
  return copy;
};
const ascii = (text: string) => [...Buffer.from(text, 'latin1')];

describe('faults that every viewer tolerates', () => {
  const slips: readonly (readonly [string, (jpeg: Buffer) => Buffer])[] = [
    ['the end of spectral selection 0', (jpeg) => changed(jpeg, lastOf(jpeg, 0xda) + 12, 0)],
    ['a bit position in a sequential scan', (jpeg) => changed(jpeg, lastOf(jpeg, 0xda) + 13, 0x11)],
    ['no end marker', (jpeg) => jpeg.subarray(0, -2)],
    ['half an end marker', (jpeg) => jpeg.subarray(0, -1)],
    ['zeros behind the end', (jpeg) => Buffer.concat([jpeg, Buffer.alloc(4096)])],
    ['a second picture behind the end', (jpeg) => Buffer.concat([jpeg, jpeg])],
    ['stray bytes before a marker', (jpeg) => inserted(jpeg, jpeg.indexOf(Buffer.of(0xff, 0xdb)), 1, 2, 3)],
    ['stray bytes before the end', (jpeg) => inserted(jpeg, jpeg.length - 2, 0, 0, 0)],
    ['fill bytes', (jpeg) => inserted(jpeg, jpeg.indexOf(Buffer.of(0xff, 0xdb)), 0xff, 0xff)],
    [
      'a version of JFIF that does not exist',
      (jpeg) => inserted(jpeg, 2, 0xff, 0xe0, 0, 16, ...ascii('JFIF\0'), 5, 0, 0, 0, 1, 0, 1, 0, 0),
    ],
    [
      'a colour transform of Adobe that does not exist',
      (jpeg) => inserted(jpeg, 2, 0xff, 0xee, 0, 14, ...ascii('Adobe\0'), 100, 0, 0, 0, 0, 9),
    ],
    [
      'a profile that is none',
      (jpeg) => inserted(jpeg, 2, 0xff, 0xe2, 0, 19, ...ascii('ICC_PROFILE\0'), 1, 1, 7, 7, 7),
    ],
    [
      'a profile that lacks a part',
      (jpeg) => inserted(jpeg, 2, 0xff, 0xe2, 0, 16, ...ascii('ICC_PROFILE\0'), 1, 2),
    ],
  ];
  test.each(slips)('%s', async (_, slip) => {
    expect(await read(slip(sequential))).toEqual(await read(sequential));
  });

  test('in progressive files', async () => {
    const whole = await read(progressive);
    for (const [name, slip] of slips.filter(([name]) => !/spectral|sequential/.test(name))) {
      expect(await read(slip(progressive)), name).toEqual(whole);
    }
  });

  test('a broken EXIF block: read as if upright', async () => {
    const place = sequential.indexOf('Exif');
    const found = await read(changed(sequential, place + 6, ...Buffer.alloc(20, 0xee)));
    expect([found.width, found.height]).toEqual([width, height]);
  });

  test('an intact file is decoded unchanged', () => {
    for (const jpeg of [sequential, progressive]) {
      expect(Buffer.from(mendJpeg(jpeg)).equals(jpeg)).toBe(true);
    }
  });
});

describe('refused', () => {
  test.each([
    ['cut in the middle', (jpeg: Buffer) => jpeg.subarray(0, Math.floor(jpeg.length * 0.6))],
    ['cut ten bytes before the end', (jpeg: Buffer) => jpeg.subarray(0, -10)],
    ['cut before its last scan', (jpeg: Buffer) => jpeg.subarray(0, lastOf(jpeg, 0xda))],
    ['cut in its header', (jpeg: Buffer) => jpeg.subarray(0, 40)],
    [
      'cut, and an end marker put behind',
      (jpeg: Buffer) =>
        Buffer.concat([jpeg.subarray(0, Math.floor(jpeg.length * 0.6)), Buffer.of(0xff, 0xd9)]),
    ],
    [
      'the rest never written',
      (jpeg: Buffer) => Buffer.concat([jpeg.subarray(0, Math.floor(jpeg.length * 0.6)), Buffer.alloc(4096)]),
    ],
  ])('%s', async (_, harm) => {
    for (const jpeg of [sequential, progressive]) {
      const error = await read(harm(jpeg)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(MediaError);
      expect((error as Error).message).toMatch(/is damaged \(.*\)\. Copy or download it again\.$/);
    }
  });

  test('other kinds of JPEG, by their names', async () => {
    const frame = sequential.indexOf(Buffer.of(0xff, 0xc0));
    for (const [bytes, kind] of [
      [changed(sequential, frame + 4, 12), 'of 12 bits'],
      [changed(sequential, frame + 1, 0xc3), 'without loss (SOF3)'],
      [changed(sequential, frame + 1, 0xc9), 'with arithmetic coding'],
      [changed(sequential, frame + 1, 0xc5), 'of the hierarchical kind'],
      [changed(sequential, frame + 5, 0, 0), 'that does not give its height'],
    ] as const) {
      expect(unreadJpegKind(bytes)).toBe(kind);
      await expect(read(bytes)).rejects.toThrow(
        `is a JPEG ${kind}, which is not read. Save it as PNG or as a usual JPEG.`,
      );
    }
    for (const jpeg of [sequential, progressive]) expect(unreadJpegKind(jpeg)).toBeUndefined();
  });
});

test('bytes changed at random never throw', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      fc.nat(),
      (oneScan, changes, length) => {
        const jpeg = Buffer.from(oneScan ? sequential : progressive);
        for (const [place, byte] of changes) jpeg[place % jpeg.length] = byte;
        const bytes = jpeg.subarray(0, 2 + (length % jpeg.length));
        unreadJpegKind(bytes);
        expect(mendJpeg(bytes).length).toBeLessThanOrEqual(bytes.length + 2);
      },
    ),
    { numRuns: 2000, seed: 1 },
  );
});
