import { beforeAll, describe, expect, test } from 'vitest';
import { InterruptedError, UsageError } from '../errors.ts';
import {
  animateImage,
  animateImages,
  convertMotion,
  drawImage,
  editVideo,
  examineClips,
  generateVideo,
  inspect,
  learnMotion,
  listSettings,
  motionVariants,
  openGenerator,
  referenceOptions,
} from '../index.ts';
import type { SettingDescription } from '../settings.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { thrownBy } from '../testing/thrown-by.ts';

const at = await testFolder();
const cat = testdata('pictures/skimage_chelsea.png');
const walking = testdata('clips/walking/walk_out_01.mp4');
let motion: string;

beforeAll(async () => {
  motion = await writeTestMotion(at('walk.safetensors'));
});

/** The setting that a refusal names, and its message. */
async function refusal(call: Promise<unknown>): Promise<[string | undefined, string]> {
  const error = await thrownBy(call);
  expect(error).toBeInstanceOf(UsageError);
  return [(error as UsageError).setting, error.message];
}

/** Options of a call that stops as soon as its options have been accepted. */
const stopped = { signal: AbortSignal.abort() };

/** Whether a stopped call came as far as to its work. */
async function accepted(call: Promise<unknown>): Promise<void> {
  expect(await thrownBy(call)).toBeInstanceOf(InterruptedError);
}

describe('a video', () => {
  const video = { base: tinyBase, prompt: 'a cat', samplerSteps: 1 };

  test.each([
    [{ prompt: 'a dog' }, 'drawing.prompt'],
    [{ negativePrompt: 'a dog' }, 'drawing.negativePrompt'],
    [{ samplerSteps: 2 }, 'drawing.samplerSteps'],
    [{ prompt: undefined, guidance: 3 }, 'drawing.guidance'],
  ])('with a given first frame takes no settings for drawing one: %j', async (drawing, name) => {
    const message = `"firstFrame" gives a picture, but "${name}" is for drawing one. Use one of them.`;
    const options = { ...video, motion, firstFrame: cat, drawing } as never;
    expect(await refusal(generateVideo(options))).toEqual([name, message]);
  });

  test('takes either the authors’ values or the recommendations of the base', async () => {
    const both = { reference: true, useRecommended: true };
    const message =
      "reference: true ignores the base's recommendations, but useRecommended: true requests them. Omit one of them.";
    const calls = [
      () => generateVideo({ ...video, ...both, motion }),
      () => animateImage({ ...video, ...both, motion, picture: cat }),
      () => animateImages({ ...video, ...both, motion, pictures: [cat], out: at('cat.gif') }),
      () => editVideo({ ...video, ...both, clip: walking, run: at('never') }),
    ];
    for (const call of calls) expect(await refusal(call())).toEqual(['reference', message]);
    await accepted(generateVideo({ ...video, ...stopped, motion, reference: true, useRecommended: false }));
  });

  test('takes a negative prompt only where something is guided', async () => {
    const unguided = { ...video, motion, guidance: 1, negativePrompt: 'a dog' };
    const message = '"negativePrompt" has no effect without guidance, and "guidance" is 1.';
    const [name, found] = await refusal(generateVideo({ ...unguided, firstFrame: cat }));
    expect([name, found]).toEqual([
      'negativePrompt',
      `${message} Use "guidance" above 1, or omit "negativePrompt".`,
    ]);
    const drawing = { guidance: 1 };
    expect((await refusal(generateVideo({ ...unguided, drawing })))[0]).toBe('negativePrompt');
    expect(
      (
        await refusal(generateVideo({ ...video, motion, drawing: { ...drawing, negativePrompt: 'a dog' } }))
      )[0],
    ).toBe('drawing.negativePrompt');
    // It is used in drawing the first frame, or by the image model.
    await accepted(generateVideo({ ...unguided, ...stopped }));
    await accepted(generateVideo({ ...unguided, ...stopped, firstFrame: cat, imageModelBelow: 500 }));
    expect((await refusal(drawImage({ ...video, guidance: 1, negativePrompt: 'a dog' })))[0]).toBe(
      'negativePrompt',
    );
  });

  test.each([
    [
      { guidance: 1, guidanceStart: 500 },
      'guidanceStart',
      /has no effect without guidance, and "guidance" is 1/,
    ],
    [{ guidance: 1, guidanceEnd: 500 }, 'guidanceEnd', /Use "guidance" above 1, or omit "guidanceEnd"/],
    [{ guidance: 1, adaptiveGuidance: 0.9 }, 'adaptiveGuidance', /has no effect without guidance/],
    [
      { imageModelGuidance: 3 },
      'imageModelGuidance',
      /is for steps of the image model, which takes none\. .* "imageModelBelow"/,
    ],
    [
      { firstFrameFit: 'pad' },
      'firstFrameFit',
      /is for a given first frame, but none is given\. .* "firstFrame"/,
    ],
    [
      { firstFramePosterior: 'sample' },
      'firstFramePosterior',
      /is for a given first frame, but none is given/,
    ],
  ] as const)('refuses what cannot change it: %j', async (change, name, message) => {
    const [named, found] = await refusal(generateVideo({ ...video, motion, ...change }));
    expect(named).toBe(name);
    expect(found).toMatch(message);
  });

  test('and a picture refuse limits of guidance where nothing is guided', async () => {
    const drawing = { guidance: 1, guidanceEnd: 500 };
    expect((await refusal(generateVideo({ ...video, motion, drawing })))[0]).toBe('drawing.guidanceEnd');
    expect((await refusal(drawImage({ ...video, ...drawing })))[0]).toBe('guidanceEnd');
    await accepted(generateVideo({ ...video, ...stopped, motion, drawing: { guidance: 1, guidanceEnd: 0 } }));
  });

  test('takes a complete set of settings', async () => {
    await accepted(generateVideo({ ...video, ...stopped, motion, ...referenceOptions }));
  });

  test('of a motion without a first frame of its own takes no settings for drawing one', async () => {
    const variant = { ...motionVariants.lamp, firstFrame: false };
    const other = await writeTestMotion(at('plain.safetensors'), { variant });
    const drawn = generateVideo({ ...video, motion: other, drawing: { samplerSteps: 2 } });
    expect(await refusal(drawn)).toEqual([
      'drawing.samplerSteps',
      '"drawing.samplerSteps" is for a first frame of its own, but this motion draws it like the others. Omit "drawing.samplerSteps".',
    ]);
    const given = { ...video, motion: other };
    const generator = await openGenerator({ base: tinyBase, motion: other });
    for (const call of [
      () => generateVideo({ ...given, firstFrame: cat }),
      () => generator.generateVideo({ prompt: 'a cat', samplerSteps: 1, firstFrame: cat }),
    ]) {
      expect(await refusal(call())).toEqual([
        'firstFrame',
        '"firstFrame" is for a first frame of its own, but this motion draws it like the others. Omit "firstFrame".',
      ]);
    }
    expect(await refusal(animateImage({ base: tinyBase, motion: other, picture: cat }))).toEqual([
      'motion',
      expect.stringMatching(/draws the first frame itself .* cannot animate a picture/),
    ]);
    expect((await refusal(generateVideo({ ...given, firstFrameBase: tinyBase })))[0]).toBe('firstFrameBase');
    const edit = { ...given, clip: walking, width: 24, height: 16, frames: 3 };
    for (const [name, value] of [
      ['firstFrame', cat],
      ['strength', 0.5],
    ] as const) {
      expect((await refusal(editVideo({ ...edit, run: at('never'), [name]: value })))[0]).toBe(name);
    }
  });
});

