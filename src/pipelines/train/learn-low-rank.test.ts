import { readFile, stat } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { openSafetensors } from '../../checkpoints/safetensors.ts';
import { writeVideo } from '../../media/video-file.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { hasFactors } from '../../motion/file/low-rank.ts';
import { assertFitsBase, readMotion } from '../../motion/file/motion-file.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { settingsKey } from '../video/stored-settings.ts';
import { videoGenerator } from '../video/video-pipeline.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const size = { frames: 3, width: 32, height: 32 };
const settings: TrainingInput = {
  base: testdata('mini/tiny-sd'),
  clips: [testdata('clips/walking/walk_out_01.mp4')],
  prompt: 'a person walks',
  ...size,
  steps: 3,
  learningRate: 1e-3,
  rank: 2,
};
let base: BaseModel;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  await runTraining({ out: at('whole'), settings: { ...settings, sampleEvery: 3 } });
});

test('a low-rank motion is a small float16 file that stores its rank', async () => {
  const path = at('whole/motion.safetensors');
  const motion = await readMotion(path);
  expect(motion.info.rank).toBe(2);
  expect(motion.info.settings).not.toHaveProperty('rank');
  expect(hasFactors(motion.values)).toBe(true);
  expect(() => assertFitsBase(path, motion, base)).not.toThrow();
  const { tensors } = await openSafetensors(path);
  expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['float16']));
  const checkpoint = await stat(at('whole/checkpoints/step-000003.safetensors'));
  expect((await stat(path)).size).toBeLessThan(checkpoint.size / 4);
  // It has learned: the factors that began at zero have not stayed there.
  // (Not so spatial queries where the picture is but one pixel: there is nothing to choose from.)
  const added = ([name]: [string, unknown]) => name.endsWith('lora_B.weight') && !name.includes('.attn1.');
  const changed = [...motion.values].filter(added);
  expect(changed.length).toBeGreaterThan(10);
  expect(changed.every(([, { data }]) => data.some((value) => value !== 0))).toBe(true);
});

test('stopped and resumed gives the same bytes', async () => {
  await runTraining({ out: at('stopped'), settings: { ...settings, steps: 1 } });
  await runTraining({ out: at('stopped'), resume: true, settings: { steps: 3 } });
  const [a, b] = await Promise.all(
    ['whole', 'stopped'].map((run) => readFile(at(`${run}/motion.safetensors`))),
  );
  expect(a!.equals(b!)).toBe(true);
});

test('a sample during training equals the video made from the file', async () => {
  const { info, values } = await readMotion(at('whole/motion.safetensors'));
  const generator = await videoGenerator(base, () => lampMotion(values), {
    ...size,
    motionName: info.prompt,
  });
  const video = await generator.generate({ prompt: info.prompt, seed: 0 });
  await generator.dispose();
  const { framesPerSecond } = info;
  const metadata = { [settingsKey]: JSON.stringify({ ...video.settings, framesPerSecond }) };
  await writeVideo(at('same.mp4'), video.frames, { framesPerSecond, metadata });
  const [sample, same] = await Promise.all(
    [at('whole/samples/000003-1.mp4'), at('same.mp4')].map((path) => readFile(path)),
  );
  expect(sample!.equals(same!)).toBe(true);
});
