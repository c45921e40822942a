import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readFixture } from '../testing/testdata.ts';
import { type Picture, picture } from './picture.ts';
import { resizeLinear, resizePicture } from './resize.ts';

/** The test picture that the fixture's note describes. */
function pattern(height: number, width: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++, at++) {
        data[at] = (7 * y + 13 * x + 29 * channel + Math.floor((x * y) / 5)) % 256;
      }
    }
  }
  return picture(width, height, data);
}

describe('resizeLinear is cv2.resize', async () => {
  const { outputs, json } = await readFixture('mini', 'cv2_resize');
  for (const [name, sampled] of outputs) {
    test(name, () => {
      const details = (
        json as Record<string, { in_hw: [number, number]; sha256_of_full_uint8_output: string }>
      )[name]!;
      const resized = resizeLinear(pattern(...details.in_hw), { width: 512, height: 320 });
      const samples: number[] = [];
      for (let y = 0; y < 320; y += 9) {
        for (let x = 0; x < 512; x += 11) {
          const at = (y * 512 + x) * 3;
          samples.push(...resized.data.subarray(at, at + 3));
        }
      }
      expect(samples).toEqual(Array.from(sampled.data, Number));
      const hash = createHash('sha256').update(resized.data).digest('hex');
      expect(hash).toBe(details.sha256_of_full_uint8_output);
    });
  }

  test('exactly half the size is the mean of four, as in OpenCV', () => {
    const four = picture(2, 2, Uint8Array.of(0, 10, 255, 1, 20, 255, 1, 30, 255, 4, 41, 254));
    expect([...resizeLinear(four, { width: 1, height: 1 }).data]).toEqual([2, 25, 255]);
  });
});

describe('resizePicture', () => {
  test('cover keeps the aspect ratio and cuts both sides alike; stretch squeezes', async () => {
    const thirds = picture(
      6,
      2,
      Uint8Array.from({ length: 36 }, (_, at) => (Math.floor(at / 3) % 6 < 2 ? 0 : 200)),
    );
    const covered = await resizePicture(thirds, { width: 2, height: 2 });
    expect([...covered.data].every((level) => level === 200)).toBe(true);
    const stretched = await resizePicture(thirds, { width: 3, height: 1 }, 'stretch');
    expect(stretched.data[0]).toBeLessThan(40);
    expect(stretched.data[8]).toBeGreaterThan(180);
  });

  test('gives the same bytes again and leaves a fitting picture alone', async () => {
    const source = pattern(70, 90);
    const once = await resizePicture(source, { width: 31, height: 17 });
    expect(await resizePicture(source, { width: 31, height: 17 })).toEqual(once);
    expect(await resizePicture(source, { width: 90, height: 70 })).toBe(source);
  });

  test('refuses an empty size', async () => {
    await expect(resizePicture(pattern(2, 2), { width: 0, height: 2 })).rejects.toThrow('cannot be 0x2');
  });
});
