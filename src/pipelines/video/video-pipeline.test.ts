import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError, UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { matchHistogram } from '../../media/histogram.ts';
import type { Picture } from '../../media/picture.ts';
import { readPicture } from '../../media/picture-file.ts';
import { readVideoMetadata, writeVideo } from '../../media/video-file.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { pictureDecoder, pictureEncoder } from '../../models/programs.ts';
import type { MotionValues } from '../../motion/trained-motion.ts';
import { motionVariants } from '../../motion/variant.ts';
import { namesOf } from '../../settings.ts';
import { largestDifference } from '../../testing/predict-video.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion, randomMotion, untrainedMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { decodedPicture, drawPicture } from '../draw/draw-picture.ts';
import { samplerNames } from '../draw/sampling-settings.ts';
import { encodeFirstFrame } from './encode-first-frame.ts';
import { settingsKey, storedSettings } from './stored-settings.ts';
import { videoGenerator } from './video-pipeline.ts';
import type { VideoGenerator, VideoRequest } from './video-request.ts';
import { referenceOptions, resolveVideoSettings, videoDefaults, videoSettings } from './video-settings.ts';

const path = await testFolder();
const size = { width: 48, height: 32 };
const frames = 3;
const few = { samplerSteps: 4, drawing: { samplerSteps: 3 } };
let base: BaseModel;
let motion: MotionValues;
let generator: VideoGenerator;
let given: Picture;

beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  motion = randomMotion(base, 1, motionVariants.lamp);
  generator = await videoGenerator(base, () => lampMotion(motion), { ...size, frames, motionName: 'random' });
  given = await readPicture(testdata('pictures/skimage_chelsea.png'));
});
afterAll(() => generator.dispose());

const request: VideoRequest = { prompt: 'a person walks', ...few };
const generate = (more: Partial<VideoRequest> = {}) => generator.generate({ ...request, ...more });

/** The largest difference between colours of two videos. */
function largestStep(a: readonly Picture[], b: readonly Picture[]): number {
  return Math.max(
    ...a.map(({ data }, f) => largestDifference(Float32Array.from(data), Float32Array.from(b[f]!.data))),
  );
}

