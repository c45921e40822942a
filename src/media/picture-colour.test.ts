import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  iccChunk,
  iccProfile,
  iccTableProfile,
  type PngChunk,
  PROFILE_COLOURS,
  type ProfileCurve,
  pngFile,
  SRGB_PARAMETERS,
  shareChunk,
  tiffFile,
} from '../testing/picture-files.ts';
import { testFolder } from '../testing/test-folder.ts';
import { readPicture } from './picture-file.ts';

const at = await testFolder();

async function levels(bytes: Buffer): Promise<number[]> {
  await writeFile(at('picture'), bytes);
  return [...(await readPicture(at('picture'))).data];
}

/** From light of a space to light of sRGB, by the published matrices of both to and from X, Y, Z relative to D65. */
const TO_XYZ = {
  srgb: [0.4124564, 0.3575761, 0.1804375, 0.2126729, 0.7151522, 0.072175, 0.0193339, 0.119192, 0.9503041],
  p3: [0.4865709, 0.2656677, 0.1982173, 0.2289746, 0.6917385, 0.0792869, 0, 0.0451134, 1.0439444],
  adobe: [0.5767309, 0.185554, 0.1881852, 0.2973769, 0.6273491, 0.0752741, 0.0270343, 0.0706872, 0.9911085],
};
const FROM_XYZ = [
  3.2404542, -1.5371385, -0.4985314, -0.969266, 1.8760108, 0.041556, 0.0556434, -0.2040259, 1.0572252,
];
const times = (m: readonly number[], [x, y, z]: readonly number[]) =>
  [0, 3, 6].map((row) => m[row]! * x! + m[row + 1]! * y! + m[row + 2]! * z!);
const toLevel = (light: number) => {
  const clipped = Math.min(1, Math.max(0, light));
  return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
};
const srgbLight = (signal: number) =>
  signal <= 0.04045 ? signal / 12.92 : ((signal + 0.055) / 1.055) ** 2.4;

type Space = keyof typeof TO_XYZ;
type Light = (signal: number) => number;
const shown = (colour: readonly number[], space: Space, light: Light) =>
  times(
    FROM_XYZ,
    times(
      TO_XYZ[space],
      colour.map((level) => light(level / 255)),
    ),
  ).map(toLevel);

const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
  [0, 0, 0],
  [200, 100, 50],
  [30, 90, 160],
  [128, 128, 128],
  [40, 30, 20],
] as const;
const GREYS = [0, 10, 64, 128, 200, 255];

const PROFILES: readonly (readonly [string, Space, ProfileCurve, Light])[] = [
  ['sRGB', 'srgb', { parameters: SRGB_PARAMETERS }, srgbLight],
  [
    'sRGB with a table',
    'srgb',
    { table: Array.from({ length: 1024 }, (_, index) => Math.round(65_535 * srgbLight(index / 1023))) },
    srgbLight,
  ],
  ['Display P3', 'p3', { parameters: SRGB_PARAMETERS }, srgbLight],
  ['Adobe RGB', 'adobe', 563 / 256, (signal) => signal ** (563 / 256)],
  ['linear light', 'srgb', 1, (signal) => signal],
];

/** Expects levels within one of those wanted, which the rounding of decoders takes. */
function expectLevels(found: readonly number[], wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  const most = Math.max(...found.map((level, index) => Math.abs(level - wanted[index]!)));
  expect(most, `${found} instead of ${wanted}`).toBeLessThanOrEqual(1);
}

