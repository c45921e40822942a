import { beforeAll, describe, expect, test } from 'vitest';
import type { ProgressEvent } from '../../events.ts';
import type { Picture } from '../../media/picture.ts';
import { readPicture } from '../../media/picture-file.ts';
import { readVideoMetadata } from '../../media/video-file.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { assertFitsBase, readMotion } from '../../motion/file/motion-file.ts';
import type { MotionValues } from '../../motion/trained-motion.ts';
import { type MotionVariantName, motionVariantNames, motionVariants } from '../../motion/variant.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { randomMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { drawPicture } from '../draw/draw-picture.ts';
import { runTraining } from '../train/run-training.ts';
import { settingsKey, storedSettings } from './stored-settings.ts';
import { videoGenerator } from './video-pipeline.ts';
import type { GeneratedVideo, VideoRequest } from './video-request.ts';

const at = await testFolder();
const size = { width: 32, height: 32 };
const drawing = { samplerSteps: 2 };
const request: VideoRequest = { prompt: 'a person walks', samplerSteps: 2, drawing, seed: 2 };
let base: BaseModel;
let drawn: Picture;
let given: Picture;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  drawn = await drawPicture(base, { prompt: 'a person walks', samplerSteps: 2, seed: 2 }, size);
  given = await readPicture(testdata('pictures/skimage_chelsea.png'));
});

async function generate(
  name: MotionVariantName,
  motion: MotionValues,
  more: Partial<VideoRequest> = {},
  onEvent: (event: ProgressEvent) => void = () => {},
): Promise<GeneratedVideo> {
  const variant = motionVariants[name];
  const generator = await videoGenerator(base, () => ({ variant, values: motion }), { ...size, frames: 3 });
  try {
    return await generator.generate({ ...request, ...more }, { onEvent });
  } finally {
    await generator.dispose();
  }
}

test.each(motionVariantNames)('%s makes a video, and stores that it was this variant', async (name) => {
  const variant = motionVariants[name];
  const { frames, settings } = await generate(name, randomMotion(base, 1, variant));
  expect(frames).toHaveLength(3);
  expect(frames[0]!.data.every((value, i) => value === drawn.data[i])).toBe(variant.firstFrame);
  const stored = storedSettings({ [settingsKey]: JSON.stringify(settings) })!;
  expect(stored.motion.variant).toEqual(name === 'lamp' ? undefined : variant);
  expect(stored.firstFrame.kind).toBe(variant.firstFrame ? 'drawn' : 'none');
});

describe('without a given first frame', () => {
  const name = 'attention-only';
  const motion = () => randomMotion(base, 1, motionVariants[name]);

  test('a given one is not used, which a notice reports', async () => {
    const notices: ProgressEvent[] = [];
    const keep = (event: ProgressEvent) => void (event.type === 'notice' && notices.push(event));
    const without = await generate(name, motion());
    const ignored = await generate(name, motion(), { firstFrame: given }, keep);
    expect(ignored.frames).toEqual(without.frames);
    expect(notices).toHaveLength(1);
    expect(JSON.stringify(notices[0])).toContain('the one given is not used');
  });

  test('every frame comes from the noise: another seed makes another first frame', async () => {
    const one = await generate(name, motion());
    const other = await generate(name, motion(), { seed: 3 });
    expect(other.frames[0]).not.toEqual(one.frames[0]);
  });
});

test('with nothing trained, every frame is drawn from its own noise around the first', async () => {
  const { frames } = await generate('zero-shot', new Map(), { histogramMatching: false });
  expect(frames[0]).toEqual(drawn);
  expect(frames[1]).not.toEqual(drawn);
  expect(frames[2]).not.toEqual(frames[1]);
});

test('a variant is learned, resumed, sampled in training, and stored in the motion', async () => {
  const variant = 'attention-only';
  const settings: TrainingInput = {
    base: base.folder,
    clips: [testdata('clips/walking/walk_out_01.mp4')],
    prompt: 'a person walks',
    frames: 3,
    ...size,
    steps: 2,
    variant,
  };
  await runTraining({ out: at('run'), settings });
  const more = { steps: 3, sampleEvery: 3 };
  await runTraining({ out: at('run'), resume: true, settings: more });
  const path = at('run/motion.safetensors');
  const motion = await readMotion(path);
  expect(motion.info.steps).toBe(3);
  expect(motion.info.variant).toEqual(motionVariants[variant]);
  expect(motion.info.settings).not.toHaveProperty('variant');
  expect([...motion.values.keys()].every((name) => name.includes('.attn_temp.'))).toBe(true);
  expect(() => assertFitsBase(path, motion, base)).not.toThrow();
  const sample = await readVideoMetadata(at('run/samples/000003-1.mp4'));
  expect(storedSettings(sample)!.motion.variant).toEqual(motionVariants[variant]);
});
