import { expect, test } from 'vitest';
import { readNoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { floats, sizeOf } from '../../src/graph/host-tensor.ts';
import { blankPicture, pictureToFloats } from '../../src/media/picture.ts';
import { openBaseModel } from '../../src/models/base-model.ts';
import { encodePrompts, pictureEncoder } from '../../src/models/programs.ts';
import { fromFrames } from '../../src/motion/frames.ts';
import { motionVariants } from '../../src/motion/variant.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { noisedVideos } from '../../src/training/data/noising.ts';
import { motionStep } from '../../src/training/motion-step.ts';
import { initialState } from '../../src/training/state.ts';
import { parseSettings } from '../../src/training/training-settings.ts';
import { motionLosses } from './motion-loss.ts';

test('is the loss of the training, over four levels of noise, for each list', async () => {
  const base = await openBaseModel(testdata('mini/tiny-sd'));
  const size = { width: 32, height: 16 };
  const frames = [40, 90, 200].map((grey) => blankPicture(size, [grey, 255 - grey, 60]));
  const prompt = 'a panda runs';
  const variant = motionVariants.lamp;
  const { parameters } = await initialState(
    base.unet,
    parseSettings({ base: base.folder, clips: ['c'], prompt, seed: 3 }),
  );
  // Values that change the network's output, as if trained.
  for (const [i, value] of parameters.flat.entries()) parameters.flat[i] = value + 0.01 * Math.sin(i);
  const video = { frames, prompt };
  const still = { frames: frames.map(() => frames[0]!), prompt };
  const found = await motionLosses(base, { variant, values: parameters.views }, size, {
    one: [video],
    same: [video],
    both: [video, still],
  });
  expect(found.same).toBe(found.one);
  expect(found.both).not.toBeCloseTo(found.one, 5);

  const encoder = await pictureEncoder(base.vae, size);
  const latents = [];
  for (const frame of frames) {
    const { mean } = await encoder.encode(floats(pictureToFloats(frame), [1, 3, 16, 32]));
    latents.push(
      floats(
        mean.data.map((value) => value * base.vae.config.scaling_factor),
        mean.shape,
      ),
    );
  }
  await encoder.dispose();
  const clean = fromFrames(latents);
  const context = await encodePrompts(base, [prompt]);
  const step = await motionStep(base.unet, parameters, clean.shape, context.shape[1]!, { variant });
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  let sum = 0;
  for (const level of [0.45, 0.65, 0.8, 0.95]) {
    const timesteps = [Math.floor(level * schedule.alphasCumprod.length)];
    const noise = floats(randomStream(0, 'motion loss', 0, level).normals(sizeOf(clean.shape)), clean.shape);
    sum += await step.run({
      ...noisedVideos(schedule, clean, noise, timesteps, variant),
      timesteps,
      context,
    });
  }
  await step.dispose();
  expect(found.one).toBeCloseTo(sum / 4, 5);
});
