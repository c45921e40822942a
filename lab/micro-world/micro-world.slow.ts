/**
 * @file `npm run test:slow`: learning works from end to end. An image model of the micro world is trained from
 * scratch, LAMP teaches it a motion, and things of unseen colours must move the same way. Ten minutes on two cores; the
 * figures are the same on every run on one machine.
 */
import { expect, test } from 'vitest';
import { testFolder } from '../../src/testing/test-folder.ts';
import { trainMicroBase } from './base.ts';
import { learnMicroMotion, meanOf, measureMicroMotion } from './micro-motion.ts';

const at = await testFolder();

test(
  'LAMP moves things of colours that no clip shows, far better than a still video, and shared noise helps',
  async () => {
    const base = await trainMicroBase(at('base'));
    const motion = await learnMicroMotion(at('motion'), base);
    const videos = await measureMicroMotion(base, motion);
    const error = meanOf(videos, (video) => video.error);
    const still = meanOf(videos, (video) => video.stillError);
    expect(still).toBeGreaterThan(1.5);
    expect(error).toBeLessThan(still / 2);
    const alone = await measureMicroMotion(base, motion, { noiseShare: 0 });
    expect(meanOf(alone, (video) => video.error)).toBeGreaterThan(error);
  },
  60 * 60_000,
);
