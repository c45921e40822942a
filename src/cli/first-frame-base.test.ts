import { readdir } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { inspectClip } from '../media/clip.ts';
import { readPicture, readPngMetadata } from '../media/picture-file.ts';
import { readVideoMetadata } from '../media/video-file.ts';
import { openBaseModel } from '../models/base-model.ts';
import { writeMotion } from '../motion/file/motion-file.ts';
import { motionVariants } from '../motion/variant.ts';
import { storedPicture } from '../pipelines/draw/stored-picture.ts';
import { storedSettings } from '../pipelines/video/stored-settings.ts';
import { runHere as run } from '../testing/run-here.ts';
import { testFolder } from '../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../testing/test-motions.ts';
import { testdata } from '../testing/testdata.ts';
import { writeTinyXl } from '../testing/tiny-xl.ts';

const path = await testFolder();
const sd = testdata('mini/tiny-sd');
const xl = path('tiny-xl');
const clip = testdata('clips/walking/walk_out_01.mp4');

/** Words of a command, with some options replaced. */
const words = (name: string, options: Record<string, string>, changes: Record<string, string>) => [
  ...name.split(' '),
  ...Object.entries({ ...options, ...changes }).flat(),
];

const generate = (changes: Record<string, string> = {}) =>
  run(
    ...words(
      'generate',
      {
        '--motion': path('motion.safetensors'),
        '--base': sd,
        '--prompt': 'a person walks',
        '--size': '64x40',
        '--frames': '2',
        '--sampler-steps': '1',
        '--out': path('out/video.mp4'),
      },
      changes,
    ),
  );

const edit = (changes: Record<string, string> = {}) =>
  run(
    ...words(
      `edit ${clip}`,
      {
        '--base': sd,
        '--prompt': 'a person walks in the snow',
        '--clip-prompt': 'a person walks',
        '--size': '32x16',
        '--frames': '3',
        '--steps': '1',
        '--sampler-steps': '2',
        '--out': path('out/snow.mp4'),
      },
      changes,
    ),
  );

beforeAll(async () => {
  await writeTinyXl(xl);
  const model = await openBaseModel(sd);
  await writeMotion(
    path('motion.safetensors'),
    testMotion(model, lampMotion(randomMotion(model, 1, motionVariants.lamp))),
  );
});

describe('Stable Diffusion XL', () => {
  test('draws the first frame of a video with a motion of Stable Diffusion 1.x', async () => {
    const { code, stderr } = await generate({ '--first-frame-base': xl, '--first-frame-prompt': 'a horse' });
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/drawing the first frame/),
    });
    expect(await inspectClip(path('out/video.mp4'))).toMatchObject({ width: 64, height: 40, frameCount: 2 });
    const stored = storedSettings(await readVideoMetadata(path('out/video.mp4')));
    expect(stored).toMatchObject({
      prompt: 'a person walks',
      base: { name: 'tiny-sd' },
      firstFrame: {
        kind: 'picture',
        width: 40,
        height: 24,
        drawn: { prompt: 'a horse', sampler: 'dpm++', width: 40, height: 24, base: { name: 'tiny-xl' } },
      },
    });
    const sized = { '--first-frame-base': xl, '--first-frame-size': '24x16', '--out': path('out/sized.gif') };
    expect((await generate(sized)).code).toBe(0);
    expect(storedSettings(await readVideoMetadata(path('out/sized.gif')))).toMatchObject({
      firstFrame: { width: 24, height: 16 },
    });
    const shown = await run('inspect', path('out/video.mp4'));
    expect(shown.stdout).toMatch(/first frame drawn base name +tiny-xl/);
  });

  test("draws a clip's first frame anew for an edit, once", async () => {
    const first = await edit({ '--first-frame-base': xl, '--strength': '0.8' });
    expect(first.code).toBe(0);
    expect(await readPicture(path('out/snow.edit/first-frame.png'))).toMatchObject({ width: 32, height: 16 });
    const png = storedPicture(await readPngMetadata(path('out/snow.edit/first-frame.png')));
    expect(png).toMatchObject({ base: { name: 'tiny-xl' }, width: 48, height: 24 });
    const stored = storedSettings(await readVideoMetadata(path('out/snow.mp4')));
    expect(stored).toMatchObject({
      base: { name: 'tiny-sd' },
      firstFrame: { redrawn: { strength: 0.8, by: { base: { name: 'tiny-xl' }, width: 48, height: 24 } } },
    });
    const again = await edit({ '--first-frame-base': xl, '--strength': '0.8' });
    expect(again.stderr).toContain('using the existing first frame');
    const own = await edit({ '--strength': '0.8' });
    expect(own.stderr).not.toContain('using the existing first frame');
  });

  test('draws pictures, and is described', async () => {
    const out = path('out/x.png');
    const options = { '--base': xl, '--prompt': 'a horse', '--sampler-steps': '2', '--out': out };
    expect((await run(...words('image', options, {}))).code).toBe(0);
    expect(await readPicture(out)).toMatchObject({ width: 32, height: 32 });
    const shown = await run('inspect', xl);
    expect(shown.stdout).toMatch(/second one .* 3 layers of 16; Stable Diffusion XL\n/);
    expect(shown.stdout).toMatch(/a motion +none: XL draws first frames and pictures\n/);
    const json = JSON.parse((await run('inspect', xl, '--json')).stdout);
    expect(json).toMatchObject({ textEncoder2: { layers: 3 } });
  });
});

describe('bad input ends with one line and its exit code, and nothing written', () => {
  const picture = testdata('pictures/skimage_chelsea.png');
  const noMotions =
    /the base "tiny-xl" is a Stable Diffusion XL model; expected Stable Diffusion 1\.x or 2\.x, which motions are for\. Give one of those with --base/;
  const never = { '--out': path('never/x.mp4') };
  const train = () =>
    run(
      'train',
      clip,
      '--base',
      xl,
      '--prompt',
      'p',
      '--size',
      '32x32',
      '--frames',
      '2',
      '--out',
      path('never/run'),
    );
  const cases: [string, () => ReturnType<typeof run>, number, RegExp][] = [
    ['training', train, 4, noMotions],
    ['a motion', () => generate({ ...never, '--base': xl }), 4, noMotions],
    ['an edit', () => edit({ ...never, '--base': xl }), 4, noMotions],
    [
      'a picture too',
      () => generate({ ...never, '--first-frame-base': xl, '--first-frame': picture }),
      2,
      /Use one of them/,
    ],
    [
      'a picture too, in an edit',
      () => edit({ ...never, '--first-frame-base': xl, '--first-frame': picture }),
      2,
      /Use one of them/,
    ],
    [
      'a size alone',
      () => generate({ ...never, '--first-frame-size': '32x32' }),
      2,
      /Give the model with --first-frame-base/,
    ],
    [
      'an odd size',
      () => generate({ ...never, '--first-frame-base': xl, '--first-frame-size': '33x32' }),
      2,
      /Use --first-frame-size/,
    ],
    [
      'no such model',
      () => generate({ ...never, '--first-frame-base': '/no/xl' }),
      4,
      /there is no folder "\/no\/xl".* Check --first-frame-base\./,
    ],
  ];

  test.each(cases)('%s', async (_, result, code, message) => {
    const found = await result();
    expect(found.stderr).toMatch(/^lamp: [^\n]+\n$/);
    expect(found.stderr).toMatch(message);
    expect(found.code).toBe(code);
    expect(await readdir(path('.'))).not.toContain('never');
  });
});