describe.each([8, 16] as const)('%i bits', (bits) => {
  const deepened = (samples: readonly number[]) =>
    samples.map((sample) => (bits === 16 ? sample * 257 : sample));
  const withAlpha = (pixels: readonly (readonly number[])[], alpha: number) =>
    deepened(pixels.flatMap((pixel) => [...pixel, alpha]));
  const onWhite = (pixels: readonly number[], alpha: number) =>
    pixels.map((level) => Math.round(255 + (level - 255) * (alpha / 255)));
  const width = COLOURS.length;

  test.each(PROFILES)('RGB and RGBA in %s', async (_, space, curve, light) => {
    const profile = iccProfile(PROFILE_COLOURS[space], curve);
    const chunks = [iccChunk(profile)];
    const wanted = COLOURS.flatMap((colour) => shown(colour, space, light));
    const samples = deepened(COLOURS.flat());
    expectLevels(await levels(pngFile({ width, bits, colourType: 2, samples, chunks })), wanted);
    expectLevels(await levels(tiffFile(samples, { width, bits, photometric: 2, profile })), wanted);
    const half = withAlpha(COLOURS, 128);
    const wantedHalf = onWhite(wanted, 128);
    expectLevels(await levels(pngFile({ width, bits, colourType: 6, samples: half, chunks })), wantedHalf);
    expectLevels(await levels(tiffFile(half, { width, bits, photometric: 2, profile })), wantedHalf);
  });

  test('RGB and RGBA by a profile of tables', async () => {
    const chunks = [iccChunk(iccTableProfile(PROFILE_COLOURS.srgb))];
    const wanted = COLOURS.flatMap((colour) => shown(colour, 'srgb', (signal) => signal));
    const samples = deepened(COLOURS.flat());
    expectLevels(await levels(pngFile({ width, bits, colourType: 2, samples, chunks })), wanted);
    const half = withAlpha(COLOURS, 128);
    expectLevels(
      await levels(pngFile({ width, bits, colourType: 6, samples: half, chunks })),
      onWhite(wanted, 128),
    );
  });

  test.each([
    ['gamma 1.8', 1.8],
    ['linear light', 1],
  ] as const)('grey, with and without alpha, in %s', async (_, gamma) => {
    const profile = iccProfile('grey', gamma);
    const chunks = [iccChunk(profile)];
    const wanted = GREYS.flatMap((grey) => Array<number>(3).fill(toLevel((grey / 255) ** gamma)));
    const size = { width: GREYS.length, bits };
    const samples = deepened(GREYS);
    expectLevels(await levels(pngFile({ ...size, colourType: 0, samples, chunks })), wanted);
    expectLevels(await levels(tiffFile(samples, { ...size, photometric: 1, profile })), wanted);
    const half = withAlpha(
      GREYS.map((grey) => [grey]),
      128,
    );
    expectLevels(
      await levels(pngFile({ ...size, colourType: 4, samples: half, chunks })),
      onWhite(wanted, 128),
    );
  });

  test.each([
    ['none', undefined],
    ['one that is none', Buffer.from('this is no colour profile')],
    ['one for grey', iccProfile('grey', 1.8)],
    ['one cut short', iccProfile(PROFILE_COLOURS.p3, 2.2).subarray(0, 300)],
  ])('no profile of use (%s): the numbers are sRGB', async (_, profile) => {
    const chunks = profile ? [iccChunk(profile)] : [];
    const samples = deepened(COLOURS.flat());
    expect(await levels(pngFile({ width, bits, colourType: 2, samples, chunks }))).toEqual(COLOURS.flat());
    const tiff = tiffFile(samples, { width, bits, photometric: 2, ...(profile && { profile }) });
    expect(await levels(tiff)).toEqual(COLOURS.flat());
    const greys = pngFile({ width: GREYS.length, bits, colourType: 0, samples: deepened(GREYS), chunks: [] });
    expect(await levels(greys)).toEqual(GREYS.flatMap((grey) => [grey, grey, grey]));
  });

  test.each([0, 2] as const)('a colour that stands for transparency, colour type %i', async (colourType) => {
    const pixels =
      colourType === 0
        ? [[10], [20]]
        : [
            [10, 20, 30],
            [10, 20, 31],
          ];
    const key = Buffer.concat(deepened(pixels[0]!).map((level) => Buffer.of(level >> 8, level & 255)));
    const samples = deepened(pixels.flat());
    const file = pngFile({ width: 2, bits, colourType, samples, chunks: [['tRNS', key]] });
    const second = colourType === 0 ? [20, 20, 20] : [10, 20, 31];
    expect(await levels(file)).toEqual([255, 255, 255, ...second]);
  });

  describe('PNG without a profile', () => {
    const colours = async (...chunks: PngChunk[]) =>
      levels(pngFile({ width, bits, colourType: 2, samples: deepened(COLOURS.flat()), chunks }));
    const wanted = (space: Space, light: Light) => COLOURS.flatMap((colour) => shown(colour, space, light));
    const white = [0.3127, 0.329];

    test('gAMA: the exponent is used, unless it is sRGB’s', async () => {
      expectLevels(
        await colours(shareChunk('gAMA', 1)),
        wanted('srgb', (signal) => signal),
      );
      expectLevels(
        await colours(shareChunk('gAMA', 1 / 1.8)),
        wanted('srgb', (signal) => signal ** 1.8),
      );
      expect(await colours(shareChunk('gAMA', 0.45455))).toEqual(COLOURS.flat());
      expect(await colours(shareChunk('gAMA', 0))).toEqual(COLOURS.flat());
    });

    test('gAMA for grey and a palette', async () => {
      const greys = pngFile({
        ...{ width: GREYS.length, bits, colourType: 0, samples: deepened(GREYS) },
        chunks: [shareChunk('gAMA', 1)],
      });
      const light = GREYS.flatMap((grey) => Array<number>(3).fill(toLevel(grey / 255)));
      expectLevels(await levels(greys), light);
      const palette: PngChunk = ['PLTE', Buffer.from(COLOURS.flat())];
      const samples = COLOURS.map((_, index) => index);
      const file = pngFile({
        width,
        bits: 4,
        colourType: 3,
        samples,
        chunks: [shareChunk('gAMA', 1), palette],
      });
      expectLevels(
        await levels(file),
        wanted('srgb', (signal) => signal),
      );
    });

    test('cHRM: the primaries are used, unless they are sRGB’s', async () => {
      const adobe = shareChunk('cHRM', ...white, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06);
      const srgb = shareChunk('cHRM', ...white, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06);
      const gamma = 563 / 256;
      expectLevels(await colours(shareChunk('gAMA', 1 / gamma), adobe), wanted('adobe', srgbLight));
      expect(await colours(shareChunk('gAMA', 0.45455), srgb)).toEqual(COLOURS.flat());
      const none = shareChunk('cHRM', ...white, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3);
      expect(await colours(none)).toEqual(COLOURS.flat());
    });

    test('an sRGB chunk or a profile goes before both, cICP before all', async () => {
      const linear = shareChunk('gAMA', 1);
      expect(await colours(['sRGB', Buffer.of(0)], linear)).toEqual(COLOURS.flat());
      const p3 = iccChunk(iccProfile(PROFILE_COLOURS.p3, { parameters: SRGB_PARAMETERS }));
      expectLevels(await colours(p3, linear), wanted('p3', srgbLight));
      expect(await colours(['cICP', Buffer.of(1, 13, 0, 1)], p3)).toEqual(COLOURS.flat());
      const adobe = iccChunk(iccProfile(PROFILE_COLOURS.adobe, 2.2));
      expectLevels(await colours(['cICP', Buffer.of(12, 13, 0, 1)], adobe), wanted('p3', srgbLight));
    });

    test('cICP: Display P3, sRGB, linear light, a narrow range', async () => {
      expectLevels(
        await colours(['cICP', Buffer.of(12, 13, 0, 1)], shareChunk('gAMA', 1)),
        wanted('p3', srgbLight),
      );
      expect(await colours(['cICP', Buffer.of(1, 13, 0, 1)])).toEqual(COLOURS.flat());
      expectLevels(
        await colours(['cICP', Buffer.of(1, 8, 0, 1)]),
        wanted('srgb', (signal) => signal),
      );
      const narrow = (signal: number) => srgbLight(Math.min(1, Math.max(0, (255 * signal - 16) / 219)));
      expectLevels(await colours(['cICP', Buffer.of(1, 13, 0, 0)]), wanted('srgb', narrow));
    });

    test('cICP: PQ and HLG are brought to sRGB', async () => {
      // White paper (203 cd/m²) has the signal 0.58 in PQ and 0.75 in HLG (ITU-R BT.2408).
      for (const [transfer, signal] of [
        [16, 148],
        [18, 191],
      ] as const) {
        const samples = deepened([0, 0, 0, signal, signal, signal]);
        const chunks: PngChunk[] = [['cICP', Buffer.of(9, transfer, 0, 1)]];
        const found = await levels(pngFile({ width: 2, bits, colourType: 2, samples, chunks }));
        expect(found.slice(0, 3)).toEqual([0, 0, 0]);
        expect(found[3]).toBeGreaterThan(238);
        expect(found[3]).toBeLessThan(250);
        expect(Math.max(...found.slice(3)) - Math.min(...found.slice(3))).toBeLessThanOrEqual(1);
      }
    });
  });
});

