import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { fromSource } from '../testing/from-source.ts';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { listCheckpoints } from '../training/checkpoint.ts';

const at = await testFolder();
const library = new URL('../index.ts', import.meta.url).href;
let motion: string;
beforeAll(async () => {
  motion = await writeTestMotion(at('walk.safetensors'));
});

/** Starts a program that starts an engine; gives its end and what it printed, line by line. */
async function program(name: string, code: string) {
  const path = at(`${name}.mjs`);
  await writeFile(
    path,
    `import { startEngine } from '${library}';\nconst engine = await startEngine();\n${code}`,
  );
  const child = spawn(process.execPath, [...fromSource, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // in a group of its own
  });
  child.stdout.setEncoding('utf8');
  const end = new Promise<number | null>((resolve) => child.on('close', resolve));
  const printed = new Promise<string>((resolve) => child.stdout.once('data', resolve));
  return { child, end, printed };
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await pause(20);
  }
}

test('an engine ends, in the midst of its work, when its parent is killed', async () => {
  const request = {
    base: tinyBase,
    motion,
    prompt: 'a cat',
    samplerSteps: 900,
    drawing: { samplerSteps: 1 },
  };
  const { child, end, printed } = await program(
    'killed',
    `const onEvent = (event) => event.stage === 'sampling' && event.done === 1 && console.log(engine.pid);
    await engine.generateVideo({ ...${JSON.stringify(request)}, onEvent });`,
  );
  const pid = Number(await printed);
  expect(pid).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await end;
  await gone(pid);
});

test('an engine that nobody closes does not keep its parent alive', async () => {
  const { end, printed } = await program(
    'forgotten',
    `const size = { width: 16, height: 16, samplerSteps: 1 };
    await engine.drawImage({ base: ${JSON.stringify(tinyBase)}, prompt: 'a cat', ...size });
    console.log(engine.pid);`,
  );
  const pid = Number(await printed);
  expect(await end).toBe(0);
  await gone(pid);
});

/** A training that would not save before its end. */
function longTraining(out: string) {
  return {
    ...{ clips: [testdata('clips/walking')], base: tinyBase, prompt: 'a person walks', out },
    ...{ width: 16, height: 16, frames: 2, steps: 4000, saveEvery: 4000 },
  };
}

// Signals of each kind, and the terminal's; `interruptible.test.ts` has the others.
const signals = ['SIGTERM', 'SIGINT', 'SIGXCPU'] as const;

test(`${signals.join(', ')} to the whole group leave the engine alive until its parent tells it to stop`, async () => {
  const out = at('group');
  const { child, end, printed } = await program(
    'group',
    `const controller = new AbortController();
    const seen = [];
    let told;
    let step = 0;
    for (const name of ${JSON.stringify(signals)}) process.on(name, () => seen.push([name, step]));
    const onEvent = (event) => {
      if (event.type !== 'step') return;
      step = event.step;
      if (step === 2) console.log(engine.pid);
      // Five steps were taken since the last signal: the engine did not heed it.
      const [name, at] = seen.at(-1) ?? [];
      if (at === undefined || step < at + 5) return;
      if (seen.length === ${signals.length}) controller.abort();
      else if (told !== name) console.log(told = name);
    };
    const training = engine.learnMotion({ ...${JSON.stringify(longTraining(out))}, onEvent, signal: controller.signal });
    process.exitCode = await training.then(() => 1, (error) => error.exitCode);`,
  );
  await printed;
  for (const [i, signal] of signals.entries()) {
    const survived = new Promise<string>((resolve) => child.stdout.once('data', resolve));
    process.kill(-child.pid!, signal);
    if (i + 1 < signals.length) expect((await survived).trim()).toBe(signal);
  }
  expect(await end).toBe(130);
  const [checkpoint] = await listCheckpoints(join(out, 'checkpoints'));
  expect(checkpoint!.step).toBeGreaterThan(11);
});

test('a training in an engine whose parent is killed is saved before the engine ends', async () => {
  const out = at('orphan');
  const { child, end, printed } = await program(
    'orphan',
    `const onEvent = (event) => event.type === 'step' && event.step === 2 && console.log(engine.pid);
    await engine.learnMotion({ ...${JSON.stringify(longTraining(out))}, onEvent });`,
  );
  const pid = Number(await printed);
  child.kill('SIGKILL');
  await end;
  await gone(pid);
  const [checkpoint] = await listCheckpoints(join(out, 'checkpoints'));
  expect(checkpoint!.step).toBeGreaterThan(1);
});
