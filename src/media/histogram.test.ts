import { describe, expect, test } from 'vitest';
import { readFixture } from '../testing/testdata.ts';
import { matchHistogram, matchHistogramFloats } from './histogram.ts';
import { picture } from './picture.ts';

describe('histogram matching is the reference’s, ties included', async () => {
  const { inputs, outputs } = await readFixture('mini', 'his_match');
  const names = [...outputs.keys()].filter((name) => !name.endsWith('.u8'));
  test.each(names)('%s', (name) => {
    const reference = inputs.get(`${name}.src`)!.data as Float32Array;
    const frame = inputs.get(`${name}.dst`)!.data as Float32Array;
    const matched = matchHistogramFloats(reference, frame);
    const levels = Array.from(outputs.get(`${name}.u8`)!.data, Number);
    expect(Array.from(matched, (value) => Math.round(value * 255))).toEqual(levels);
    expect(matched).toEqual(outputs.get(name)!.data);
  });
});

test('pictures of different sizes match; the frame keeps its size', () => {
  const reference = picture(1, 1, Uint8Array.of(10, 20, 30));
  const frame = picture(2, 1, Uint8Array.of(1, 2, 3, 200, 201, 202));
  expect(matchHistogram(reference, frame)).toEqual(picture(2, 1, Uint8Array.of(10, 20, 30, 10, 20, 30)));
});
