import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { loadBase } from '../../src/index.ts';
import { readFrames } from '../../src/media/clip.ts';
import { blankPicture } from '../../src/media/picture.ts';
import { writeVideo } from '../../src/media/video-file.ts';
import { writeTestMotion } from '../../src/testing/library-models.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { type Example, exampleFiles, examples, shownPrograms } from './examples.ts';

const at = await testFolder();
const root = fileURLToPath(new URL('../..', import.meta.url));
const library = new URL('../../src/index.ts', import.meta.url).href;

/** Files that the examples need: clips, motions for the built-in model, a picture. */
beforeAll(async () => {
  const base = await loadBase();
  // Nothing in them can be cut out: no scenes are drawn for it, which takes longer than all else.
  const frames = Array.from({ length: 16 }, (_, i) =>
    blankPicture({ width: 64, height: 64 }, [15 * i, 80, 200]),
  );
  for (const name of ['fox', 'duck']) {
    await writeVideo(at(`clips/jumps/${name}.gif`), frames, { framesPerSecond: 8 });
  }
  const tiny = { frames: 3, width: 32, height: 32 };
  for (const name of ['jumps', 'rain']) {
    await mkdir(at(`runs/${name}`), { recursive: true });
    await writeTestMotion(at(`runs/${name}/motion.safetensors`), { ...tiny, prompt: name }, base);
  }
  // Enough of a run for a request to the training in it.
  await writeFile(at('runs/jumps/run.json'), '{}');
  await cp(testdata('pictures/skimage_chelsea.png'), at('photo.png'));
});

/** Starts a program with the library from source, in the folder of this test. */
function start(path: string, words: readonly string[] = []) {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), path, ...words], {
    cwd: at('.'),
    // There `lamp-video` resolves to the source, not to the last build.
    env: { ...process.env, PORT: '0', TSX_TSCONFIG_PATH: `${root}/tsconfig.json` },
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

/** Runs a program until it exits. */
async function run(path: string, ...words: string[]) {
  const { said, end } = start(path, words);
  return { code: await end, ...said };
}

const all = examples();

test('there are examples of every function that takes long', () => {
  const names = all.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['learnMotion', 'generateVideo', 'animateImage', 'editVideo', 'drawImage']),
  );
  expect(names).toEqual(expect.arrayContaining(['loadBase', 'loadMotion', 'startEngine']));
});

/** What each example threw, by name; all run in one process, which loads the library once. */
let thrown: Promise<ReadonlyMap<string, string | null>> | undefined;

async function runAll(): Promise<ReadonlyMap<string, string | null>> {
  for (const { name, code } of all) {
    await writeFile(at(`${name}.mts`), code.replace("'lamp-video'", `'${library}'`));
  }
  const program = `import { writeFileSync } from 'node:fs';
    const thrown = {};
    for (const name of ${JSON.stringify(all.map(({ name }) => name))}) {
      await import(\`./\${name}.mts\`).then(
        () => { thrown[name] = null; },
        (error) => { thrown[name] = String(error?.stack ?? error); },
      );
      writeFileSync('thrown.json', JSON.stringify(thrown));
    }`;
  await writeFile(at('all.mts'), program);
  const { code, stderr } = await run(at('all.mts'));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return new Map(Object.entries(JSON.parse(await readFile(at('thrown.json'), 'utf8'))));
}

test.each(all)(
  '$name runs',
  async ({ name }: Example) => {
    thrown ??= runAll();
    expect((await thrown).get(name)).toBe(null);
  },
  600_000,
);

const file = (name: string) => `${root}/examples/${name}`;

test('docs/library.md shows the files of examples/ as they are, and examples/README.md lists them', async () => {
  const files = exampleFiles();
  const shown = new Set(shownPrograms());
  expect(files.filter(({ code }) => !shown.has(code)).map(({ name }) => name)).toEqual([]);
  expect(shown.size).toBe(files.length);
  const readme = await readFile(file('README.md'), 'utf8');
  const linked = [...readme.matchAll(/\]\(([\w-]+\.mjs)\)/g)].map(([, name]) => `examples/${name}`);
  expect([...new Set(linked)].sort()).toEqual(files.map(({ name }) => name).sort());
});