test.each([
  { frames: 2 },
  { width: 16 },
  { motion: 'other' },
  { motions: [] },
  { memory: 'low' },
  { device: 'cpu' },
])('a generator takes %j only when it is opened', async (change) => {
  const [name] = Object.keys(change);
  const generator = await openGenerator({ base: tinyBase, motion, frames: 3 });
  const request = { samplerSteps: 1, ...change };
  const message = `"${name}" is the same for all videos of a generator. Give it to openGenerator, or use generateVideo.`;
  for (const call of [
    generator.generateVideo({ ...request, prompt: 'a cat' }),
    generator.animateImage({ ...request, picture: cat }),
  ]) {
    expect(await refusal(call)).toEqual([name, message]);
  }
  await generator.dispose();
});

describe('an edit', () => {
  const edit = { base: tinyBase, clip: walking, prompt: 'a man walks', run: at('never') };

  test.each([
    [{ clipPrompt: 'a person walks' }, 'clipPrompt'],
    [{ training: { steps: 3 } }, 'training.steps'],
    [{ training: { fit: 'cover', seed: 3 } }, 'training.seed'],
  ] as const)('with a trained motion takes no training: %j', async (change, name) => {
    expect(await refusal(editVideo({ ...edit, motion, ...change }))).toEqual([
      name,
      `"${name}" is for training on the clip, but "motion" takes its place. Use one of them.`,
    ]);
  });

  test('takes its length and size in one place only', async () => {
    const training = { frames: 4, width: 16 };
    expect(await refusal(editVideo({ ...edit, frames: 4, training }))).toEqual([
      'training.frames',
      '"frames" and "training.frames" are both given. Use one of them.',
    ]);
    expect((await refusal(editVideo({ ...edit, width: 16, training })))[0]).toBe('training.width');
  });

  test.each([
    [{ keepNoiseVariance: true }, /is for drawn noise, but an edit begins with the noise of its clip/],
    [{ noiseShare: 0.3 }, /is for drawn noise/],
    [{ firstFrameFit: 'pad' }, /is for a given first frame/],
    [{ training: { samplePrompts: ['a dog'], sampleEvery: 0 } }, /makes none/],
    [
      { training: { places: ['x'] } },
      /"training\.places" names scenes for "training\.copyPaste", which is 0/,
    ],
  ] as const)('refuses what cannot change it: %j', async (change, message) => {
    const shape = { frames: 3, width: 32, height: 16, clipPrompt: 'a person walks' };
    expect((await refusal(editVideo({ ...edit, ...shape, ...change } as never)))[1]).toMatch(message);
  });
});

