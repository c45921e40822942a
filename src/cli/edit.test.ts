import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { inspectClip } from '../media/clip.ts';
import { readVideoMetadata } from '../media/video-file.ts';
import { storedSettings } from '../pipelines/video/stored-settings.ts';
import { runHere as run } from '../testing/run-here.ts';
import { lamp } from '../testing/run-lamp.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';

const path = await testFolder();

/** Words of a `lamp edit` that works, with some options replaced. */
function words(changes: Readonly<Record<string, string>> = {}): string[] {
  const { clip = testdata('clips/walking/walk_out_01.mp4'), ...others } = changes;
  const training = { '--clip-prompt': 'a person walks', '--steps': '2' };
  const options = {
    '--base': testdata('mini/tiny-sd'),
    '--prompt': 'a person walks in the snow',
    ...('--motion' in changes ? {} : training),
    '--size': '32x16',
    '--frames': '3',
    '--sampler-steps': '2',
    '--out': path('out/snow.mp4'),
    ...others,
  };
  return ['edit', clip, ...Object.entries(options).flat()];
}

describe('lamp edit', () => {
  test('writes the video, and keeps the parts beside it', async () => {
    const { code, stderr, stdout } = await run(...words());
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain(
      `note: the intermediate results of the edit are kept in "${path('out/snow.edit')}"`,
    );
    expect(stderr).toMatch(
      /first-frame\.png\n.*motion\.safetensors\n.*inversion\.safetensors\n.*snow\.mp4\n$/s,
    );
    expect(await inspectClip(path('out/snow.mp4'))).toMatchObject({ width: 32, height: 16, frameCount: 3 });
    const stored = storedSettings(await readVideoMetadata(path('out/snow.mp4')));
    expect(stored).toMatchObject({
      samplerSteps: 2,
      inversion: { stride: 2, steps: 2 },
      firstFrame: { redrawn: { strength: 0.6 } },
    });
    const clip = await inspectClip(testdata('clips/walking/walk_out_01.mp4'));
    expect(stored?.framesPerSecond).toBeCloseTo(clip.framesPerSecond! / 2);
    const shown = await run('inspect', path('out/snow.mp4'));
    expect(shown.stdout).toMatch(/made by lamp\n(.*\n)*.*inversion/);
  });

  test('edits again from the kept parts, and accepts a trained motion', async () => {
    const { code, stdout } = await run(
      ...words({
        '--run': path('out/snow.edit'),
        '--prompt': 'a robot walks',
        '--out': path('out/robot.gif'),
      }),
      '--json',
    );
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.some(({ type }) => type === 'step')).toBe(false);
    const motion = { '--motion': path('out/snow.edit/training'), '--out': path('out/frames/'), '--fps': '7' };
    expect((await run(...words({ ...motion, '--strength': '0' }))).code).toBe(0);
    expect((await readdir(path('out'))).sort()).toEqual([
      'frames',
      'frames.edit',
      'robot.gif',
      'snow.edit',
      'snow.mp4',
    ]);
    expect(storedSettings(await readVideoMetadata(path('out/frames')))).toMatchObject({ framesPerSecond: 7 });
  });

  test('killed while training, it resumes with the same command and gives the same video', async () => {
    const changes = { '--steps': '12', '--save-every': '2' };
    const whole = words({ ...changes, '--out': path('whole/snow.mp4') });
    const killed = words({ ...changes, '--out': path('killed/snow.mp4') });
    expect((await run(...whole)).code).toBe(0);
    const first = await lamp(killed, {
      onStderr: (text, kill) => text.includes('saved step 4:') && kill('SIGKILL'),
    });
    expect(first.code).toBeNull();
    expect(await readdir(path('killed/snow.edit'))).toContain('lock');
    expect(await readdir(path('killed'))).not.toContain('snow.mp4');
    expect((await run(...killed)).code).toBe(0);
    const videos = await Promise.all(['whole', 'killed'].map((name) => readFile(path(`${name}/snow.mp4`))));
    expect(videos[0]!.equals(videos[1]!)).toBe(true);
  });
});

describe('bad input ends with one line, its exit code, and nothing written', () => {
  const picture = testdata('pictures/skimage_chelsea.png');
  const cases: [string, Record<string, string>, number, RegExp][] = [
    ['a missing clip', { clip: '/no/clip.mp4' }, 3, /clip "\/no\/clip\.mp4" does not exist/],
    ['a folder of clips', { clip: testdata('clips/walking') }, 2, /holds 5 clips/],
    ['an unknown ending', { '--out': path('never/x.avi') }, 2, /its name ends in \.avi/],
    ['an odd size', { '--size': '33x16' }, 2, /Use --size/],
    ['an unknown device', { '--device': 'tpu' }, 5, /unknown device "tpu"/],
    ['a missing base', { '--base': '/no/base' }, 4, /there is no folder "\/no\/base"/],
    ['a missing motion', { '--motion': '/no/motion' }, 4, /no motion "\/no\/motion"/],
    ['a missing first frame', { '--first-frame': '/no/look.png' }, 3, /there is no such file/],
    ['a first frame and a strength', { '--first-frame': picture, '--strength': '0.5' }, 2, /Use one of them/],
    [
      'a motion and steps of training',
      { '--motion': '/no/motion', '--steps': '3' },
      2,
      /--steps is for training on the clip, but --motion takes its place\. Use one of them/,
    ],
    ['a strength above 1', { '--strength': '1.5' }, 2, /expected a number from 0 to 1/],
    [
      'a foreign folder',
      { '--run': path('foreign') },
      6,
      /contains "letter\.txt", which does not belong to an edit/,
    ],
  ];
  beforeAll(async () => {
    await mkdir(path('foreign'));
    await writeFile(path('foreign/letter.txt'), 'Dear reader');
  });

  test.each(cases)('%s', async (_, changes, code, message) => {
    const result = await run(...words({ '--out': path('never/x.mp4'), ...changes }));
    expect(result.stderr).toMatch(/^lamp: [^\n]+\n$/);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(await readdir(path('.'))).not.toContain('never');
  });

  test('missing options are named', async () => {
    const { code, stderr } = await run('edit', 'clip.mp4');
    expect(stderr).toBe('lamp: --prompt <text>, --out <path> missing. See "lamp edit --help".\n');
    expect(code).toBe(2);
  });
});
