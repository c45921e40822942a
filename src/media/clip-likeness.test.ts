import { expect, test } from 'vitest';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { readFrames } from './clip.ts';
import { type ClipPrint, clipPrint, likeness } from './clip-likeness.ts';
import { thumbnailOf } from './frame-changes.ts';
import type { Picture } from './picture.ts';
import { writeVideo } from './video-file.ts';

const at = await testFolder();
const printOf = async (frames: readonly Picture[]): Promise<ClipPrint> =>
  clipPrint(await Promise.all(frames.map(thumbnailOf)));
const walk = (number: number) =>
  readFrames(testdata(`clips/walking/walk_out_0${number}.mp4`), { size: { width: 192, height: 108 } });
const [first, second] = await Promise.all([walk(1), walk(2)]);
const print = await printOf(first);

test('a clip is similar to itself, to an excerpt and to a smaller copy', async () => {
  expect(likeness(print, print)).toBe(1);
  expect(likeness(print, await printOf(first.slice(4, 16)))).toBe(1);
  await writeVideo(at('copy.webm'), first, { framesPerSecond: 10 });
  const small = await readFrames(at('copy.webm'), { size: { width: 64, height: 48 }, fit: 'stretch' });
  expect(likeness(await printOf(small), print)).toBeGreaterThanOrEqual(0.75);
});

test('another person doing the same in the same room is something else', async () => {
  expect(likeness(print, await printOf(second))).toBeLessThan(0.5);
});

test('a clip without frames is similar to none', () => {
  expect(likeness(print, clipPrint([]))).toBe(0);
});