describe('a generated video', () => {
  test('has the frames asked for, of the size asked for', async () => {
    const { frames: pictures } = await generate();
    expect(pictures.map(({ width, height }) => `${width}x${height}`)).toEqual(Array(3).fill('48x32'));
    expect(pictures.every(({ data }) => new Set(data).size > 20)).toBe(true);
  });

  test('is the same for the same seed, to the byte of the file, and another for another seed', async () => {
    const write = async (name: string, seed: number, by: VideoGenerator) => {
      const { frames: pictures, settings } = await by.generate({ ...request, seed });
      const metadata = { [settingsKey]: JSON.stringify(settings) };
      await writeVideo(path(name), pictures, { framesPerSecond: 8, metadata });
      return readFile(path(name));
    };
    const fresh = await videoGenerator(base, () => lampMotion(motion), {
      ...size,
      frames,
      motionName: 'random',
    });
    const first = await write('a.mp4', 3, generator);
    expect(await write('b.mp4', 3, fresh)).toEqual(first);
    await fresh.dispose();
    expect(await write('c.mp4', 4, generator)).not.toEqual(first);
  });

  test('can be made again from what its file stores', async () => {
    const video = await generate({ seed: 5, eta: 0.3, negativePrompt: 'blurry', noiseShare: 0.4 });
    const metadata = { [settingsKey]: JSON.stringify({ ...video.settings, framesPerSecond: 6 }) };
    await writeVideo(path('stored.gif'), video.frames, { framesPerSecond: 6, metadata });
    const stored = storedSettings(await readVideoMetadata(path('stored.gif')))!;
    const { firstFrame, framesPerSecond, ...rest } = stored;
    expect(framesPerSecond).toBe(6);
    expect(firstFrame).toMatchObject({ kind: 'drawn', prompt: 'a person walks', samplerSteps: 3 });
    const { kind: _, ...drawing } = firstFrame as Extract<typeof firstFrame, { kind: 'drawn' }>;
    const again = await videoGenerator(base, () => lampMotion(motion), { ...stored, device: 'cpu' });
    const repeated = await again.generate({ ...(rest as unknown as VideoRequest), drawing });
    await again.dispose();
    expect(repeated.frames).toEqual(video.frames);
  });

  test('stores neither paths nor times, but what identifies models, picture and software', async () => {
    const { settings } = await generate({ firstFrame: given });
    expect(settings.base).toMatchObject({ name: 'tiny-sd', unet: base.fingerprint });
    expect(settings.motion.name).toBe('random');
    expect(settings.motion.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(settings.firstFrame).toMatchObject({ kind: 'picture', width: given.width, height: given.height });
    expect(Object.keys(settings.versions)).toEqual(['lamp-video', 'onnxruntime']);
    expect(JSON.stringify(settings)).not.toMatch(/"\//);
  });

  test('uses the values that the motion has when it is made', async () => {
    const before = await generate();
    const trained = motion;
    motion = await untrainedMotion(base, motionVariants.lamp);
    const untrained = await generate();
    motion = trained;
    expect(untrained.frames[0]).toEqual(before.frames[0]);
    expect(untrained.frames[1]).not.toEqual(before.frames[1]);
    expect(untrained.settings.motion.sha256).not.toBe(before.settings.motion.sha256);
  });
});

describe('the first frame', () => {
  test('is what the base model draws from the prompt, when none is given', async () => {
    const { frames: pictures } = await generate({ seed: 2 });
    const drawn = await drawPicture(base, { prompt: 'a person walks', samplerSteps: 3, seed: 2 }, size);
    expect(pictures[0]).toEqual(drawn);
  });

  test('is the given picture, encoded and decoded', async () => {
    const { frames: pictures } = await generate({ firstFrame: given, histogramMatching: false });
    const encoder = await pictureEncoder(base.vae, size);
    const decoder = await pictureDecoder(base.vae, size);
    const noise = { normals: () => expect.unreachable() } as never;
    const scale = base.vae.config.scaling_factor;
    const latents = await encodeFirstFrame(encoder, given, size, resolveVideoSettings({}), noise, scale);
    expect(pictures[0]).toEqual(decodedPicture(await decoder.decode(latents)));
    await encoder.dispose();
    await decoder.dispose();
  });

  test('can be drawn from a prompt of its own', async () => {
    const one = await generate();
    const other = await generate({ drawing: { prompt: 'a house', samplerSteps: 3 } });
    expect(other.frames[0]).not.toEqual(one.frames[0]);
  });
});

describe('settings', () => {
  test('each changes the video', async () => {
    const plain = await generate({ firstFrame: given, histogramMatching: false });
    const changes: Partial<VideoRequest>[] = [
      { sampler: 'dpm++' },
      { guidance: 1 },
      { guidance: 5 },
      { guidanceStart: 600 },
      { guidanceEnd: 300 },
      { adaptiveGuidance: 0.5 },
      { deepEvery: 2 },
      { eta: 1 },
      { negativePrompt: 'x' },
      { noiseShare: 0 },
      { keepNoiseVariance: true },
      { alignment: 'off' },
      { alignment: 'reference' },
      { histogramMatching: true },
      { imageModelBelow: 500 },
      { finishAt: 600 },
      { firstFramePosterior: 'sample' },
      { firstFrameFit: 'stretch' },
      { rounding: 'truncate' },
    ];
    const changed = new Set(changes.flatMap((change) => Object.keys(change)));
    const apart = ['samplerSteps', 'imageModelGuidance']; // see the tests below
    expect(namesOf(videoSettings).filter((name) => !changed.has(name) && !apart.includes(name))).toEqual([]);
    const samplers = changes.flatMap(({ sampler = [] }) => sampler);
    expect([videoDefaults.sampler, ...samplers].sort()).toEqual([...samplerNames].sort());
    for (const change of changes) {
      const video = await generate({ firstFrame: given, histogramMatching: false, ...change });
      expect(video.frames, JSON.stringify(change)).not.toEqual(plain.frames);
    }
    const matched = await generate({ firstFrame: given });
    const [first, ...rest] = plain.frames as [Picture, ...Picture[]];
    expect(matched.frames).toEqual([first, ...rest.map((frame) => matchHistogram(first, frame))]);
  });

  test('leave the details to the image model, of which the motion knows nothing', async () => {
    const make = (imageModelBelow: number, more = {}) =>
      generate({ firstFrame: given, alignment: 'off', histogramMatching: false, imageModelBelow, ...more });
    const [early, late] = [await make(500), await make(1000)];
    const unguided = await make(1000, { imageModelGuidance: 1 });
    expect(unguided.frames).not.toEqual(late.frames);
    // The motion's guidance is for its own steps alone: none is left.
    expect((await make(1000, { guidance: 1 })).frames).toEqual(late.frames);
    expect((await make(500, { guidance: 1 })).frames).not.toEqual(early.frames);
    const trained = motion;
    motion = randomMotion(base, 2, motionVariants.lamp);
    const [otherEarly, otherLate] = [await make(500), await make(1000)];
    motion = trained;
    expect(otherEarly.frames).not.toEqual(early.frames);
    expect(otherLate.frames).toEqual(late.frames);
    expect(late.frames[0]).toEqual(early.frames[0]);
    expect(late.frames[1]).not.toEqual(late.frames[2]);
  });

  test('finished early, a motion that copies nothing leaves all that is drawn later to the image model', async () => {
    const make = (more: Partial<VideoRequest>) =>
      generate({ firstFrame: given, alignment: 'off', histogramMatching: false, finishAt: 600, ...more });
    const finished = await make({});
    const below = await make({ imageModelBelow: 400 });
    expect(below.frames[0]).toEqual(finished.frames[0]);
    expect(below.frames[1]).not.toEqual(finished.frames[1]);
    // Steps above the last that the motion takes are its own.
    expect((await make({ imageModelBelow: 1000 })).frames).toEqual(
      (await make({ imageModelBelow: 600 })).frames,
    );
  });

  test.each(['fast', 'low'] as const)(
    'limit guidance to an interval of noise levels, or end it once predictions agree, memory %s',
    async (memory) => {
      const one = await videoGenerator(base, () => lampMotion(motion), { ...size, frames, memory });
      const make = (more: Partial<VideoRequest>) =>
        one.generate({ ...request, firstFrame: given, histogramMatching: false, ...more });
      // Timesteps 751, 501, 251 and 1.
      const [guided, unguided] = [await make({}), await make({ guidance: 1 })];
      const outside = await make({ guidanceStart: 740, guidanceEnd: 510 });
      expect(outside.frames).toEqual(unguided.frames);
      const everywhere = await make({ guidanceStart: 751 });
      expect(largestStep(everywhere.frames, guided.frames)).toBeLessThanOrEqual(1);
      const within = await make({ guidanceStart: 501, guidanceEnd: 251 });
      expect(largestStep(within.frames, guided.frames)).toBeGreaterThan(3);
      expect(largestStep(within.frames, unguided.frames)).toBeGreaterThan(3);
      const adaptive = await make({ adaptiveGuidance: 0.01 });
      expect(adaptive.frames).toEqual((await make({ guidanceEnd: 751 })).frames);
      expect(adaptive.settings.guidedSteps).toBe(1);
      const steps = [guided, outside, everywhere, within].map(({ settings }) => settings.guidedSteps);
      expect(steps).toEqual([undefined, 0, 4, 2]);
      await one.dispose();
    },
  );

  test.each(['fast', 'low'] as const)('reuse deep features between steps, memory %s', async (memory) => {
    const one = await videoGenerator(base, () => lampMotion(motion), { ...size, frames, memory });
    const make = (more: Partial<VideoRequest>) =>
      one.generate({ ...request, firstFrame: given, histogramMatching: false, ...more });
    const [whole, same, second] = [
      await make({}),
      await make({ deepEvery: 1 }),
      await make({ deepEvery: 2 }),
    ];
    expect(same.frames).toEqual(whole.frames);
    expect(same.settings).toEqual(whole.settings);
    expect(second.frames[0]).toEqual(whole.frames[0]);
    expect(largestStep(second.frames, whole.frames)).toBeGreaterThan(3);
    expect((await make({ deepEvery: 2 })).frames).toEqual(second.frames);
    // Guidance at the second and third of four steps needs features of its own.
    const limited = await make({ deepEvery: 3, guidanceStart: 501, guidanceEnd: 251 });
    const counts = [whole, second, limited].map(({ settings: { fullSteps, guidedSteps } }) => [
      fullSteps,
      guidedSteps,
    ]);
    expect(counts).toEqual([
      [undefined, undefined],
      [2, undefined],
      [2, 2],
    ]);
    await one.dispose();
  });

  test('tell how many steps were taken, and how many of them by the image model', async () => {
    const ran = async (more: Partial<VideoRequest>) => {
      const { settings } = await generate({ firstFrame: given, samplerSteps: 4, ...more });
      const { samplerSteps, stepsTaken, imageModelSteps } = settings;
      return [samplerSteps, stepsTaken, imageModelSteps];
    };
    // Timesteps 751, 501, 251 and 1.
    expect(await ran({})).toEqual([4, 4, undefined]);
    expect(await ran({ imageModelBelow: 300 })).toEqual([4, 4, 2]);
    expect(await ran({ finishAt: 500 })).toEqual([4, 2, undefined]);
    expect(await ran({ finishAt: 500, imageModelBelow: 300 })).toEqual([4, 2, 2]);
    expect(await ran({ finishAt: 500, imageModelBelow: 1 })).toEqual([4, 2, 0]);
  });

  test("the reference's are a complete set", async () => {
    const { settings } = await generate({ ...referenceOptions, samplerSteps: 2, firstFrame: given });
    expect(settings).toMatchObject({ alignment: 'reference', firstFrameFit: 'opencv', rounding: 'truncate' });
  });

  test('out of range are refused by name', async () => {
    await expect(generate({ noiseShare: 2 })).rejects.toThrow(/noiseShare.*1/);
    await expect(generate({ sampler: 'dpm++', eta: 0.5 })).rejects.toThrow(
      /"eta" is 0.5.*Use sampler: "ddim"/,
    );
    await expect(generate({ samplerSteps: 1001 })).rejects.toThrow(UsageError);
    const make = (options: object) =>
      videoGenerator(base, () => lampMotion(motion), { ...size, frames, ...options });
    await expect(make({ width: 50 })).rejects.toThrow('Use width: 48, height: 32.');
    await expect(make({ width: 3, height: 30 })).rejects.toThrow('Use width: 8, height: 32.');
    await expect(make({ frames: 1 })).rejects.toThrow(
      /"frames" is 1; expected a whole number from 2 to 10000/,
    );
  });
});

describe('running work', () => {
  test('tells every step, and stops between two when asked to', async () => {
    const events: ProgressEvent[] = [];
    const controller = new AbortController();
    const onEvent = (event: ProgressEvent) => {
      events.push(event);
      if (event.type === 'progress' && event.stage === 'sampling' && event.done === 2) controller.abort();
    };
    await expect(generator.generate(request, { onEvent, signal: controller.signal })).rejects.toThrow(
      new InterruptedError('stopped while sampling (2 of 4 done); nothing was written.'),
    );
    expect(events.at(-1)).toMatchObject({ type: 'progress', stage: 'sampling', done: 2, total: 4 });
  });

  test('tells when a prompt is too long', async () => {
    const events: ProgressEvent[] = [];
    const prompt = Array(90).fill('walk').join(' ');
    await generator.generate({ ...request, prompt }, { onEvent: (event) => events.push(event) });
    expect(events.filter(({ type }) => type === 'notice')).toHaveLength(1);
  });
});
