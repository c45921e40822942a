import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError, DeviceError, InterruptedError, UsageError } from '../errors.ts';
import type { ProgressEvent } from '../events.ts';
import {
  generateVideo,
  loadBase,
  loadMotion,
  readPicture,
  readVideoMetadata,
  referenceOptions,
  storedSettings,
} from '../index.ts';
import { inspectClip } from '../media/clip.ts';
import { pictureFingerprint } from '../pipelines/video/encode-first-frame.ts';
import { tinyBase, tinyInfo, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';

const at = await testFolder();
const cat = testdata('pictures/skimage_chelsea.png');
const quick = { base: tinyBase, samplerSteps: 2, drawing: { samplerSteps: 2 } };
let motion: string;

beforeAll(async () => {
  motion = await writeTestMotion(at('walk.safetensors'));
});

describe('loading', () => {
  test('a base by path, and the built-in one where none is named', async () => {
    expect((await loadBase({ base: tinyBase })).folder).toBe(tinyBase);
    expect((await loadBase()).name).toBe('built-in');
    expect(await thrownBy(loadBase({ base: at('none') }))).toBeInstanceOf(CheckpointError);
  });

  test('a motion by path, with a strength in range', async () => {
    expect(await loadMotion({ motion })).toMatchObject({ path: motion, strength: 1, info: tinyInfo });
    expect((await loadMotion({ motion, strength: 0.3 })).strength).toBe(0.3);
    expect((await thrownBy(loadMotion({ motion, strength: 2 }))).message).toMatch(
      /^"strength" is 2; expected a number from 0 to 1\.$/,
    );
  });
});

describe('generateVideo', () => {
  test('gives frames as typed arrays, of the motion’s shape, and writes them', async () => {
    const events: ProgressEvent[] = [];
    const out = at('cat.gif');
    const video = await generateVideo({
      ...quick,
      motion,
      prompt: 'a cat',
      out,
      onEvent: (event) => void events.push(event),
    });
    expect(video.frames).toHaveLength(3);
    for (const { width, height, data } of video.frames) {
      expect([width, height, data.length]).toEqual([24, 16, 24 * 16 * 3]);
      expect(data).toBeInstanceOf(Uint8Array);
    }
    expect(await inspectClip(out)).toMatchObject({ width: 24, height: 16, frameCount: 3 });
    expect(storedSettings(await readVideoMetadata(out))).toEqual({ ...video.settings, framesPerSecond: 8 });
    expect(events.at(-1)).toEqual({ type: 'written', path: out });
    expect(events).toContainEqual({
      ...{ type: 'progress', stage: 'sampling', done: 2, total: 2 },
      residentBytes: expect.any(Number),
    });
  });

  test('with little memory makes the same video, but for rounding', async () => {
    // Matching histograms could make two levels of the one that rounding makes.
    const options = { ...quick, motion, prompt: 'a cat', histogramMatching: false };
    const [plain, low, again] = [
      await generateVideo(options),
      await generateVideo({ ...options, memory: 'low' }),
      await generateVideo({ ...options, memory: 'low' }),
    ];
    expect(again.frames).toEqual(low.frames);
    expect([plain.settings.memory, low.settings.memory]).toEqual(['fast', 'low']);
    for (const [i, { data }] of low.frames.entries()) {
      const difference = data.map((value, at) => Math.abs(value - plain.frames[i]!.data[at]!));
      expect(Math.max(...difference)).toBeLessThanOrEqual(1);
    }
  });

  test('reports that a GIF cannot play that fast, and stores its actual rate', async () => {
    const notices: string[] = [];
    const make = async (out: string, framesPerSecond: number) => {
      const onEvent = (event: ProgressEvent) => {
        if (event.type === 'notice' && /plays at/.test(event.message)) notices.push(event.message);
      };
      const video = await generateVideo({ ...quick, motion, prompt: 'a cat', out, framesPerSecond, onEvent });
      const stored = storedSettings(await readVideoMetadata(out))!;
      const { framesPerSecond: played } = await inspectClip(out);
      return [video.framesPerSecond, stored.framesPerSecond, played!];
    };
    expect(await make(at('fast.gif'), 60)).toEqual([60, 50, 50]);
    expect(notices).toEqual([
      `"${at('fast.gif')}" plays at 50 frames a second, not 60: a GIF cannot play faster. Use .mp4 or .webm.`,
    ]);
    expect(await make(at('usual.gif'), 50)).toEqual([50, 50, 50]);
    expect(await make(at('fast.mp4'), 60)).toEqual([60, 60, 60]);
    expect(notices).toHaveLength(1);
  });

  test('gives the same video for loaded models as for paths', async () => {
    const named = await generateVideo({ ...quick, motion, prompt: 'a cat', seed: 3 });
    const loaded = await generateVideo({
      ...quick,
      base: await loadBase({ base: tinyBase }),
      motions: [await loadMotion({ motion })],
      prompt: 'a cat',
      seed: 3,
    });
    expect(loaded).toEqual(named);
  });

  test('takes size, length, a first frame by path, and motions with strengths', async () => {
    const { frames, settings } = await generateVideo({
      base: tinyBase,
      samplerSteps: 2,
      motions: [{ motion, strength: 0.5 }, motion],
      prompt: 'a cat',
      frames: 2,
      width: 16,
      height: 24,
      firstFrame: cat,
      framesPerSecond: 5,
    });
    expect(frames.map(({ width, height }) => [width, height])).toEqual(Array(2).fill([16, 24]));
    expect(settings.firstFrame).toMatchObject({
      kind: 'picture',
      ...pictureFingerprint(await readPicture(cat)),
    });
    expect(settings.motion.parts?.map(({ strength }) => strength)).toEqual([0.5, 1]);
  });

  test('has another model draw the first frame', async () => {
    const drawn = { ...quick, motion, prompt: 'a cat', firstFrameBase: tinyBase };
    const { settings } = await generateVideo({ ...drawn, firstFrameSize: { width: 48, height: 32 } });
    expect(settings.firstFrame).toMatchObject({ kind: 'picture', width: 48, height: 32 });
    expect((await thrownBy(generateVideo({ ...drawn, firstFrame: cat }))).message).toMatch(/Use one of them/);
  });

  test('refuses what the command refuses, and names the setting', async () => {
    const request = { ...quick, motion, prompt: 'a cat' };
    for (const [options, key, message] of [
      [
        { firstFrame: cat, drawing: { prompt: 'a dog' } },
        'drawing.prompt',
        /"drawing.prompt" is for drawing one/,
      ],
      [
        { firstFrameSize: { width: 48, height: 32 } },
        'firstFrameSize',
        /Give the model with "firstFrameBase"/,
      ],
      [{ frames: 10_001 }, 'frames', /^"frames" is 10001; expected a whole number from 2 to 10000\.$/],
      [
        { framesPerSecond: 1001 },
        'framesPerSecond',
        /^"framesPerSecond" is 1001; expected a number above 0 up to 1000\.$/,
      ],
    ] as const) {
      const error = (await thrownBy(generateVideo({ ...request, ...options }))) as UsageError;
      expect(error).toBeInstanceOf(UsageError);
      expect(error.setting).toBe(key);
      expect(error.message).toMatch(message);
    }
  });

  test('takes the values of the authors’ implementation for what is left out', async () => {
    const { settings } = await generateVideo({ ...quick, motion, prompt: 'a cat', reference: true });
    const { samplerSteps: _, ...reference } = referenceOptions;
    expect(settings).toMatchObject(reference);
    expect(settings.samplerSteps).toBe(quick.samplerSteps);
  });

  test('a blank prompt is refused, and so is a first frame that cannot be read, by name', async () => {
    const wrong = (more: object) => thrownBy(generateVideo({ ...quick, motion, prompt: 'a cat', ...more }));
    expect(await wrong({ prompt: '  ' })).toMatchObject({ name: 'UsageError', setting: 'prompt' });
    expect(await wrong({ firstFrame: at('none.png'), drawing: undefined })).toMatchObject({
      name: 'MediaError',
      setting: 'firstFrame',
    });
  });

  test('stops at the signal', async () => {
    const controller = new AbortController();
    const error = await thrownBy(
      generateVideo({
        ...quick,
        motion,
        prompt: 'a cat',
        out: at('never.gif'),
        signal: controller.signal,
        onEvent: (event) =>
          void (event.type === 'progress' && event.stage === 'sampling' && controller.abort()),
      }),
    );
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error.message).toMatch(/stopped while sampling/);
    await expect(readFile(at('never.gif'))).rejects.toThrow('ENOENT');
  });

  test.each([
    [{ stepz: 3 }, UsageError, /^generateVideo does not know the option "stepz"; expected some of prompt, /],
    [{ prompt: undefined }, UsageError, /^"prompt" is missing; expected a text that is not empty\.$/],
    [{ prompt: 3 }, UsageError, /^"prompt" is 3; expected a text that is not empty\.$/],
    [
      { firstFrame: { width: 2, height: 2, data: new Uint8Array(3) } },
      UsageError,
      /^"firstFrame" is an object; expected a picture/,
    ],
    [
      { motion: undefined },
      UsageError,
      /^generateVideo needs a motion; expected one of "motion" and "motions", which is a list\.$/,
    ],
    [{ motions: ['x'] }, UsageError, /^generateVideo was given "motion" and "motions"; expected one of /],
    [{ signal: 3 }, UsageError, /"signal" is 3; expected an AbortSignal/],
    [{ guidance: -1 }, UsageError, /guidance/],
    [{ width: 17 }, UsageError, /17x16 cannot be used/],
    [{ out: 'x.avi' }, UsageError, /ends in \.avi/],
    [{ device: 'gpu' }, DeviceError, /unknown device "gpu"/],
    [{ motion: 'nowhere' }, CheckpointError, /no motion "nowhere"/],
  ])('refuses %o', async (wrong, kind, message) => {
    const error = await thrownBy(
      generateVideo({ ...quick, motion, prompt: 'a cat', ...wrong } as Parameters<typeof generateVideo>[0]),
    );
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(message);
  });

  test('says which options it takes when it is called with something else', async () => {
    const call = generateVideo as unknown as (options: string) => Promise<unknown>;
    expect((await thrownBy(call('a cat'))).message).toMatch(/takes one object of options/);
  });
});