test('examples/learn-and-generate.mjs learns from the clips of the package and generates a video', async () => {
  const { code, stdout, stderr } = await run(file('learn-and-generate.mjs'), '1', '2');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [step, ...frames] = stdout.trimEnd().split('\n');
  expect(step).toMatch(/^step 1 of 1: loss \d\.\d{4}$/);
  expect(frames).toEqual(['frame 0: 128 x 128, 49152 bytes', 'frame 1: 128 x 128, 49152 bytes']);
  expect((await readFrames(at('fox-runs.gif'))).length).toBe(2);
}, 400_000);

test('examples/batch.mjs animates a folder, passes over what exists, and reports what fails', async () => {
  await mkdir(at('pictures'));
  for (const name of ['cat.png', 'there.png']) await cp(at('photo.png'), at(`pictures/${name}`));
  await writeFile(at('pictures/broken.jpg'), 'not a picture');
  await writeFile(at('pictures/notes.txt'), 'not looked at');
  await mkdir(at('animated'));
  await writeFile(at('animated/there.gif'), 'from before');
  const first = await run(file('batch.mjs'), 'pictures', 'animated', 'runs/jumps');
  expect(first).toEqual({
    code: 1,
    stdout: `${join('animated', 'cat.gif')}\n`,
    stderr: expect.stringMatching(/^broken\.jpg: "[^"]+" is not a picture that can be read\. .*\n$/),
  });
  expect((await readFrames(at('animated/cat.gif'))).length).toBe(3);
  expect(await readFile(at('animated/there.gif'), 'utf8')).toBe('from before');
  await rm(at('pictures/broken.jpg'));
  const second = await run(file('batch.mjs'), 'pictures', 'animated', 'runs/jumps');
  expect(second).toEqual({ code: 0, stdout: '', stderr: '' });
  await rm(at('animated/there.gif'));
});

test('examples/server.mjs generates videos, reports progress and keeps the latest', async () => {
  await mkdir(at('videos'), { recursive: true });
  for (const number of [7, 190]) await writeFile(at(`videos/${number}.gif`), '');
  const { child, said, end } = start(file('server.mjs'), ['runs/jumps']);
  try {
    const port = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => resolve(/port: (\d+)/.exec(said.stdout)?.[1] ?? ''));
      void end.then((code) => reject(new Error(`ended with ${code}: ${said.stderr}`)));
    });
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    const eventsOf = async (path: string) =>
      (await (await get(path)).text())
        .split('\n\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line.slice('data: '.length)));
    // One of the earlier ones is too old.
    expect(await readdir(at('videos'))).toEqual(['190.gif']);
    const made = await Promise.all(
      ['a+fox+jumps', 'a+duck+jumps'].map((p) => eventsOf(`/generate?prompt=${p}`)),
    );
    expect(made.map((events) => events.at(-1))).toEqual([
      { type: 'done', video: '/videos/191.gif' },
      { type: 'done', video: '/videos/192.gif' },
    ]);
    expect(made[1]).toContainEqual({ type: 'queued', place: 1 });
    for (const events of made) {
      const sampling = events.filter(({ type, stage }) => type === 'progress' && stage === 'sampling');
      expect(sampling.at(-1).done).toBe(sampling.at(-1).total);
    }
    const video = Buffer.from(await (await get('/videos/192.gif')).arrayBuffer());
    expect(video).toEqual(await readFile(at('videos/192.gif')));
    expect(video.subarray(0, 6).toString()).toBe('GIF89a');
    expect((await readdir(at('videos'))).sort()).toEqual(['190.gif', '191.gif', '192.gif']);
    const refused = await eventsOf('/generate?prompt=');
    expect(refused).toEqual([{ type: 'failed', message: expect.stringMatching(/prompt/) }]);
    expect(await (await get('/')).text()).toContain('<form>');
    for (const path of ['/videos/193.gif', '/videos/../photo.png', '/other'])
      expect((await get(path)).status).toBe(404);
  } finally {
    child.kill('SIGTERM');
  }
  expect({ code: await end, stderr: said.stderr }).toEqual({ code: 0, stderr: '' });
});
