import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LampError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { writeVideo } from '../../media/video-file.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { readMotion, readMotionInfo } from '../../motion/file/motion-file.ts';
import { alterUNet, damagedBase } from '../../testing/damaged-base.ts';
import { metricsOf, shortTraining as settings } from '../../testing/short-training.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { settingsKey } from '../video/stored-settings.ts';
import { videoGenerator } from '../video/video-pipeline.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const walking = testdata('clips/walking');

describe('a run', () => {
  const whole = at('whole');
  beforeAll(async () => {
    await runTraining({ out: whole, settings: { ...settings, sampleEvery: 6 } });
  });

  test('is a folder with everything in it', async () => {
    expect((await readdir(whole)).sort()).toEqual([
      'checkpoints',
      'latents',
      'metrics.jsonl',
      'motion.safetensors',
      'run.json',
      'samples',
    ]);
    expect(await readdir(join(whole, 'checkpoints'))).toEqual([
      'step-000004.safetensors',
      'step-000006.safetensors',
    ]);
    const run = JSON.parse(await readFile(join(whole, 'run.json'), 'utf8'));
    expect(run.finished).toMatch(/^\d{4}-/);
    expect(run.clips).toHaveLength(2);
    expect(run.versions).toHaveProperty('onnxruntime');
    expect(run).toMatchObject({ settings: { memory: 'auto' }, memory: 'fast' });
    expect((await metricsOf(whole)).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    const info = await readMotionInfo(join(whole, 'motion.safetensors'));
    expect(info).toMatchObject({ prompt: 'a person walks', frames: 4, width: 32, height: 32, steps: 6 });
    expect(JSON.stringify(info)).not.toContain(walking);
  });

  test('makes samples as generate does from the motion of that step', async () => {
    const motion = await readMotion(join(whole, 'motion.safetensors'));
    const { width, height, frames, framesPerSecond, prompt: motionName } = motion.info;
    const options = { width, height, frames, motionName };
    const generator = await videoGenerator(
      await openBaseModel(settings.base!),
      () => lampMotion(motion.values),
      options,
    );
    const video = await generator.generate({ prompt: 'a person walks', seed: 0 });
    await generator.dispose();
    const metadata = { [settingsKey]: JSON.stringify({ ...video.settings, framesPerSecond }) };
    await writeVideo(at('same.mp4'), video.frames, { framesPerSecond, metadata });
    const [sample, same] = await Promise.all([
      readFile(join(whole, 'samples', '000006-1.mp4')),
      readFile(at('same.mp4')),
    ]);
    expect(sample.equals(same)).toBe(true);
  });

  test('that is finished is left alone, and trains on when steps are raised', async () => {
    const before = await readFile(join(whole, 'run.json'));
    const notices: ProgressEvent[] = [];
    const again = { out: whole, resume: true, onEvent: (event: ProgressEvent) => void notices.push(event) };
    expect(await runTraining({ ...again, settings: {} })).toMatchObject({ wasFinished: true, steps: 6 });
    expect(notices.at(-1)).toMatchObject({
      type: 'notice',
      message: expect.stringContaining('Raise "steps"'),
    });
    expect((await readFile(join(whole, 'run.json'))).equals(before)).toBe(true);
    const more = await runTraining({ ...again, settings: { steps: 7, sampleEvery: 0 } });
    expect(more).toMatchObject({ wasFinished: false, steps: 7 });
    expect(await metricsOf(whole)).toHaveLength(7);
    await expect(runTraining({ ...again, settings: { steps: 3 } })).rejects.toThrow('already taken 7 steps');
    await cp(whole, at('bare'), { recursive: true });
    await rm(at('bare/checkpoints'), { recursive: true });
    const bare = runTraining({ out: at('bare'), resume: true, settings: { steps: 9 } });
    await expect(bare).rejects.toThrow('contains a motion but no checkpoint to continue from');
  });

  test('is not written over, nor resumed with other settings, clips or base', async () => {
    const before = await readFile(join(whole, 'motion.safetensors'));
    const refused = async (resume: boolean, given: Partial<TrainingInput>) =>
      runTraining({ out: whole, resume, settings: given }).then(
        () => 'accepted',
        (error: LampError) => error.message,
      );
    expect(await refused(false, settings)).toMatch(/already holds a run. Add resume: true/);
    expect(await refused(true, { frames: 5 })).toMatch(/^"frames" is 5/);
    expect(await refused(true, { clips: [...settings.clips].reverse() })).toMatch(
      /not those the run was begun with/,
    );
    expect(await refused(true, { clips: [settings.clips[0]!] })).toMatch(/walk_out_02.mp4" is missing/);
    expect(await refused(true, { clips: [at('gone.mp4')] })).toMatch(
      /does not exist.*If the clips have moved/,
    );
    await cp(walking, at('moved'), { recursive: true });
    const moved = ['01', '02'].map((number) => at(`moved/walk_out_${number}.mp4`));
    expect(await refused(true, { clips: moved })).toBe('accepted');
    const other = await damagedBase(at('other'), async (folder) => {
      await alterUNet(folder, (tensors) => tensors.get('conv_in.bias')!.data.fill(1));
    });
    expect(await refused(true, { base: other })).toMatch(/another base model.*its unet differs/);
    expect((await readFile(join(whole, 'motion.safetensors'))).equals(before)).toBe(true);
  });
});
