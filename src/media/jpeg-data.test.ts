import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { jpegDataFault } from './jpeg-data.ts';
import { mendJpeg, segments } from './jpeg-markers.ts';
import { readPicture } from './picture-file.ts';

const at = await testFolder();
const [width, height] = [44, 35];
const pixels = Buffer.from(
  Array.from({ length: width * height }, (_, i) => [
    (i % width) * 5,
    7 * Math.floor(i / width),
    (i * 7) % 256,
  ]).flat(),
);
const painted = () => sharp(pixels, { raw: { width, height, channels: 3 } });
const stored = (name: string) => readFileSync(testdata(`pictures/jpeg/${name}.jpg`));
const END = Buffer.of(0xff, 0xd9);

const sequential: readonly (readonly [string, Buffer])[] = [
  ['4:4:4', await painted().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ['4:2:0', await painted().jpeg({ chromaSubsampling: '4:2:0' }).toBuffer()],
  ['4:2:2', readFileSync(testdata('pictures/sampling/jpeg-422.jpg'))],
  ['grey', await painted().greyscale().toColourspace('b-w').jpeg().toBuffer()],
  ['CMYK', await painted().toColourspace('cmyk').jpeg().toBuffer()],
  ['with restarts', stored('restarts')],
  ['a scan for each component', stored('one-scan-each')],
];
const progressive: readonly (readonly [string, Buffer])[] = [
  ['4:4:4', await painted().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer()],
  ['4:2:0', await painted().jpeg({ progressive: true, chromaSubsampling: '4:2:0' }).toBuffer()],
  ['grey', await painted().greyscale().toColourspace('b-w').jpeg({ progressive: true }).toBuffer()],
  ['4:2:2 with restarts', stored('restarts-progressive')],
];
const all = [
  ...sequential.map(([name, jpeg]) => [`sequential, ${name}`, jpeg] as const),
  ...progressive.map(([name, jpeg]) => [`progressive, ${name}`, jpeg] as const),
];

/** Where the coded data of the first scan begins. */
const dataStart = (jpeg: Buffer) => [...segments(jpeg)].find(({ marker }) => marker === 0xda)!.end;

async function read(bytes: Uint8Array) {
  await writeFile(at('picture.jpg'), bytes);
  return readPicture(at('picture.jpg'));
}

describe.each(all)('%s', (_, jpeg) => {
  test('is whole, with its end marker and without', async () => {
    const whole = await read(jpeg);
    for (const end of [jpeg.length, jpeg.length - 1, jpeg.length - 2]) {
      expect(jpegDataFault(mendJpeg(jpeg.subarray(0, end)))).toBeUndefined();
      expect(await read(jpeg.subarray(0, end))).toEqual(whole);
    }
  });

  test('is refused wherever its data is cut', async () => {
    const last = jpeg.length - 3;
    for (let end = dataStart(jpeg); end <= last; end += end < last - 80 ? 5 : 1) {
      const error = await read(jpeg.subarray(0, end)).catch((thrown: unknown) => thrown);
      expect(error, `cut at ${end} of ${jpeg.length}`).toBeInstanceOf(MediaError);
      expect((error as Error).message).toMatch(/is damaged \(.*\)\. Copy or download it again\.$/);
    }
  });
});

test.each(sequential)('sequential, %s: refused where it is cut and an end marker put behind', (_, jpeg) => {
  for (let end = dataStart(jpeg); end < jpeg.length - 2; end++) {
    expect(jpegDataFault(Buffer.concat([jpeg.subarray(0, end), END])), `cut at ${end}`).toMatch(
      /^its data ends before the picture does$|^one of its colour components is missing$/,
    );
  }
});

test.each([stored('restarts'), stored('restarts-progressive')])(
  'a piece between restarts is missing',
  (jpeg) => {
    const starts = [...jpeg.keys()].filter(
      (place) => place > dataStart(jpeg) && jpeg[place] === 0xff && (jpeg[place + 1]! & 0xf8) === 0xd0,
    );
    expect(starts.length).toBeGreaterThan(3);
    const without = Buffer.concat([jpeg.subarray(0, starts[1]), jpeg.subarray(starts[2])]);
    expect(jpegDataFault(without)).toBe('a part of its data is missing');
  },
);

test('a code that does not exist', () => {
  const [, jpeg] = sequential[0]!;
  const start = dataStart(jpeg);
  const filled = Buffer.concat([jpeg.subarray(0, start), Buffer.alloc(200, Buffer.of(0xff, 0)), END]);
  expect(jpegDataFault(filled)).toBe('its data holds a code that does not exist');
});

test('files that cannot be followed are left to the decoder', async () => {
  const [, jpeg] = sequential[0]!;
  const changed = (place: number, ...bytes: number[]) => {
    const copy = Buffer.from(jpeg);
    copy.set(bytes, place);
    return copy;
  };
  const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0));
  const tables = jpeg.indexOf(Buffer.of(0xff, 0xc4));
  for (const [name, bytes] of [
    ['no size', changed(frame + 7, 0, 0)],
    ['a size beyond what is read', changed(frame + 5, 0xff, 0xff, 0xff, 0xff)],
    ['no sampling', changed(frame + 11, 0)],
    ['no tables', changed(tables + 1, 0xfe)],
    ['tables that are none', changed(tables + 5, 3)],
    ['a scan before the frame', changed(frame + 1, 0xfe)],
  ] as const) {
    expect(jpegDataFault(bytes), name).toBeUndefined();
  }
});

test('bytes changed at random never throw', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: all.length - 1 }),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }),
      fc.nat(),
      (which, changes, length) => {
        const jpeg = Buffer.from(all[which]![1]);
        for (const [place, byte] of changes) jpeg[place % jpeg.length] = byte;
        const fault = jpegDataFault(mendJpeg(jpeg.subarray(0, 2 + (length % jpeg.length))));
        expect(['string', 'undefined']).toContain(typeof fault);
      },
    ),
    { numRuns: 2000, seed: 1 },
  );
});
