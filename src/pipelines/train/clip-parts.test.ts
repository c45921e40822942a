import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LampError } from '../../errors.ts';
import { readMotionInfo } from '../../motion/file/motion-file.ts';
import { expectSameBytes, shortTraining, stoppingAfter } from '../../testing/short-training.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const crop = { left: 10, top: 20, width: 100, height: 80 };
const settings = {
  ...shortTraining,
  steps: 2,
  accumulation: 1,
  averageDecay: 0,
  clipParts: { 'walk_out_01.mp4': { startFrame: 3, endFrame: 12, crop } },
};
const recordOf = async (run: string) => JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));

test('a training on parts of clips says so, resumes with the same bytes, and differs from one on all of them', async () => {
  const [whole, stopped] = [at('whole'), at('stopped')];
  await runTraining({ out: whole, settings });
  expect((await recordOf(whole)).clips.map((clip: object) => ('part' in clip ? clip.part : null))).toEqual([
    { first: 3, end: 12, crop },
    null,
  ]);
  const { settings: stored } = await readMotionInfo(join(whole, 'motion.safetensors'));
  expect(stored.clipParts).toEqual([{ first: 3, end: 12, crop }, null]);
  const going = runTraining({ out: stopped, settings, ...stoppingAfter(1) });
  await expect(going).rejects.toThrow('stopped');
  // The clips have moved, and keep their names.
  await cp(testdata('clips/walking'), at('moved'), { recursive: true });
  const clips = ['01', '02'].map((number) => at(`moved/walk_out_${number}.mp4`));
  await runTraining({ out: stopped, resume: true, settings: { clips } });
  await expectSameBytes(whole, stopped, 2);

  const { clipParts: _, ...withoutParts } = settings;
  await runTraining({ out: at('all'), settings: withoutParts });
  const [part, all] = await Promise.all(
    [whole, at('all')].map((run) => readFile(join(run, 'motion.safetensors'))),
  );
  expect(part!.equals(all!)).toBe(false);
  const error = (await runTraining({ out: whole, resume: true, settings: { clipParts: {} } }).catch(
    (each: unknown) => each,
  )) as LampError;
  expect(error.setting).toBe('clipParts');
  expect(error.message).toMatch(/of "walk_out_01.mp4" it is all of it in place of \{"first":3,"end":12,/);
});
