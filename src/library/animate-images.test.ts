import { beforeAll, expect, test, vi } from 'vitest';
import { CheckpointError, UsageError } from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import { readFrames } from '../media/clip.ts';
import { flipHorizontally, type Picture } from '../media/picture.ts';
import { readPicture, writePicture } from '../media/picture-file.ts';
import { motionVariants } from '../motion/variant.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { animateImage } from './animate-image.ts';
import { animateImages } from './animate-images.ts';
import { generateVideo } from './generate-video.ts';
import { loadMotion } from './load-motion.ts';

const memory = vi.hoisted(() => ({ bytes: 2 ** 40 }));
vi.mock('node:os', async (original) => ({ ...(await original<object>()), totalmem: () => memory.bytes }));

const at = await testFolder();
const size = { frames: 3, width: 24, height: 16 };
const few = { base: tinyBase, samplerSteps: 2 };
let motion: string;
let given: Picture;
beforeAll(async () => {
  motion = await writeTestMotion(at('horse.safetensors'), { ...size, prompt: 'a horse runs' });
  given = await readPicture(testdata('pictures/skimage_chelsea.png'));
});

test('a picture becomes the video that generateVideo makes of it, with the motion’s prompt and size', async () => {
  const request = { ...few, motion, seed: 4 };
  const video = await animateImage({ ...request, picture: given });
  expect(video.settings).toMatchObject({
    ...size,
    prompt: 'a horse runs',
    motion: { name: 'horse.safetensors' },
  });
  const expected = await generateVideo({ ...request, prompt: 'a horse runs', firstFrame: given });
  expect(video.frames).toEqual(expected.frames);
  const padded = await animateImage({ ...request, picture: given, firstFrameFit: 'pad' });
  expect(padded.frames[0]).not.toEqual(video.frames[0]);
  expect(padded.settings.firstFrameFit).toBe('pad');
});

test('several pictures give the same videos as alone, and each network is compiled once where memory is short', async () => {
  const pictures = [at('cat.png'), at('tac.png')];
  await writePicture(pictures[0]!, given, {});
  await writePicture(pictures[1]!, flipHorizontally(given), {});
  const alone = [];
  for (const picture of pictures) alone.push((await animateImage({ ...few, motion, picture })).frames);
  memory.bytes = 1e6;
  const compiled: ProgressEvent[] = [];
  const onEvent = (event: ProgressEvent) =>
    void (
      event.type === 'progress' &&
      event.stage === 'compiling' &&
      event.done === 1 &&
      compiled.push(event)
    );
  const videos = await animateImages({
    ...few,
    motion,
    pictures,
    out: at('moving'),
    format: 'frames',
    onEvent,
  });
  memory.bytes = 2 ** 40;
  expect(videos).toHaveLength(2);
  expect(await Promise.all(videos.map((path) => readFrames(path)))).toEqual(alone);
  // The VAE's encoder, the U-Net, the VAE's decoder.
  expect(compiled).toHaveLength(3);
});

test('a motion that draws its first frame, or is of another architecture, is refused', async () => {
  const variant = motionVariants['no-first-frame'];
  const drawing = await writeTestMotion(at('drawing.safetensors'), { variant });
  await expect(animateImage({ ...few, motion: drawing, picture: given })).rejects.toThrow(UsageError);
  const whole = await loadMotion({ motion });
  const other = { ...whole, values: new Map([...whole.values].slice(1)) };
  await expect(animateImage({ ...few, motion: other, picture: given })).rejects.toThrow(CheckpointError);
});
