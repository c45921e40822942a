import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { withFields } from '../testing/movie-edits.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { inspectClip, readFrames } from './clip.ts';
import { oneField } from './deinterlace.ts';
import { H264Fields } from './h264-fields.ts';
import type { Picture } from './picture.ts';
import { timeNotes } from './time-notes.ts';

const at = await testFolder();
const timing = (name: string) => testdata(`clips/timing/${name}`);

/** Where the bright bar begins and ends in each row. */
function barOf({ width, height, data }: Picture): [number, number][] {
  return Array.from({ length: height }, (_, y) => {
    const bright = Array.from({ length: width }, (_, x) => x).filter((x) => data[3 * (y * width + x)]! > 128);
    return [bright[0] ?? -1, bright.at(-1) ?? -1];
  });
}

describe('interlaced video', () => {
  test.each([
    ['interlaced.mp4', 'top'],
    ['interlaced.ts', 'top'],
    ['bottom-first.mkv', 'bottom'],
    ['bottom-first-prores.mov', 'bottom'],
    ['flagged-vp9.mkv', 'top'],
  ])('%s: of each frame one field, without a comb', async (name, firstField) => {
    const info = await inspectClip(timing(name));
    expect(info).toMatchObject({ firstField, framesPerSecond: 25 });
    expect(timeNotes(info)).toMatchObject([
      { kind: 'interlaced', serious: false, message: expect.stringContaining(`(${firstField} field first)`) },
    ]);
    const frames = await readFrames(timing(name));
    for (const frame of frames) {
      const bar = barOf(frame);
      for (const [from, to] of bar) {
        expect(Math.abs(from - bar[0]![0])).toBeLessThanOrEqual(1);
        expect(Math.abs(to - bar[0]![1])).toBeLessThanOrEqual(1);
      }
    }
  });

  test('in a transport stream has its whole height', async () => {
    expect(await inspectClip(timing('interlaced.ts'))).toMatchObject({
      width: 128,
      height: 96,
      frameCount: 25,
    });
  });

  test('moves on by two fields a frame, beginning with the first one', async () => {
    // The bar begins in column 8 of the first field and moves 6 columns a field.
    const frames = await readFrames(timing('flagged-vp9.mkv'));
    expect(frames.map((frame) => barOf(frame)[20])).toEqual([
      [8, 15],
      [20, 27],
      [32, 39],
      [44, 51],
      [56, 63],
      [-1, -1],
    ]);
    const later = await readFrames(timing('bottom-first.mkv'), { indices: [2] });
    expect(barOf(later[0]!)[21]).toEqual([32, 39]);
  });

  test('that only says so is not taken apart, what the container says is', async () => {
    expect((await inspectClip(timing('fake-interlaced.mp4'))).firstField).toBeUndefined();
    const progressive = await readFile(timing('edit-list-end.mp4'));
    for (const [count, order, firstField] of [
      [2, 1, 'top'],
      [2, 6, 'bottom'],
      [2, 9, 'bottom'],
      [2, 14, 'top'],
      [1, 0, undefined],
    ] as const) {
      await writeFile(at('fields.mp4'), withFields(progressive, count, order));
      expect((await inspectClip(at('fields.mp4'))).firstField).toBe(firstField);
    }
  });

  test('in H.265 is named', async () => {
    const info = await inspectClip(timing('field-pictures-hevc.mp4'));
    expect(info).toMatchObject({ interlacedAsIs: true });
    expect(timeNotes(info)).toMatchObject([
      { kind: 'interlaced', serious: true, message: expect.stringContaining('Deinterlace it before') },
    ]);
  });
});

test('one field of a plane', () => {
  const plane = Uint8Array.of(10, 10, 20, 20, 31, 31, 40, 40, 50, 50);
  expect([...oneField(plane, 2, 'top')]).toEqual([10, 10, 21, 21, 31, 31, 41, 41, 50, 50]);
  expect([...oneField(plane, 2, 'bottom')]).toEqual([20, 20, 20, 20, 30, 30, 40, 40, 40, 40]);
  expect(oneField(Uint16Array.of(1000, 2000), 1, 'bottom')).toEqual(Uint16Array.of(2000, 2000));
  expect(oneField(plane.subarray(0, 2), 2, 'bottom')).toEqual(Uint8Array.of(10, 10));
});

describe('H.264 pictures', () => {
  /** Bytes of fields of bits, each a number and its length, padded with zeros. */
  const bits = (...fields: readonly string[]) => {
    const text = `${fields.join('')}1`;
    const bytes = text.padEnd(8 * Math.ceil(text.length / 8), '0').match(/.{8}/g)!;
    return bytes.map((byte) => Number.parseInt(byte, 2));
  };
  const unsigned = (value: number) => {
    const code = (value + 1).toString(2);
    return '0'.repeat(code.length - 1) + code;
  };
  const number = (value: number, length: number) => value.toString(2).padStart(length, '0');
  const unit = (type: number, ...content: readonly number[]) => [0, 0, 1, 0x60 | type, ...content];
  /** Main profile; frame numbers and order counts of 4 bits; fields, and the choice for each pair of macroblocks. */
  const sequence = (adaptive: number) =>
    unit(
      7,
      ...[77, 0, 30],
      ...bits(
        ...[0, 0, 0, 0, 1].map(unsigned), // Number, frame number bits, order type and bits, reference frames.
        '0',
        ...[3, 2].map(unsigned), // Size.
        `0${adaptive}`,
        '100', // Direct inference; neither cropping nor usability.
      ),
    );
  const pictureSet = unit(8, ...bits(unsigned(0), unsigned(0), '0', '1'));
  const slice = (...rest: readonly string[]) =>
    unit(1, ...bits(...[0, 0, 0].map(unsigned), number(0, 4), ...rest));
  const read = (adaptive: number, ...rest: readonly string[]) =>
    new H264Fields(undefined).read(
      Uint8Array.from([...sequence(adaptive), ...pictureSet, ...slice(...rest)]),
    );

  test('that are fields say which comes first', () => {
    expect(read(0, '1', '0')).toBe('top');
    expect(read(0, '1', '1')).toBe('bottom');
  });

  test('that are frames of fields say it by their order counts', () => {
    expect(read(1, '0', number(2, 4), unsigned(1))).toBe('top'); // The bottom field is one later.
    expect(read(1, '0', number(2, 4), unsigned(2))).toBe('bottom'); // One earlier.
    expect(read(0, '0', number(2, 4), unsigned(1))).toBeUndefined();
  });

  test('that are damaged say nothing', () => {
    const stream = new H264Fields(Uint8Array.of(1, 77, 0, 30, 255, 225, 0, 200, 103));
    for (const packet of [[], [0, 0, 0, 9, 65], [255, 255, 255, 255, 65, 1], [0, 0, 0, 2, 6, 1]]) {
      expect(stream.read(Uint8Array.from(packet))).toBeUndefined();
    }
  });
});