describe('a training', () => {
  const training = { base: tinyBase, clips: [walking], prompt: 'a person walks', out: at('never') };

  test.each([
    [
      { window: 'spread', stride: 2 },
      'stride',
      'spreads the frames over the whole clip, regardless of "stride"',
    ],
    [{ samplePrompts: ['a dog'], sampleEvery: 0 }, 'samplePrompts', 'but sampleEvery: 0 makes none'],
    [{ heldOutEvery: 9 }, 'heldOutEvery', 'held-out clips, and there are none'],
    [{ optimizer: 'lion', epsilon: 1e-6 }, 'epsilon', 'optimizer: "lion" has no second moment'],
    [
      { variant: 'no-temporal-attention', temporalBias: 'uniform' },
      'temporalBias',
      '"temporalBias" is for temporal attention, which this "variant" lacks',
    ],
    [{ places: ['on the moon'] }, 'places', '"places" names scenes for "copyPaste", which is 0'],
  ] as const)('refuses what cannot change it: %j', async (change, name, message) => {
    const [setting, found] = await refusal(learnMotion({ ...training, ...change } as never));
    expect(setting).toBe(name);
    expect(found).toContain(message);
  });
});

/** A value that a setting may have. */
function someValue({ default: value, choices, schema }: SettingDescription): unknown {
  if (value !== undefined) return value;
  if (choices) return choices[0]!.value;
  const {
    type,
    minimum = 1,
    properties,
  } = schema as { type?: string; minimum?: number; properties?: object };
  if (type === 'number' || type === 'integer') return minimum;
  if (type === 'array') return ['x'];
  return properties && 'width' in properties ? { width: 64, height: 64 } : 'x';
}

/** All settings by their whole names, with what is declared of each or of the object that it is in. */
function wholeNames(all: readonly SettingDescription[]): SettingDescription[] {
  return all.flatMap(({ settings, ...each }) =>
    settings ? settings.map((inner) => ({ ...each, ...inner, name: `${each.name}.${inner.name}` })) : [each],
  );
}

test.each([
  ['editVideo', editVideo, () => ({ clip: walking, prompt: 'a man', run: at('never') })],
  ['generateVideo', generateVideo, () => ({ motion, prompt: 'a man' })],
  ['drawImage', drawImage, () => ({ prompt: 'a man' })],
  ['learnMotion', learnMotion, () => ({ clips: [walking], prompt: 'a man walks', out: at('never') })],
] as const)(
  '%s refuses what is declared to be used only with, or only without, another setting',
  async (name, call, usual) => {
    const others: Readonly<Record<string, unknown>> = {
      motion,
      firstFrame: cat,
      frames: 4,
      width: 64,
      height: 64,
    };
    const bound = wholeNames(listSettings(name)).filter((each) => each.onlyWith ?? each.onlyWithout);
    expect(bound).not.toEqual([]);
    for (const { name, onlyWithout, ...each } of bound) {
      const [group, inner] = name.split('.') as [string, string?];
      const value = someValue({ name, ...each });
      const options = {
        base: tinyBase,
        ...usual(),
        ...(onlyWithout !== undefined && { [onlyWithout]: others[onlyWithout] }),
        [group]: inner === undefined ? value : { [inner]: value },
      };
      expect((await refusal(call(options as never)))[0]).toBe(name);
    }
  },
);

test('examineClips takes no stride for frames that are spread over the clip', async () => {
  const examined = examineClips({ clips: [walking], window: 'spread', stride: 2 });
  expect((await refusal(examined))[0]).toBe('stride');
});

test.each([
  ['frames', () => motion, 'is for base models and clips'],
  ['device', () => motion, 'is for base models'],
  ['frames', () => cat, 'is for base models and clips'],
  ['width', () => walking, 'is for base models'],
  ['optimizer', () => walking, 'is for base models'],
  ['optimizer', () => motion, 'is for base models'],
  ['rank', () => motion, 'is for base models'],
] as const)('inspect takes "%s" only for what it says something about', async (name, path, message) => {
  const value = { device: 'cpu', optimizer: 'lion' }[name as string] ?? 8;
  expect(await refusal(inspect({ path: path(), [name]: value }))).toEqual([
    name,
    `"${name}" ${message}, and "${path()}" is something else. Omit "${name}".`,
  ]);
});

test('convertMotion takes a base only with the authors’ U-Net on one side', async () => {
  const copy = { source: motion, out: at('copy.safetensors') };
  expect(await refusal(convertMotion({ ...copy, base: tinyBase }))).toEqual([
    'base',
    '"base" is only for conversions in which the authors\' U-Net comes in or goes out. Omit "base".',
  ]);
  expect((await refusal(convertMotion({ ...copy, otherBase: true })))[0]).toBe('otherBase');
  await convertMotion({ ...copy, otherBase: false });
});
