import type { InputVideoTrack } from 'mediabunny';
import { describe, expect, test } from 'vitest';
import { testdata } from '../testing/testdata.ts';
import { readFrames } from './clip.ts';
import type { Picture } from './picture.ts';
import { layoutOfFormat } from './sample-planes.ts';
import { videoEngine } from './video-engine.ts';
import { sampleToPicture } from './video-sample.ts';

type Three = readonly [number, number, number];

/** Limited-range luma and colour differences of 8 bits as sRGB, by the definitions in ITU-R BT.601 and BT.709. */
function shown([y, u, v]: Three, [red, blue]: readonly [number, number] = [0.299, 0.114]): number[] {
  const [luma, blueness, redness] = [(y - 16) / 219, (u - 128) / 224, (v - 128) / 224];
  const r = luma + 2 * (1 - red) * redness;
  const b = luma + 2 * (1 - blue) * blueness;
  const g = (luma - red * r - blue * b) / (1 - red - blue);
  return [r, g, b].map((share) => Math.round(255 * Math.min(1, Math.max(0, share))));
}

/** Four fields of one colour: upper left, upper right, lower left, lower right. */
const FIELDS: readonly Three[] = [
  [82, 108, 196],
  [120, 96, 78],
  [76, 188, 112],
  [180, 66, 144],
];
const SHOWN_FIELDS = FIELDS.map((field) => shown(field));
const RGB_FIELDS: readonly Three[] = [
  [200, 40, 40],
  [40, 180, 60],
  [50, 60, 200],
  [210, 200, 60],
];

/** How far any pixel is from its field's colour; pixels at a border, where colours are mixed, do not count. */
function farthest(from: Picture, colours: readonly (readonly number[])[], column: number, row: number) {
  let most = 0;
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < from.width; x++) {
      const atBorder = Math.abs(x + 0.5 - column) < 1 || Math.abs(y + 0.5 - row) < 1;
      if (atBorder) continue;
      const wanted = colours[(y < row ? 0 : 2) + (x < column ? 0 : 1)]!;
      for (let channel = 0; channel < 3; channel++) {
        const found = from.data[3 * (y * from.width + x) + channel]!;
        most = Math.max(most, Math.abs(found - wanted[channel]!));
      }
    }
  }
  return most;
}

describe('any decoder’s frames, of odd and even sizes', () => {
  const track = {
    getColorSpace: async () => ({}),
    getRotation: async () => 0,
    getFlip: async () => false,
  } as unknown as InputVideoTrack;

  /** The fields as bytes of a format, halves of odd sizes rounded up, whatever alpha. */
  function planes(format: string, width: number, height: number, column: number, row: number): Uint8Array {
    const { halfWidth, halfHeight, bits, woven } = layoutOfFormat(format)!;
    const unit = 2 ** (bits - 8);
    const plane = (index: number): number[] => {
      const dx = index > 0 && halfWidth ? 2 : 1;
      const dy = index > 0 && halfHeight ? 2 : 1;
      const levels: number[] = [];
      for (let y = 0; y < height; y += dy) {
        for (let x = 0; x < width; x += dx) {
          levels.push(FIELDS[(y < row ? 0 : 2) + (x < column ? 0 : 1)]![index]! * unit);
        }
      }
      return levels;
    };
    const [luma, u, v] = [plane(0), plane(1), plane(2)];
    const all = woven ? [...luma, ...u.flatMap((level, at) => [level, v[at]!])] : [...luma, ...u, ...v];
    if (/A/.test(format)) all.push(...luma.map((_, at) => (at % 2) * (256 * unit - 1)));
    return bits > 8 ? new Uint8Array(Uint16Array.from(all).buffer) : Uint8Array.from(all);
  }

  test.each([
    ...['I420', 'I420P10', 'I420P12', 'I420A', 'I420AP10', 'I420AP12', 'NV12'],
    ...['I422', 'I422P10', 'I422P12', 'I422A', 'I422AP10', 'I422AP12'],
    ...['I444', 'I444P10', 'I444P12', 'I444A', 'I444AP10', 'I444AP12'],
  ] as const)('%s', async (format) => {
    const { VideoSample } = await videoEngine();
    for (const [width, height] of [
      [9, 7],
      [7, 8],
      [8, 7],
      [8, 8],
    ] as const) {
      const bytes = planes(format, width, height, 4, 4);
      const size = { codedWidth: width, codedHeight: height };
      const colorSpace = { matrix: 'smpte170m', fullRange: false } as const;
      using sample = new VideoSample(bytes, { format, ...size, timestamp: 0, colorSpace });
      const found = await sampleToPicture(sample, track);
      expect([found.width, found.height]).toEqual([width, height]);
      expect(farthest(found, SHOWN_FIELDS, 4, 4)).toBeLessThanOrEqual(1);
    }
  });
});

