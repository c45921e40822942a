import { beforeAll, expect, test, vi } from 'vitest';
import { CheckpointError, UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import type { Picture } from '../../media/picture.ts';
import { flipHorizontally } from '../../media/picture.ts';
import { readPicture } from '../../media/picture-file.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import type { Motion } from '../../motion/file/motion-file.ts';
import { motionVariants } from '../../motion/variant.ts';
import { lampMotion, randomMotion, testMotion } from '../../testing/motion.ts';
import { testdata } from '../../testing/testdata.ts';
import { animateImages, animatePicture } from './animate-pictures.ts';
import { videoGenerator } from './video-pipeline.ts';

const memory = vi.hoisted(() => ({ bytes: 2 ** 40 }));
vi.mock('node:os', async (original) => ({ ...(await original<object>()), totalmem: () => memory.bytes }));

const size = { frames: 3, width: 24, height: 16 };
const few = { samplerSteps: 2 };
let base: BaseModel;
let motion: Motion;
let given: Picture;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  motion = testMotion(base, randomMotion(base, 1), { ...size, prompt: 'a horse runs' });
  given = await readPicture(testdata('pictures/skimage_chelsea.png'));
});

test('a picture becomes the video that the generator makes of it, with the motion’s prompt and size', async () => {
  const video = await animatePicture(base, motion, given, { ...few, seed: 4 });
  expect(video.settings).toMatchObject({ ...size, prompt: 'a horse runs', motion: { name: 'a horse runs' } });
  const generator = await videoGenerator(base, () => lampMotion(motion.values), size);
  const expected = await generator.generate({ prompt: 'a horse runs', firstFrame: given, seed: 4, ...few });
  await generator.dispose();
  expect(video.frames).toEqual(expected.frames);
  const padded = await animatePicture(base, motion, given, { ...few, seed: 4, firstFrameFit: 'pad' });
  expect(padded.frames[0]).not.toEqual(video.frames[0]);
  expect(padded.settings.firstFrameFit).toBe('pad');
});

test('of several, each is as it is alone, and each network is compiled once where memory is short', async () => {
  const pictures = [given, flipHorizontally(given)];
  const alone = await Promise.all([animatePicture(base, motion, pictures[0]!, few)]);
  alone.push(await animatePicture(base, motion, pictures[1]!, few));
  memory.bytes = 1e6;
  const compiled: ProgressEvent[] = [];
  const onEvent = (event: ProgressEvent) =>
    void (
      event.type === 'progress' &&
      event.stage === 'compiling' &&
      event.done === 1 &&
      compiled.push(event)
    );
  const videos = [];
  for await (const video of animateImages(base, motion, pictures, few, { onEvent })) videos.push(video);
  memory.bytes = 2 ** 40;
  expect(videos.map(({ frames }) => frames)).toEqual(alone.map(({ frames }) => frames));
  expect(videos[0]!.settings.firstFrame).not.toEqual(videos[1]!.settings.firstFrame);
  // The VAE's encoder, the U-Net, the VAE's decoder.
  expect(compiled).toHaveLength(3);
});

test('a motion that draws its first frame, or is of another architecture, is refused', async () => {
  const variant = motionVariants['no-first-frame'];
  const drawing = testMotion(base, randomMotion(base, 1, variant), { variant });
  await expect(animatePicture(base, drawing, given)).rejects.toThrow(UsageError);
  const other = { ...motion, values: new Map([...motion.values].slice(1)) };
  await expect(animatePicture(base, other, given)).rejects.toThrow(CheckpointError);
});
