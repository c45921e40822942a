import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { countAttempts, hasNamespaces, runFresh } from './testing/fresh-home.ts';
import { tinyBase, writeTestMotion } from './testing/library-models.ts';
import { testFolder } from './testing/test-folder.ts';
import { testdata } from './testing/testdata.ts';

const at = await testFolder();
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const library = JSON.stringify(here('./index.ts'));
const runtime = JSON.stringify(fileURLToPath(import.meta.resolve('onnxruntime-node')));
const drawing = { base: tinyBase, prompt: 'a cat', width: 16, height: 16, samplerSteps: 1 };
const draw = `drawImage(${JSON.stringify(drawing)})`;
let motion: string;

/** Runs a program with nothing in its home; `name` ends in `.mts` or `.cts`. */
async function program(name: string, code: string, options?: Parameters<typeof runFresh>[2]) {
  await writeFile(at(name), code);
  return runFresh(at('.'), [at(name)], options);
}

beforeAll(async () => {
  motion = await writeTestMotion(at('walk.safetensors'));
});

describe('a fresh home, cache and temporary folder hold nothing afterwards', () => {
  test('of the command', async () => {
    const words = ['generate', '--base', tinyBase, '--motion', motion, '--prompt', 'a cat'];
    const out = ['--sampler-steps', '1', '--out', at('cat.mp4')];
    const { code, stderr, left } = await runFresh(at('.'), [here('./cli/main.ts'), ...words, ...out]);
    expect(stderr).toMatch(/written: .*cat\.mp4\n$/);
    expect(code).toBe(0);
    expect(left).toEqual([]);
  });

  test('of the library, and of an engine’s process', async () => {
    const run = await program(
      'modules.mts',
      `import { drawImage, startEngine } from ${library};
      console.log((await ${draw}).picture.width);
      const engine = await startEngine();
      console.log((await engine.${draw}).picture.width);
      await engine.close();`,
    );
    expect(run).toEqual({ code: 0, stdout: '16\n16\n', stderr: '', left: [] });
  });
});

test('command lines of 100 kB are read', async () => {
  const prompt = 'a cat in the snow, '.repeat(5400);
  expect(prompt.length).toBeGreaterThan(100_000);
  const size = ['--size', '16x16', '--sampler-steps', '1', '--out', at('cat.png')];
  const words = ['image', '--base', tinyBase, '--prompt', prompt, ...size];
  const { code, stderr } = await runFresh(at('.'), [here('./cli/main.ts'), ...words]);
  expect(stderr).toMatch(/written: .*cat\.png\n$/);
  expect(code).toBe(0);
});

describe('where the engine cannot be told to send nothing, nothing is computed', () => {
  const printed = `
    console.log(await ${draw}.then(({ picture }) => picture.width, (error) => error.name + ': ' + error.message));`;

  /** Draws in a worker thread with this environment, after something else in the main thread. */
  const inThread = async (name: string, environment: string, before = '') => {
    // Threads do not inherit what compiles TypeScript.
    const compiling = `import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};\nregister();`;
    const worker = at(`${name}-thread.mjs`);
    await writeFile(worker, `${compiling}\nconst { drawImage } = await import(${library});${printed}`);
    return program(
      `${name}.mts`,
      `import { SHARE_ENV, Worker } from 'node:worker_threads';
      ${before}
      new Worker(${JSON.stringify(worker)}, { env: ${environment}, execArgv: [] });`,
    );
  };

  test('in a worker thread', async () => {
    const run = await inThread('own', '{ ...process.env }');
    expect(run.stdout).toMatch(
      /^DeviceError: in a worker thread lamp-video cannot tell ONNX Runtime to send no usage data.*ORT_DISABLE_TELEMETRY=1/,
    );
    expect(run.left).toEqual([]);
  });

  test('except in one that shares the environment, or whose main thread has told the engine', async () => {
    const shared = await inThread('shared', 'SHARE_ENV');
    expect(shared).toMatchObject({ stdout: '16\n', left: [] });
    const before = await inThread('before', 'undefined', `await import(${library});`);
    expect(before).toMatchObject({ stdout: '16\n', left: [] });
  });

  const loadedBefore = `
    import { createRequire } from 'node:module';
    createRequire(import.meta.url)(${runtime});
    const { drawImage } = await import(${library});${printed}`;

  test('after other code has loaded the engine', async () => {
    const run = await program('host.mts', loadedBefore);
    expect(run.stdout).toMatch(
      /^DeviceError: another part of this program loaded ONNX Runtime before lamp-video.*import lamp-video first/,
    );
    expect(run.left).toEqual([]);
  });

  test('unless that code had told it', async () => {
    const variables = { ORT_DISABLE_TELEMETRY: 'true' };
    const run = await program('told.mts', loadedBefore, { variables });
    expect(run).toMatchObject({ stdout: '16\n', left: [] });
  });
});

