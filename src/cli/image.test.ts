import { mkdir, readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readPicture, readPngMetadata } from '../media/picture-file.ts';
import * as builtIn from '../models/built-in-base.ts';
import { storedPicture } from '../pipelines/draw/stored-picture.ts';
import { runHere as run } from '../testing/run-here.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';

const path = await testFolder();

/** Runs `lamp image` in this process with options that work, some of them replaced. */
async function image(changes: Readonly<Record<string, string>> = {}, ...flags: string[]) {
  const options = {
    '--base': testdata('mini/tiny-sd'),
    '--prompt': 'a person walks',
    '--size': '24x16',
    '--sampler-steps': '2',
    '--out': path('out/x.png'),
    ...changes,
  };
  return run('image', ...Object.entries(options).flat(), ...flags);
}

describe('lamp image', () => {
  test('draws a picture that stores how it was made, and draws the same again', async () => {
    const { code, stdout, stderr } = await image({ '--seed': '3', '--negative-prompt': 'fog' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/drawing 2\/2.*\nwritten: .*x\.png\n$/s);
    expect(stderr).not.toContain('first frame');
    expect(await readPicture(path('out/x.png'))).toMatchObject({ width: 24, height: 16 });
    const stored = storedPicture(await readPngMetadata(path('out/x.png')));
    expect(stored).toMatchObject({
      prompt: 'a person walks',
      negativePrompt: 'fog',
      seed: 3,
      samplerSteps: 2,
    });
    expect(stored?.base.name).toBe('tiny-sd');
    expect(JSON.stringify(stored)).not.toContain(path('.'));
    const bytes = await readFile(path('out/x.png'));
    await image({ '--seed': '3', '--negative-prompt': 'fog' });
    expect((await readFile(path('out/x.png'))).equals(bytes)).toBe(true);

    const shown = await run('inspect', path('out/x.png'));
    expect(shown.stdout).toMatch(/drawn by lamp\n(.*\n)* {2}seed +3\n/);
  });

  test('names the words that the built-in model was never shown, and lists in its help what it can draw', async () => {
    const prompt = 'a dragon and a panda, a wizard';
    const words = {
      '--base': 'built-in',
      '--prompt': prompt,
      '--size': '64x64',
      '--out': path('dragon.png'),
    };
    const { code, stderr } = await image(words);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'note: the built-in model was never shown: dragon, wizard. To see what it can draw: lamp inspect built-in\n',
    );
    expect((await image({ ...words, '--prompt': 'a panda' })).stderr).not.toContain('never shown');
    expect((await run('help', 'image')).stdout).toMatch(/The built-in model draws a panda, an elephant,/);
  });

  test('draws several, each with the next seed, in a size of the base, as JPEG or WebP', async () => {
    const sizeOfBase = { '--size': '64x64', '--out': path('many/x.png'), '--count': '2' };
    const { code, stdout } = await image(sizeOfBase, '--json');
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter(({ type }) => type === 'written')).toHaveLength(2);
    expect((await readdir(path('many'))).sort()).toEqual(['x-0.png', 'x-1.png']);
    expect(storedPicture(await readPngMetadata(path('many/x-1.png')))?.seed).toBe(1);
    for (const ending of ['jpg', 'webp']) {
      expect((await image({ '--out': path(`out/y.${ending}`) })).code).toBe(0);
      expect(await readPicture(path(`out/y.${ending}`))).toMatchObject({ width: 24 });
    }
    await image({ '--out': path('digits/x.webp'), '--count': '11', '--sampler-steps': '1' });
    expect((await readdir(path('digits'))).sort().at(-1)).toBe('x-10.webp');
  });

  test('redraws a picture as far as --strength says', async () => {
    const from = testdata('pictures/skimage_chelsea.png');
    const draw = async (name: string, ...words: string[]) => {
      const { code } = await image({ '--from': from, '--sampler-steps': '4', '--out': path(name) }, ...words);
      expect(code).toBe(0);
      return readPicture(path(name));
    };
    const [none, half, all] = [
      await draw('redrawn/0.png', '--strength', '0'),
      await draw('redrawn/5.png', '--strength', '0.5'),
      await draw('redrawn/10.png', '--strength', '1'),
    ];
    expect(half).not.toEqual(none);
    expect(all).not.toEqual(half);
    expect(await draw('redrawn/again.png', '--strength', '0', '--seed', '9')).toEqual(none);
    const stored = storedPicture(await readPngMetadata(path('redrawn/5.png')));
    expect(stored?.redrawn).toMatchObject({ width: 451, height: 300, strength: 0.5 });
    const taken = ['0', '5', '10'].map(async (name) => {
      const { samplerSteps, redrawn } = storedPicture(await readPngMetadata(path(`redrawn/${name}.png`)))!;
      return [redrawn?.stepsTaken, samplerSteps];
    });
    expect(await Promise.all(taken)).toEqual([
      [0, 4],
      [2, 4],
      [4, 4],
    ]);
  });

  test('takes the built-in base and its size when none is given', async () => {
    const place = vi.spyOn(builtIn, 'builtInBase').mockReturnValue(testdata('mini/tiny-sd'));
    const { code } = await run('image', '--prompt', 'p', '--sampler-steps', '1', '--out', path('out/z.png'));
    place.mockRestore();
    expect(code).toBe(0);
    const stored = storedPicture(await readPngMetadata(path('out/z.png')));
    expect(stored).toMatchObject({ width: 64, height: 64, base: { name: 'built-in' } });
  });
});

describe('bad input ends with one line, its exit code, and nothing written', () => {
  const cases: [string, Record<string, string>, number, RegExp][] = [
    ['a missing base', { '--base': '/no/such/folder' }, 4, /there is no folder "\/no\/such\/folder"/],
    [
      'an unknown ending',
      { '--out': path('never/x.gif') },
      2,
      /its name ends in \.gif\. Use \.png, \.jpg or \.webp/,
    ],
    ['no ending', { '--out': path('never/x') }, 2, /has no ending/],
    ['a folder in the way', { '--out': path('folder.png') }, 6, /there is a folder of this name/],
    ['a size that does not divide', { '--size': '23x16' }, 2, /Use --size 24x16/],
    ['an unknown device', { '--device': 'tpu' }, 5, /unknown device "tpu"/],
    ['a strength without a picture', { '--strength': '0.5' }, 2, /Give the picture with --from/],
    ['a strength above 1', { '--from': 'x.png', '--strength': '2' }, 2, /expected a number from 0 to 1/],
    ['a missing picture', { '--from': path('none.png') }, 3, /there is no such file/],
    ['no pictures', { '--count': '0' }, 2, /--count is "0"; expected a whole number from 1/],
  ];
  beforeAll(() => mkdir(path('folder.png')));

  test.each(cases)('%s', async (_, changes, code, message) => {
    const result = await image({ '--out': path('never/x.png'), ...changes });
    expect(result.stderr).toMatch(/^lamp: [^\n]+\n$/);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    expect(await readdir(path('.'))).not.toContain('never');
  });

  test('missing options are named', async () => {
    const { code, stderr } = await run('image', '--base', 'x');
    expect(stderr).toBe('lamp: --prompt <text>, --out <path> missing. See "lamp image --help".\n');
    expect(code).toBe(2);
  });
});
