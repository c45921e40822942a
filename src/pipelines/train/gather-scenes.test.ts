import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { ProgressEvent } from '../../events.ts';
import { readPicture } from '../../media/picture-file.ts';
import { writeVideo } from '../../media/video-file.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { readMotion } from '../../motion/file/motion-file.ts';
import { smoothScene, withSquare } from '../../testing/moving-square.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { findTrainingClips } from '../../training/data/clip-set.ts';
import type { TrainingClip } from '../../training/data/training-clip.ts';
import { readRun } from '../../training/run-folder.ts';
import { parseSettings } from '../../training/training-settings.ts';
import { gatherScenes } from './gather-scenes.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const size = { width: 32, height: 16 };
const meadow = smoothScene(size, [40, 160, 60]);
let base: BaseModel;
let clips: TrainingClip[];
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  const square = (x: number) => withSquare(meadow, { x, y: 5, side: 6, colour: [220, 20, 30] });
  const frames = Array.from({ length: 12 }, (_, i) => square(1 + 2 * i));
  await writeVideo(at('clips/running'), frames, { framesPerSecond: 8 });
  await writeVideo(
    at('clips/still'),
    frames.map(() => frames[0]!),
    { framesPerSecond: 8 },
  );
  clips = await findTrainingClips({
    clips: [at('clips')],
    frames: 4,
    stride: 1,
    clipRange: 'whole',
    clipFps: 'common',
    window: 'random',
  });
});

async function gather(which: readonly number[], more: object) {
  const events: ProgressEvent[] = [];
  const settings = parseSettings({
    clips: ['c'],
    prompt: 'a square runs in a meadow',
    frames: 4,
    ...size,
    ...more,
  });
  const chosen = which.map((i) => clips[i]!);
  const scenes = await gatherScenes({
    base,
    settings,
    clips: chosen,
    folder: at('scenes'),
    onEvent: (event) => void events.push(event),
  });
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  const drawn = events.flatMap((event) => (event.type === 'progress' ? [event.total] : []));
  return { scenes, notices, drawn: drawn[0] ?? 0 };
}

test('scenes are taken from clips whose object can be cut out, others are drawn and kept', async () => {
  const { scenes, notices, drawn } = await gather([0, 1], {
    copyPaste: 0.5,
    places: ['on the beach', 'at sea'],
  });
  expect(notices).toEqual([
    '"copyPaste": the moving object of 1 of 2 clips can be cut out and is also shown in front of other scenes.',
  ]);
  expect(drawn).toBe(8);
  expect(scenes!.places).toEqual([
    'in a meadow',
    ...Array(4).fill('on the beach'),
    ...Array(4).fill('at sea'),
  ]);
  expect(scenes!.pictures[0]).toEqual(meadow);
  expect(scenes!.ofClips.map((scene) => scene !== undefined)).toEqual([true, false]);
  const files = (await readdir(at('scenes'))).sort();
  expect(files).toHaveLength(8);
  const pictures = await Promise.all(files.map((file) => readPicture(join(at('scenes'), file))));
  expect(scenes!.pictures.slice(1)).toEqual(pictures);
  expect(new Set(pictures.map(({ data }) => data.join())).size).toBe(8);

  await truncate(at('scenes/02-3.png'), 20);
  const again = await gather([0, 1], { copyPaste: 0.5, places: ['on the beach', 'at sea'] });
  expect(again.drawn).toBe(1);
  expect(again.scenes).toEqual(scenes);
});

test('no scenes are drawn if no object can be cut out, or without copy-paste', async () => {
  const none = await gather([1], { copyPaste: 0.5, places: ['at home'] });
  expect(none.scenes).toBeUndefined();
  expect(none.notices).toEqual([
    '"copyPaste" has no effect: no moving object can be cut out of the clips, because it never leaves its place or the camera moves.',
  ]);
  expect(none.drawn).toBe(0);
  expect(await gather([0], { copyPaste: 0, places: ['at home'] })).toEqual({
    scenes: undefined,
    notices: [],
    drawn: 0,
  });
});

test('a training that is stopped while scenes are drawn keeps its run', async () => {
  const controller = new AbortController();
  const out = at('stopped');
  const settings = {
    base: testdata('mini/tiny-sd'),
    clips: [at('clips/running')],
    prompt: 'a square runs in a meadow',
    ...{ frames: 4, ...size, steps: 1, copyPaste: 0.5, places: ['on the beach'] },
  };
  const onEvent = (event: ProgressEvent) => {
    if (event.type === 'progress') controller.abort();
  };
  await expect(runTraining({ out, settings, onEvent, signal: controller.signal })).rejects.toThrow(
    /^stopped before step 1 of 1; the run is kept\. Continue with: learnMotion\(/,
  );
  expect((await readRun(out)).finished).toBeNull();
});

test('the run and the motion store in how many clips the object could be cut out', async () => {
  const learn = async (out: string, names: readonly string[], copyPaste: number) => {
    const settings = {
      base: testdata('mini/tiny-sd'),
      clips: names.map((name) => at(`clips/${name}`)),
      prompt: 'a square runs in a meadow',
      frames: 4,
      ...size,
      steps: 1,
      copyPaste,
    };
    const { path } = await runTraining({ out: at(out), settings });
    const { info } = await readMotion(path);
    return { run: (await readRun(at(out))).cutClips, motion: info.settings.cutClips };
  };
  expect(await learn('both', ['running', 'still'], 0.5)).toEqual({ run: 1, motion: 1 });
  expect(await learn('none', ['still'], 0.5)).toEqual({ run: 0, motion: 0 });
  expect(await learn('all', ['running'], 0.5)).toEqual({ run: 1, motion: undefined });
  expect(await learn('off', ['running'], 0)).toEqual({ run: undefined, motion: undefined });
});
