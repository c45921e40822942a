import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { loadBase } from '../../src/index.ts';
import { writeTestMotion } from '../../src/testing/library-models.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { type Example, examples, isServer } from './examples.ts';

const at = await testFolder();
const demo = fileURLToPath(new URL('../../assets/demo/clips', import.meta.url));
const library = new URL('../../src/index.ts', import.meta.url).href;

/** What the examples find where they run: clips, motions for the built-in model, a picture. */
beforeAll(async () => {
  const base = await loadBase();
  const [first, second] = (await readdir(demo)).filter((name) => name.endsWith('.gif'));
  await mkdir(at('clips/jumps'), { recursive: true });
  await cp(`${demo}/${first}`, at('clips/jumps/fox.gif'));
  await cp(`${demo}/${second}`, at('clips/jumps/duck.gif'));
  const tiny = { frames: 3, width: 32, height: 32 };
  for (const name of ['jumps', 'rain']) {
    await mkdir(at(`runs/${name}`), { recursive: true });
    await writeTestMotion(at(`runs/${name}/motion.safetensors`), { ...tiny, prompt: name }, base);
  }
  await cp(testdata('pictures/skimage_chelsea.png'), at('photo.png'));
});

/** Starts an example as a program of its own, with the library from source. */
async function start({ name, code }: Example) {
  const path = at(`${name.replace(/\W+/g, '-')}.mts`);
  await writeFile(path, code.replace("'lamp-video'", `'${library}'`));
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), path], {
    cwd: at('.'),
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  const end = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, said, end };
}

const all = examples();

test('there are examples of every function that takes long', () => {
  const names = all.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['learnMotion', 'generateVideo', 'animateImage', 'editVideo', 'drawImage']),
  );
  expect(names).toEqual(expect.arrayContaining(['loadBase', 'loadMotion', 'startEngine']));
});

test.each(all.filter((example) => !isServer(example)))('$name runs', async (example) => {
  const { said, end } = await start(example);
  expect({ code: await end, stderr: said.stderr }).toEqual({ code: 0, stderr: '' });
});

test.each(all.filter(isServer))('$name serves', async (example) => {
  await mkdir(at('videos'), { recursive: true });
  for (const number of [7, 190]) await writeFile(at(`videos/${number}.gif`), '');
  const { child, said, end } = await start(example);
  try {
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => resolve(/port: (\d+)/.exec(said.stdout)?.[1] ?? ''));
      void end.then((code) => reject(new Error(`ended with ${code}: ${said.stderr}`)));
    });
    const ask = (query: string) => fetch(`http://127.0.0.1:${port}/?${query}`);
    // Of those that were there before, one is too old.
    expect(await readdir(at('videos'))).toEqual(['190.gif']);
    const made = await Promise.all([ask('prompt=a+fox+jumps'), ask('prompt=a+duck+jumps')]);
    for (const video of made) {
      expect(video.status).toBe(200);
      expect(new TextDecoder().decode((await video.arrayBuffer()).slice(0, 6))).toBe('GIF89a');
    }
    expect(said.stdout).toContain('video 192: 1 before it');
    expect((await readdir(at('videos'))).sort()).toEqual(['190.gif', '191.gif', '192.gif']);
    const refused = await ask('');
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/the option "prompt" is ""; expected a text/);
  } finally {
    child.kill('SIGTERM');
  }
  expect({ code: await end, stderr: said.stderr }).toEqual({ code: 0, stderr: '' });
});
