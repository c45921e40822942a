import { expect, test, vi } from 'vitest';
import { readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { motionVariants } from '../../motion/variant.ts';
import { lampMotion, randomMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { videoNetworks } from './video-networks.ts';

const memory = vi.hoisted(() => ({ bytes: 2 ** 40 }));
vi.mock('node:os', async (original) => ({ ...(await original<object>()), totalmem: () => memory.bytes }));

test('networks stay in memory when they are small, and make room for each other when they are not', async () => {
  const base = await openBaseModel(testdata('mini/tiny-sd'));
  const motion = randomMotion(base, 1, motionVariants.lamp);
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const size = { width: 16, height: 16 };
  const make = () =>
    videoNetworks(base, () => lampMotion(motion), { frames: 2, size, schedule, device: 'cpu' });
  const roomy = make();
  const decoder = await roomy.decoder.get();
  await roomy.keepOnly(roomy.image);
  expect(await roomy.decoder.get()).toBe(decoder);
  await roomy.dispose();

  memory.bytes = 1e6;
  const tight = make();
  const first = await tight.decoder.get();
  await tight.keepOnly(tight.decoder, tight.image);
  expect(await tight.decoder.get()).toBe(first);
  await tight.keepOnly(tight.video);
  expect(await tight.decoder.get()).not.toBe(first);
  await tight.dispose();
});
