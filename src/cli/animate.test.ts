import { mkdir, readdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { inspectClip } from '../media/clip.ts';
import { readPicture } from '../media/picture-file.ts';
import { readVideoMetadata } from '../media/video-file.ts';
import { openBaseModel } from '../models/base-model.ts';
import { writeMotion } from '../motion/file/motion-file.ts';
import { motionVariants } from '../motion/variant.ts';
import { pictureFingerprint } from '../pipelines/video/encode-first-frame.ts';
import { storedSettings } from '../pipelines/video/stored-settings.ts';
import { testFolder } from '../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../testing/test-motions.ts';
import { testdata } from '../testing/testdata.ts';
import { runCommandLine } from './lamp-program.ts';

const path = await testFolder();
const cat = testdata('pictures/skimage_chelsea.png');

/** Runs `lamp animate` in this process with options that work, some of them replaced. */
async function animate(
  pictures: readonly string[],
  changes: Readonly<Record<string, string>> = {},
  ...flags: string[]
) {
  const options = {
    '--base': testdata('mini/tiny-sd'),
    '--motion': path('motion.safetensors'),
    '--sampler-steps': '1',
    '--out': path('out'),
    ...changes,
  };
  const written = { stdout: '', stderr: '' };
  const take = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text;
      return true;
    });
  const spies = [take('stdout'), take('stderr')];
  try {
    const words = ['animate', ...pictures, ...Object.entries(options).flat(), ...flags];
    return { code: await runCommandLine(words), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const settingsOf = async (video: string) => storedSettings(await readVideoMetadata(video))!;

beforeAll(async () => {
  const model = await openBaseModel(testdata('mini/tiny-sd'));
  const info = { frames: 2, width: 24, height: 16, prompt: 'a cat walks' };
  await writeMotion(
    path('motion.safetensors'),
    testMotion(model, lampMotion(randomMotion(model, 1, motionVariants.lamp)), info),
  );
  const variant = motionVariants['no-first-frame'];
  const drawing = testMotion(model, { variant, values: randomMotion(model, 1, variant) }, info);
  await writeMotion(path('drawing.safetensors'), drawing);
  await mkdir(path('in'));
  const small = sharp(cat).resize(40, 20);
  await small.clone().webp().toFile(path('in/b.webp'));
  await small.clone().avif().toFile(path('in/c.avif'));
  await small.clone().jpeg().withMetadata({ orientation: 6 }).toFile(path('in/d.jpg'));
  await writeFile(path('in/broken.png'), 'no picture');
});

describe('lamp animate', () => {
  test('makes a video of a picture, at the motion’s size and with its prompt', async () => {
    const out = path('cat.gif');
    const { code, stdout, stderr } = await animate([cat], { '--out': out });
    expect(stderr).toMatch(/written: .*cat\.gif\n$/);
    expect(stderr).not.toContain('picture 1 of');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(await inspectClip(out)).toMatchObject({ width: 24, height: 16, frameCount: 2 });
    expect(await settingsOf(out)).toMatchObject({
      prompt: 'a cat walks',
      firstFrameFit: 'cover',
      firstFrame: { kind: 'picture', ...pictureFingerprint(await readPicture(cat)) },
    });
  });

  test('animates many pictures, in any format and orientation, and reports a broken one at the end', async () => {
    const pictures = ['b.webp', 'broken.png', 'c.avif', 'd.jpg'].map((name) => path(`in/${name}`));
    const flags = ['--fit', 'pad', '--prompt', 'a cat jumps', '--format', 'gif'];
    const { code, stderr } = await animate([...pictures, cat, path('in/none.png')], {}, ...flags);
    expect((await readdir(path('out'))).sort()).toEqual(['b.gif', 'c.gif', 'd.gif', 'skimage_chelsea.gif']);
    expect(stderr).toMatch(/note: "[^\n]*broken\.png" is not a picture/);
    expect(stderr).toMatch(/picture 2 of 4: sampling/);
    expect(stderr).toMatch(
      /lamp: 2 of 6 pictures could not be read: "[^\n]*broken\.png", "[^\n]*none\.png"\. The notices say why\. /,
    );
    expect(code).toBe(3);
    const turned = await settingsOf(path('out/d.gif'));
    expect(turned).toMatchObject({ prompt: 'a cat jumps', firstFrameFit: 'pad' });
    expect(turned.firstFrame).toMatchObject({ width: 20, height: 40 });
    expect((await settingsOf(path('out/b.gif'))).firstFrame).toMatchObject({ width: 40, height: 20 });
  });

  test('makes videos of what folders hold and lists name', async () => {
    await writeFile(path('pictures.txt'), 'in\nin/b.webp\n');
    const out = { '--out': path('listed') };
    const { code, stderr } = await animate([cat, `@${path('pictures.txt')}`], out, '--format', 'gif');
    const names = ['b-2.gif', 'b.gif', 'c.gif', 'd.gif', 'skimage_chelsea.gif'];
    expect((await readdir(path('listed'))).sort()).toEqual(names);
    expect(stderr).toMatch(
      /lamp: 1 of 6 pictures could not be read[^\n]*broken\.png"\. The notices say why\. /,
    );
    expect(code).toBe(3);
    expect((await animate([path('in'), '@none.txt'])).stderr).toMatch(
      /^lamp: list "none\.txt": there is no such/,
    );
  });

  test('makes folders of frames', async () => {
    const { code } = await animate([cat], { '--out': path('frames') }, '--format', 'frames');
    expect(code).toBe(0);
    expect(await readdir(path('frames/skimage_chelsea'))).toEqual(['0000.png', '0001.png']);
  });

  test.each<[string, string[], Record<string, string>, number, RegExp]>([
    [
      'a single picture that is none',
      [path('in/broken.png')],
      {},
      3,
      /^(note: [^\n]*\n)?lamp: "[^\n]*" is not a picture[^\n]*\n$/,
    ],
    ['no picture', [], {}, 2, /<pictures> is missing/],
    ['a file for many', [cat, cat], { '--out': path('x.mp4') }, 2, /is one video, but there are 2 pictures/],
    [
      'a motion with a frame of its own',
      [cat],
      { '--motion': path('drawing.safetensors') },
      2,
      /draws the first frame itself/,
    ],
    ['an unknown fit', [cat], { '--fit': 'fill' }, 2, /expected one of: cover, pad, stretch, opencv/],
    ['something in the way', [cat], { '--out': path('in/') }, 6, /which is not a frame/],
  ])('refuses %s', async (_, pictures, changes, code, message) => {
    const found = await animate(pictures, { '--out': path('nowhere'), ...changes });
    expect(found.stderr).toMatch(message);
    expect(found.code).toBe(code);
    expect(await readdir(path('.'))).not.toContain('nowhere');
  });
});
