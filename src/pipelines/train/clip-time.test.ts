import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../../checkpoints/safetensors.ts';
import { InterruptedError, UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { blankPicture } from '../../media/picture.ts';
import { writeVideo } from '../../media/video-file.ts';
import { readMotionInfo } from '../../motion/file/motion-file.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { readRun } from '../../training/run-folder.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const timing = (name: string) => testdata(`clips/timing/${name}`);
const settings = {
  base: testdata('mini/tiny-sd'),
  clips: [testdata('clips/walking/walk_out_01.mp4'), testdata('clips/walking/walk_out_02.mp4')],
  prompt: 'a person walks',
  frames: 4,
  width: 32,
  height: 32,
  steps: 3,
  learningRate: 1e-3,
} satisfies TrainingInput;

/** Whether a notice is about the clips, not about the few steps of these trainings or what to do next. */
const isAboutClips = (message: string) => !/far fewer than|is far from what|^make a video with/.test(message);

async function train(out: string, more: Partial<TrainingInput> = {}) {
  const notices: string[] = [];
  const onEvent = (event: ProgressEvent) => {
    if (event.type === 'notice' && isAboutClips(event.message)) notices.push(event.message);
  };
  await runTraining({ out, settings: { ...settings, ...more }, onEvent });
  return { notices, run: await readRun(out), info: await readMotionInfo(join(out, 'motion.safetensors')) };
}

async function begin(out: string, more: Partial<TrainingInput>): Promise<void> {
  const controller = new AbortController();
  const begun = runTraining({
    out,
    settings: { ...settings, ...more },
    onEvent: (event) => event.type === 'step' && controller.abort(),
    signal: controller.signal,
  });
  await expect(begun).rejects.toThrow(InterruptedError);
}

/** Makes of a run what version 1 wrote, which had counted these frames of its clips. */
async function asVersion1(out: string, ...frameCounts: number[]): Promise<void> {
  const path = join(out, 'run.json');
  const run = JSON.parse(await readFile(path, 'utf8'));
  const { clipFps: _, window: __, ...older } = run.settings;
  const clips = run.clips.map(
    ({ path, fingerprint, framesPerSecond }: Record<string, unknown>, i: number) => ({
      path,
      fingerprint,
      frameCount: frameCounts[i],
      framesPerSecond,
    }),
  );
  await writeFile(path, JSON.stringify({ ...run, version: 1, settings: older, clips }));
}

async function valuesOf(out: string) {
  const file = await openSafetensors(join(out, 'motion.safetensors'));
  return file.readMany([...file.tensors.keys()]);
}

describe('a training', () => {
  test('on clips of one constant rate uses the same frames as when they are counted', async () => {
    const { notices, run, info } = await train(at('timed'), { stride: 2 });
    expect(notices).toEqual(['the clips are sampled at 10 frames a second, their own rate.']);
    expect(run).toMatchObject({ version: 2, settings: { clipFps: 10, window: 'random' } });
    expect(info).toMatchObject({ framesPerSecond: 5, settings: { clipFps: 10, stride: 2 } });
    await train(at('counted'), { stride: 2, clipFps: 'frames' });
    expect(await valuesOf(at('timed'))).toEqual(await valuesOf(at('counted')));
  });

  test('on clips of several rates takes all at the lowest, so that they teach one speed', async () => {
    const clips = [timing('r24.mp4'), timing('r60.mp4')];
    const { notices, run, info } = await train(at('rates'), { clips, stride: 3, steps: 1 });
    expect(notices).toEqual([
      'the clips are sampled at 24 frames a second, the lowest of their rates (24, 60); "clipFps" sets another.',
    ]);
    expect(run.settings.clipFps).toBe(24);
    expect(info.framesPerSecond).toBe(8);
    const resumed = runTraining({ out: at('rates'), resume: true, settings: { clipFps: 12 } });
    await expect(resumed).rejects.toThrow('"clipFps" is 12, but the run was begun with 24');
    await expect(train(at('long'), { clips, frames: 16, stride: 2 })).rejects.toThrow(
      'has 24 frames; expected at least 31, which 16 frames at stride 2 need.',
    );
  });

  test('reports the requested rate and its effect', async () => {
    const clips = [timing('r24.mp4'), timing('r60.mp4')];
    const faster = await train(at('faster'), { clips, clipFps: 60, steps: 1, window: 'spread', stride: 2 });
    expect(faster.notices).toEqual([
      'the clips are sampled at 60 frames a second, as set by "clipFps". "r24.mp4" has only 24: its frames are repeated.',
      'frames are spread over the whole clip (window: "spread"): "stride" has no effect.',
    ]);
    // Four frames over a second, of which the last begins 59/60 after the first.
    expect(faster.info.framesPerSecond).toBeCloseTo((60 * 3) / 59, 10);
    expect(faster.info.settings).toMatchObject({ window: 'spread' });
    const counted = await train(at('by-number'), { clips, clipFps: 'frames', steps: 1 });
    expect(counted.notices).toEqual([
      'the clips are read frame by frame, regardless of display times. They have different rates (24, 60), so the motion is learned at different speeds.',
    ]);
  });

  test('on folders of pictures takes them frame by frame', async () => {
    const frames = Array.from({ length: 6 }, (_, i) => blankPicture({ width: 8, height: 8 }, [40 * i, 0, 0]));
    await writeVideo(at('pictures'), frames, { framesPerSecond: 1 });
    const alone = await train(at('folder'), { clips: [at('pictures')], clipFps: 24, steps: 1 });
    expect(alone.notices).toEqual([
      '"clipFps" has no effect: folders of pictures have no rate and are read frame by frame.',
    ]);
    expect(alone.run.settings.clipFps).toBe('frames');
    expect(alone.info.framesPerSecond).toBe(8);
    const mixed = await train(at('mixed'), { clips: [at('pictures'), timing('r24.mp4')], steps: 1 });
    expect(mixed.notices).toEqual([
      'the clips are sampled at 24 frames a second, their own rate. Folders of pictures have no rate and are read frame by frame.',
    ]);
  });

  test('reports unusual timing of clips, as lamp clips does', async () => {
    const clips = ['edit-list.mp4', 'interlaced.mp4', 'rest-on-last-frame.gif'].map(timing);
    const { notices, run } = await train(at('notes'), { clips, steps: 1 });
    expect(notices).toEqual([
      `clip "${clips[0]}": its edit list shows 38 frames of the 56 that are stored; these are taken.`,
      `clip "${clips[1]}": interlaced (top field first): of each frame only that field is taken, and its rows are filled in between.`,
      `clip "${clips[2]}": rests for 3 s on its last frame, which counts once.`,
      'the clips are sampled at 10 frames a second, the lowest of their rates (10, 25, 30); "clipFps" sets another.',
    ]);
    expect(run.clips).toMatchObject([
      { frameCount: 38, storedFrames: 56, framesPerSecond: 30 },
      { frameCount: 25, firstField: 'top', framesPerSecond: 25 },
      { frameCount: 16, framesPerSecond: 10 },
    ]);
    expect(run.clips[0]!.frameTimes).toHaveLength(38);
  });
});

describe('a run begun by an earlier version', () => {
  test('resumes with the same frames', async () => {
    const clips = [timing('r24.mp4'), timing('r60.mp4')];
    await train(at('v1-whole'), { clips, clipFps: 'frames' });
    await begin(at('v1'), { clips, clipFps: 'frames' });
    await asVersion1(at('v1'), 24, 60);
    const notices: string[] = [];
    await runTraining({
      out: at('v1'),
      resume: true,
      settings: {},
      onEvent: (event) => event.type === 'notice' && notices.push(event.message),
    });
    expect(notices.filter(isAboutClips)).toEqual([
      'the run was begun by an earlier version: its frames are still taken one by one, without regard to time.',
    ]);
    const motions = ['v1', 'v1-whole'].map((run) => readFile(join(at(run), 'motion.safetensors')));
    const [resumed, whole] = await Promise.all(motions);
    expect(resumed!.equals(whole!)).toBe(true);
    expect(await readRun(at('v1'))).toMatchObject({ version: 2, settings: { clipFps: 'frames' } });
  });

  test('on frames that no player shows is refused, naming the clip', async () => {
    await begin(at('v1-cut'), { clips: [timing('edit-list.mp4')], clipFps: 'frames' });
    await asVersion1(at('v1-cut'), 56);
    const cut = runTraining({ out: at('v1-cut'), resume: true, settings: {} });
    await expect(cut).rejects.toThrow(UsageError);
    await expect(cut).rejects.toThrow(
      'the run was begun by an earlier version, which took of "edit-list.mp4" frames that its edit list does not show',
    );
    await begin(at('v1-fields'), { clips: [timing('interlaced.mp4')], clipFps: 'frames' });
    await asVersion1(at('v1-fields'), 25);
    await expect(runTraining({ out: at('v1-fields'), resume: true, settings: {} })).rejects.toThrow(
      'took of "interlaced.mp4" both fields of its interlaced frames at once',
    );
  });
});