describe('37x35 pixels, of two frames', () => {
  const frame = async (name: string) =>
    (await readFrames(testdata(`clips/sampling/${name}`), { indices: [1] }))[0]!;

  // Coded without loss: only the rounding of the conversion is left.
  test.each([
    ...['vp9-yuv420p.webm', 'vp9-yuv422p.webm', 'vp9-yuv440p.webm', 'vp9-yuv444p.webm'],
    ...['vp9-yuv420p10le.webm', 'vp9-yuv422p12le.webm', 'vp9-yuv440p10le.webm'],
    ...['av1-yuv420p.webm', 'av1-yuv422p.webm', 'av1-yuv444p.webm', 'av1-yuv422p10le.webm'],
    ...['h264-yuv444p.mp4', 'h265-yuv444p10le.mp4'],
  ])('%s', async (name) => {
    const found = await frame(name);
    expect([found.width, found.height]).toEqual([37, 35]);
    expect(farthest(found, SHOWN_FIELDS, 20, 16)).toBeLessThanOrEqual(1);
  });

  test.each([
    ...['vp8-yuv420p.webm', 'vp8-yuva420p.webm', 'prores-yuv422p10le.mov', 'prores-yuva444p10le.mov'],
  ])('%s, coded with a little loss', async (name) => {
    const found = await frame(name);
    expect([found.width, found.height]).toEqual([37, 35]);
    expect(farthest(found, SHOWN_FIELDS, 20, 16)).toBeLessThanOrEqual(3);
  });

  test.each([
    ['vp9-bt709-yuv440p.webm', [0.2126, 0.0722]],
    ['h264-smpte240m.mp4', [0.212, 0.087]],
  ] as const)('%s: by the matrix that the file names', async (name, weights) => {
    const colours = FIELDS.map((field) => shown(field, weights));
    expect(farthest(await frame(name), colours, 20, 16)).toBeLessThanOrEqual(1);
  });

  test('h264-ycgco.mp4: by the differences of green and orange', async () => {
    const colours = FIELDS.map(([y, cg, co]) => {
      const [luma, green, orange] = [(y - 16) / 219, (cg - 128) / 224, (co - 128) / 224];
      return [luma - green + orange, luma + green, luma - green - orange].map((share) =>
        Math.round(255 * Math.min(1, Math.max(0, share))),
      );
    });
    expect(farthest(await frame('h264-ycgco.mp4'), colours, 20, 16)).toBeLessThanOrEqual(1);
  });

  test.each(['vp9-gbrp.webm', 'h264-gbrp.mp4', 'h265-gbrp.mp4'])(
    '%s: red, green and blue as stored',
    async (name) => {
      expect(farthest(await frame(name), RGB_FIELDS, 20, 16)).toBe(0);
    },
  );

  test.each(['av1-gray.webm', 'h265-gray.mp4'])('%s: grey', async (name) => {
    const colours = FIELDS.map(([luma]) => shown([luma, 128, 128]));
    expect(farthest(await frame(name), colours, 20, 16)).toBeLessThanOrEqual(1);
  });
});

test('the layouts of pixel formats by name', () => {
  const yuv = { kind: 'yuv', bits: 8, woven: false };
  const whole = { halfWidth: false, halfHeight: false };
  expect(layoutOfFormat('I420')).toEqual({ ...yuv, halfWidth: true, halfHeight: true });
  expect(layoutOfFormat('NV12')).toEqual({ ...yuv, halfWidth: true, halfHeight: true, woven: true });
  expect(layoutOfFormat('yuvj440p')).toEqual({ ...yuv, halfWidth: false, halfHeight: true });
  expect(layoutOfFormat('I422AP12')).toEqual({ ...yuv, halfWidth: true, halfHeight: false, bits: 12 });
  expect(layoutOfFormat('gray10le')).toEqual({ ...yuv, ...whole, kind: 'grey', bits: 10 });
  expect(layoutOfFormat('gbrap')).toEqual({ ...yuv, ...whole, kind: 'gbr' });
  for (const other of ['RGBA', 'BGRX', 'gbrpf32le', 'gray10be', 'yuv411p', 'p010le']) {
    expect(layoutOfFormat(other), other).toBeUndefined();
  }
});