test('16-bit pictures in Display P3 and Adobe RGB give sRGB’s primaries', async () => {
  const files = [
    [{ parameters: SRGB_PARAMETERS }, 'p3', [234, 51, 35, 117, 251, 76, 0, 0, 245]],
    [563 / 256, 'adobe', [219, 0, 0, 144, 255, 60, 0, 0, 250]],
  ] as const;
  for (const [curve, space, colours] of files) {
    const chunks = [iccChunk(iccProfile(PROFILE_COLOURS[space], curve))];
    const samples = colours.map((level) => level * 257);
    const found = await levels(pngFile({ width: 3, bits: 16, colourType: 2, samples, chunks }));
    // The levels are rounded to 8 bits, and next to black a step in light is several levels of sRGB.
    for (const [channel, level] of [255, 0, 0, 0, 255, 0, 0, 0, 255].entries()) {
      if (level === 255) expect(found[channel]).toBeGreaterThanOrEqual(254);
      else expect(found[channel]).toBeLessThanOrEqual(20);
    }
  }
});

test('grey and palettes of 1, 2 and 4 bits', async () => {
  for (const bits of [1, 2, 4] as const) {
    const most = 2 ** bits - 1;
    const samples = Array.from({ length: most + 1 }, (_, index) => index);
    const width = samples.length;
    const greys = samples.flatMap((sample) => Array<number>(3).fill((255 * sample) / most));
    expect(await levels(pngFile({ width, bits, colourType: 0, samples }))).toEqual(greys);
    const colours = samples.map((index) => [index * 16, 255 - index * 16, 7]);
    const chunks: PngChunk[] = [
      ['PLTE', Buffer.from(colours.flat())],
      ['tRNS', Buffer.of(0)],
    ];
    const wanted = [255, 255, 255, ...colours.slice(1).flat()];
    expect(await levels(pngFile({ width, bits, colourType: 3, samples, chunks }))).toEqual(wanted);
  }
});

