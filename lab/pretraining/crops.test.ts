import { expect, test } from 'vitest';
import { floats } from '../../src/graph/host-tensor.ts';
import { crops } from './crops.ts';

const shape = [4, 3, 10, 12];
const pictures = floats(
  Float32Array.from({ length: 4 * 3 * 10 * 12 }, (_, i) => i),
  shape,
);

test('are squares of the pictures, at other places in each batch', () => {
  const places = new Set<number>();
  for (let index = 0; index < 20; index++) {
    const { data, shape: cut } = crops(pictures, 5, 1, index);
    expect(cut).toEqual([4, 3, 5, 5]);
    for (let sample = 0; sample < 4; sample++) {
      const corner = data[sample * 75]! - sample * 360;
      const [top, left] = [Math.floor(corner / 12), corner % 12];
      expect(top).toBeLessThanOrEqual(5);
      expect(left).toBeLessThanOrEqual(7);
      places.add(corner);
      for (let i = 0; i < 75; i++) {
        const [channel, row, column] = [Math.floor(i / 25), Math.floor(i / 5) % 5, i % 5];
        expect(data[sample * 75 + i]).toBe(
          pictures.data[((sample * 3 + channel) * 10 + top + row) * 12 + left + column],
        );
      }
    }
    expect(crops(pictures, 5, 1, index).data).toEqual(data);
  }
  expect(places.size).toBeGreaterThan(20);
});

test('of the whole side are the pictures themselves', () => {
  const square = floats(pictures.data.slice(0, 3 * 100), [1, 3, 10, 10]);
  expect(crops(square, 10, 1, 0)).toEqual(square);
});