/** `unshare -rn` makes a network namespace; containers and some systems refuse it to users. */
describe.skipIf(!hasNamespaces)('without a network (skipped where "unshare -rn" is refused)', () => {
  test('attempts of JavaScript and of native resolvers are seen', async () => {
    const run = await program(
      'seen.mts',
      `${countAttempts}
      import { connect } from 'node:net';
      import { lookup } from 'node:dns';
      const counts = [attempts()];
      for (const host of ['192.0.2.1', '127.0.0.1']) {
        await new Promise<void>((done) => connect(443, host).on('error', () => done()));
        counts.push(attempts());
      }
      await new Promise<void>((done) => lookup('example.org', () => done()));
      counts.push(Number(attempts() > counts.at(-1)!));
      console.log(counts.join(' '));`,
      { offline: true },
    );
    expect(run).toMatchObject({ code: 0, stdout: '0 1 2 1\n' });
  });

  test('training, generating and an engine’s process open no connection, for longer than the runtime waits', async () => {
    const training = {
      base: tinyBase,
      clips: [testdata('clips/walking/walk_out_01.mp4')],
      prompt: 'a person walks',
    };
    const shape = { frames: 3, width: 16, height: 16, steps: 2, out: at('run') };
    const runtimeAlone = `${countAttempts}
      import { createRequire } from 'node:module';
      import { setTimeout as pause } from 'node:timers/promises';
      const { InferenceSession } = createRequire(import.meta.url)(${runtime});
      await InferenceSession.create(new Uint8Array(${JSON.stringify([...(await smallGraph())])}));
      const until = Date.now() + 60_000;
      while (attempts() === 0 && Date.now() < until) await pause(100);
      console.log(attempts() > 0 ? 'it tried' : 'it did not try');`;
    let control: string | undefined;
    const run = await program(
      'offline.mts',
      `${countAttempts}
      import { generateVideo, learnMotion, startEngine } from ${library};
      const { path } = await learnMotion(${JSON.stringify({ ...training, ...shape })});
      const video = { base: ${JSON.stringify(tinyBase)}, motion: path, prompt: 'a person', samplerSteps: 1 };
      await generateVideo({ ...video, out: ${JSON.stringify(at('offline.mp4'))} });
      const engine = await startEngine();
      await engine.generateVideo(video);
      console.log('made');
      process.stdin.resume().on('end', async () => {
        console.log(attempts());
        await engine.close();
      });`,
      {
        offline: true,
        onStdout: async (text, endInput) => {
          if (text !== 'made\n') return;
          // The runtime alone, not told, in a namespace of its own: when it has tried, ours would have.
          control = (await program('alone.mts', runtimeAlone, { offline: true })).stdout;
          endInput();
        },
      },
    );
    expect(control).toBe('it tried\n');
    expect(run).toMatchObject({ code: 0, stdout: 'made\n0\n', left: [] });
  }, 300_000);
});

/** ONNX bytes of a graph. */
async function smallGraph(): Promise<Uint8Array> {
  const [{ add }, { input }, { emitGraph }] = await Promise.all([
    import('./graph/operators/add.ts'),
    import('./graph/tensor.ts'),
    import('./runtime/emit.ts'),
  ]);
  return emitGraph({ y: add(input('x', [4]), input('x2', [4])) }).bytes;
}

test('one file alone loads the runtime', async () => {
  const importers: string[] = [];
  const root = here('..');
  for (const folder of ['src', 'scripts', 'lab']) {
    for (const name of await readdir(join(root, folder), { recursive: true })) {
      if (!/\.[cm]?[jt]s$/.test(name)) continue;
      const text = await readFile(join(root, folder, name), 'utf8');
      const values = text.replace(/^import type [^;]*;/gm, '');
      if (/(from|import|require\w*|\))\s*\(?\s*['"`]onnxruntime-/.test(values))
        importers.push(join(folder, name));
    }
  }
  expect(importers).toEqual([join('src', 'runtime', 'onnx-runtime.ts')]);
});