test('a palette in Adobe RGB', async () => {
  const gamma = 563 / 256;
  const chunks: PngChunk[] = [
    iccChunk(iccProfile(PROFILE_COLOURS.adobe, gamma)),
    ['PLTE', Buffer.from(COLOURS.flat())],
  ];
  const samples = COLOURS.map((_, index) => index);
  const file = pngFile({ width: samples.length, bits: 8, colourType: 3, samples, chunks });
  expectLevels(
    await levels(file),
    COLOURS.flatMap((colour) => shown(colour, 'adobe', (signal) => signal ** gamma)),
  );
});

test('pictures of 16 bits are turned by EXIF orientation, too', async () => {
  const chunks: PngChunk[] = [
    iccChunk(iccProfile(PROFILE_COLOURS.srgb, { parameters: SRGB_PARAMETERS })),
    ['eXIf', Buffer.from('4d4d002a000000080001011200030000000100060000000000000000', 'hex')],
  ];
  const samples = [65_535, 0, 0, 0, 0, 65_535];
  await writeFile(at('turned.png'), pngFile({ width: 2, bits: 16, colourType: 2, samples, chunks }));
  const found = await readPicture(at('turned.png'));
  expect([found.width, found.height, ...found.data]).toEqual([1, 2, 255, 0, 0, 0, 0, 255]);
});

test.each([8, 10] as const)('AVIF of %i bits in the colours that its nclx box names', async (bitdepth) => {
  const [r, g, b] = [30, 90, 160];
  const one = sharp({ create: { width: 16, height: 16, channels: 3, background: { r, g, b } } });
  const avif = await one.avif({ lossless: true, chromaSubsampling: '4:4:4', bitdepth }).toBuffer();
  const place = avif.indexOf('nclx');
  expect(avif.readUInt16BE(place + 4)).toBe(1);
  expectLevels((await levels(avif)).slice(0, 3), [r, g, b]);
  avif.writeUInt16BE(12, place + 4); // Display P3
  avif.writeUInt16BE(13, place + 6);
  expectLevels((await levels(avif)).slice(0, 3), shown([r, g, b], 'p3', srgbLight));
});
