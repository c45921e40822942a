import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { lamp } from '../testing/run-lamp.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { inspectClip } from './clip.ts';
import { blankPicture } from './picture.ts';
import { installCodecs, videoCodecTrouble } from './video-engine.ts';

import { readVideoMetadata, writeVideo } from './video-file.ts';
import { usualFormat } from './video-target.ts';

const path = await testFolder();
const motion = path('motion.safetensors');
const cat = testdata('pictures/skimage_chelsea.png');
const base = ['--base', tinyBase];
const generate = ['generate', ...base, '--motion', motion, '--prompt', 'a cat', '--sampler-steps', '1'];

const missing =
  `MP4, MOV, MKV and WebM need the video codecs, which are not installed. Install them with "${installCodecs}" ` +
  '(FFmpeg with x264 and x265, GPL-3.0-or-later), or use GIF or a folder of PNG frames.';

/** The codecs' package is looked for under a name that is not there: Node fails as where it is not installed. */
const variables = (() => {
  const hooks = `export const resolve = (name, context, next) =>
    next(name === '@mediabunny/server' ? '@mediabunny/none-of-this-name' : name, context);`;
  const source = `import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(source)}` };
})();
const withoutCodecs = (...words: string[]) => lamp(words, { variables });

beforeAll(async () => {
  await writeTestMotion(motion);
  // Two clips of six frames each, in which something changes.
  for (const [n, name] of ['a.gif', 'b.gif'].entries()) {
    const frames = Array.from({ length: 6 }, (_, f) =>
      blankPicture({ width: 32, height: 32 }, [40 * f, 90 * n, 200]),
    );
    await writeVideo(path(`clips/${name}`), frames, { framesPerSecond: 10 });
  }
});

test('the command for the codecs installs the version that this package is made for', async () => {
  const { peerDependencies } = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const [[name, version]] = Object.entries(peerDependencies) as [[string, string]];
  expect(installCodecs.endsWith(` ${name}@${version}`)).toBe(true);
});

test('with the codecs there is no trouble, and videos are MP4', async () => {
  expect(await videoCodecTrouble()).toBeUndefined();
  const notices: unknown[] = [];
  expect(await usualFormat((event) => notices.push(event))).toBe('mp4');
  expect(notices).toEqual([]);
});

test.each(['mp4', 'webm'])(
  'without the codecs, a wish for .%s is refused before any work',
  async (ending) => {
    const { code, stderr } = await withoutCodecs(...generate, '--out', path(`refused.${ending}`));
    expect(stderr).toBe(`lamp: ${missing}\n`);
    expect(code).toBe(1);
  },
  60_000,
);

test('without the codecs, GIF and folders of frames are written and read', async () => {
  for (const out of [path('made.gif'), path('made')]) {
    expect((await withoutCodecs(...generate, '--out', out)).code).toBe(0);
    expect(await inspectClip(out)).toMatchObject({ frameCount: 3, width: 24, height: 16 });
    expect(Object.keys(await readVideoMetadata(out))).not.toHaveLength(0);
    expect((await withoutCodecs('inspect', out)).code).toBe(0);
  }
}, 120_000);

test('without the codecs, several pictures become GIFs, which is said', async () => {
  const words = ['animate', cat, cat, ...base, '--motion', motion, '--sampler-steps', '1'];
  const { code, stderr } = await withoutCodecs(...words, '--out', path('moving'));
  expect(stderr).toContain(`note: videos are written as GIF, of 256 colours: ${missing}`);
  expect(code).toBe(0);
  expect((await readdir(path('moving'))).sort()).toEqual(['skimage_chelsea-2.gif', 'skimage_chelsea.gif']);
}, 60_000);

test('without the codecs, GIF clips are trained on, with GIFs as samples', async () => {
  const out = path('run');
  const size = [
    '--size',
    '24x16',
    '--frames',
    '3',
    '--steps',
    '2',
    '--save-every',
    '2',
    '--sample-every',
    '2',
  ];
  const prompts = ['--prompt', 'a square', '--sample-prompt', 'a cat'];
  const { code, stderr } = await withoutCodecs(
    'train',
    path('clips'),
    ...base,
    ...size,
    ...prompts,
    '--out',
    out,
  );
  expect(stderr).toContain(`videos are written as GIF, of 256 colours: ${missing}`);
  expect(code).toBe(0);
  expect(await readdir(path('run/samples'))).toEqual(['000002-1.gif']);
}, 120_000);

test('without the codecs, shots of a GIF cannot be cut out, which is said before anything is written', async () => {
  const size = { width: 64, height: 64 };
  const stripes = (shift: number, dark: number) => {
    const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => dark + (((i % 64) + 4 * shift) % 32));
    return { ...size, data };
  };
  const frames = Array.from({ length: 12 }, (_, f) => stripes(f, f < 6 ? 10 : 200));
  await writeVideo(path('two.gif'), frames, { framesPerSecond: 10 });
  const words = ['clips', path('two.gif'), '--frames', '4', '--cut', '--out', path('cut')];
  const { code, stdout, stderr } = await withoutCodecs(...words);
  expect(stdout).toContain('a new one begins at frame 6');
  expect(stderr).toContain(`lamp: ${missing}\n`);
  expect(code).toBe(1);
  expect(await readdir(path('cut'))).toEqual([]);
}, 60_000);

test('without the codecs, a clip that needs them is refused with the reason', async () => {
  const clip = testdata('clips/walking/walk_out_01.mp4');
  const { code, stderr } = await withoutCodecs('inspect', clip);
  expect(stderr).toBe(`lamp: ${missing}\n`);
  expect(code).toBe(1);
});
