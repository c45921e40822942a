import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { tinyBase, writeTestMotion } from '../testing/library-models.ts';
import { testFolder } from '../testing/test-folder.ts';

const at = await testFolder();
const library = new URL('../index.ts', import.meta.url).href;
let motion: string;
beforeAll(async () => {
  motion = await writeTestMotion(at('walk.safetensors'));
});

/** Starts a program that starts an engine; gives its end and what it printed, line by line. */
async function program(name: string, code: string) {
  const path = at(`${name}.mts`);
  await writeFile(
    path,
    `import { startEngine } from '${library}';\nconst engine = await startEngine();\n${code}`,
  );
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
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
