import { expect, test } from 'vitest';
import { inspectClip } from '../../media/clip.ts';
import { writeVideo } from '../../media/video-file.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { makeCopies } from './look-media.ts';

const at = await testFolder();

test('copies in formats whose codecs take even sizes only are without the odd row and column', async () => {
  const frame = { width: 17, height: 9, data: new Uint8Array(17 * 9 * 3).fill(120) };
  await writeVideo(at('odd.gif'), [frame, frame], { framesPerSecond: 10 });
  const wants = ['mp4', 'webm', 'gif'] as const;
  const tasks = wants.map((want) => ({ path: at('odd.gif'), out: at(`copy.${want}`), want }));
  expect(await makeCopies(tasks)).toEqual([undefined, undefined, undefined]);
  const sizes = await Promise.all(tasks.map(async ({ out }) => inspectClip(out)));
  expect(sizes.map(({ width, height }) => `${width}x${height}`)).toEqual(['16x8', '16x8', '17x9']);
});
