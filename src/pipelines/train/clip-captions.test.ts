import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { blankPicture } from '../../media/picture.ts';
import { writeVideo } from '../../media/video-file.ts';
import { readMotion } from '../../motion/file/motion-file.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { readRun } from '../../training/run-folder.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const names = ['walk_out_01.mp4', 'walk_out_02.mp4'];
const settings: Partial<TrainingInput> = {
  base: testdata('mini/tiny-sd'),
  clips: [at('clips')],
  frames: 2,
  width: 16,
  height: 16,
  steps: 2,
  learningRate: 1e-2,
};

/** What is said of every set here. */
const rate = 'the clips are sampled at 10 frames a second, their own rate.';

/** Writes a caption for each clip. */
async function caption(...captions: readonly string[]): Promise<void> {
  const lines = captions.map((text, i) => `${names[i]}\t${text}\n`);
  await writeFile(at('clips/captions.tsv'), lines.join(''));
}

/** Trains into a new folder; gives its motion and what was told. */
async function learn(name: string, more: Partial<TrainingInput> = {}, resume = false) {
  const notices: string[] = [];
  const onEvent = (event: ProgressEvent) => void (event.type === 'notice' && notices.push(event.message));
  const given = resume ? more : { ...settings, ...more };
  const { path } = await runTraining({
    out: at(name),
    resume,
    settings: given,
    onEvent,
    tellWhatNext: false,
  });
  return {
    motion: await readMotion(path),
    notices: notices.filter((text) => !/far fewer than|is far from what/.test(text)),
  };
}

beforeAll(async () => {
  for (const name of names) await cp(testdata(`clips/walking/${name}`), at(`clips/${name}`));
});

test('a clip trains with its own caption', async () => {
  const plain = await learn('plain', { prompt: 'a man walks' });
  expect(plain.notices).toEqual([rate]);
  expect(plain.motion.info.settings).not.toHaveProperty('captions');

  await caption('a man walks', 'a man walks');
  const same = await learn('same');
  expect(same.motion.values).toEqual(plain.motion.values);
  expect(same.motion.info.prompt).toBe('a man walks');
  expect(same.notices).toEqual([rate, 'all 2 clips use captions of their own, not the prompt.']);

  await caption('a man walks', 'snow');
  const other = await learn('other', { prompt: 'unused' });
  expect(other.motion.values).not.toEqual(plain.motion.values);
  expect(other.motion.info).toMatchObject({
    prompt: 'unused',
    settings: { captions: ['a man walks', 'snow'] },
  });
  const ignored = await learn('ignored', { prompt: 'a man walks', captions: false });
  const files = await Promise.all(
    ['plain', 'ignored'].map((run) => readFile(at(`${run}/motion.safetensors`))),
  );
  expect(files[0]!.equals(files[1]!)).toBe(true);
  expect(ignored.notices).toEqual([rate]);
});

test('captions are recorded, and a run goes on with the same ones only', async () => {
  await caption('a man walks', 'snow');
  await learn('run', { steps: 1 });
  const { clips } = await readRun(at('run'));
  expect(clips.map((clip) => clip.caption)).toEqual(['a man walks', 'snow']);

  await caption('a man walks', 'rain');
  const changed = learn('run', { steps: 2 }, true);
  await expect(changed).rejects.toThrow(UsageError);
  await expect(changed).rejects.toThrow(/"walk_out_02\.mp4" has "rain" in place of "snow"\. Put it back/);
  await expect(learn('run', { steps: 2, captions: false }, true)).rejects.toThrow(
    'has no caption in place of',
  );
  await caption('a man walks', 'snow');
  expect((await learn('run', { steps: 2 }, true)).motion.info.steps).toBe(2);

  // A run without captions stays one when they are written later.
  await rm(join(at('clips'), 'captions.tsv'));
  await learn('before', { prompt: 'p', steps: 1 });
  await caption('a man walks', 'snow');
  await expect(learn('before', { steps: 2 }, true)).rejects.toThrow('captions: false');
  expect((await learn('before', { steps: 2, captions: false }, true)).motion.info.steps).toBe(2);
});

test('what is left out is told, with the settings that come of it', async () => {
  await rm(join(at('clips'), 'captions.tsv'), { force: true });
  await mkdir(at('mixed'));
  for (const name of names) await cp(testdata(`clips/walking/${name}`), at(`mixed/${name}`));
  await writeVideo(at('mixed/v1.2/'), Array(4).fill(blankPicture({ width: 32, height: 32 })), {
    framesPerSecond: 8,
    metadata: { lamp: '{}' },
  });
  await rm(at('mixed/v1.2/0001.png'));
  await writeFile(at('mixed/old.avi'), 'x');
  await writeFile(at('mixed/captions.tsv'), 'Walk_out_01.mp4\tx\n');
  const set = { clips: [at('mixed')], prompt: 'p', steps: 1 };
  const told = [
    `one item beside the clips is not used: "${at('mixed/old.avi')}" (AVI is not read). To use "old.avi", convert it: ffmpeg -i old.avi -crf 12 -pix_fmt yuv420p old.mp4`,
    `1 line of "${at('mixed/captions.tsv')}" matches no clip: "Walk_out_01.mp4" (line 1). Is "walk_out_01.mp4" meant?`,
    `clip "${at('mixed/v1.2')}": 1 frame is missing between numbers 0 and 3 (1): the motion jumps there.`,
    `clip "${at('mixed/v1.2')}": made by lamp: a motion learned from it would inherit its faults. Leave it out unless this is intended.`,
  ];
  expect((await learn('told', set)).notices.slice(0, 4)).toEqual(told);
  // The same when it goes on, but of captions only where they are wanted.
  const again = await learn('told', { steps: 2, captions: false }, true);
  expect(again.notices.slice(0, 3)).toEqual([told[0], told[2], told[3]]);

  // Without a prompt the mismatched names are why there is none.
  const notices: string[] = [];
  const onEvent = (event: ProgressEvent) => void (event.type === 'notice' && notices.push(event.message));
  const { prompt: _, ...without } = set;
  const failed = runTraining({ out: at('none'), settings: { ...settings, ...without }, onEvent });
  await expect(failed).rejects.toThrow(/prompt/);
  expect(notices).toEqual([told[1]]);
});
