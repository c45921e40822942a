import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fromSource } from '../testing/from-source.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { listCheckpoints } from '../training/checkpoint.ts';

const at = await testFolder();
const root = fileURLToPath(new URL('../..', import.meta.url));
const steps = 400;
const words = (out: string) => [
  ...['train', testdata('clips/walking'), '--base', testdata('mini/tiny-sd'), '--prompt', 'a person walks'],
  ...['--size', '16x16', '--frames', '2', '--steps', String(steps), '--save-every', String(steps)],
  ...['--out', out],
];

/** Runs `lamp train`; `onStep` is called once, when steps are being taken. */
function lampTrain(
  given: readonly string[],
  onStep: (child: ReturnType<typeof spawn>) => void = () => {},
  options: SpawnOptions = {},
) {
  const child = spawn(process.execPath, [...fromSource, join(root, 'src/cli/main.ts'), ...given], {
    cwd: root,
    ...options,
  });
  let [stdout, stderr, seen] = ['', '', false];
  const look = () => {
    if (!seen && /"step":[23],|training [1-9]/.test(stdout + stderr)) {
      seen = true;
      onStep(child);
    }
  };
  child.stdout?.on('data', (text: Buffer) => {
    stdout += text;
    look();
  });
  child.stderr?.on('data', (text: Buffer) => {
    stderr += text;
    look();
  });
  return new Promise<{ ended: number | NodeJS.Signals | null; stderr: string }>((resolve) => {
    child.once('close', (code, killedBy) => resolve({ ended: killedBy ?? code, stderr }));
  });
}

/** The step that a stopped run can go on from; it had no other reason to save than that it was stopped. */
async function savedStep(out: string): Promise<number> {
  const { step } = (await listCheckpoints(join(out, 'checkpoints'))).at(-1)!;
  expect(step).toBeGreaterThan(0);
  expect(step).toBeLessThan(steps);
  return step;
}

// A signal of each kind; `interruptible.test.ts` has the others.
test.each(['SIGTERM', 'SIGXCPU'] as const)(
  '%s, sent twice, stops a training that has saved',
  async (signal) => {
    const out = at(signal);
    const { ended, stderr } = await lampTrain([...words(out), '--json'], (child) => {
      child.kill(signal);
      child.kill(signal);
    });
    expect(ended).toBe(130);
    expect(stderr).toContain(`stopping after this step (${signal})`);
    expect(stderr).not.toContain('Ctrl-C');
    expect(stderr).not.toContain('lamp:');
    await savedStep(out);
  },
);

test('saves and exits with 6 if the reader of its output has exited (--json | head)', async () => {
  const out = at('head');
  const { ended, stderr } = await lampTrain([...words(out), '--json'], (child) => child.stdout!.destroy());
  const step = await savedStep(out);
  const found = 'lamp: cannot write to standard output: its reader has exited.';
  const goOn = `Continue with: lamp train --out ${out} --resume`;
  expect(stderr).toBe(`${found} Stopped after step ${step} of ${steps}; it is saved. ${goOn}\n`);
  expect(ended).toBe(6);
});

test.skipIf(!existsSync('/dev/full'))(
  'on a full device: standard output stops it, standard error does not',
  async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const json = await lampTrain([...words(at('json')), '--json'], undefined, {
        stdio: ['ignore', full, 'pipe'],
      });
      expect(json.stderr).toMatch(/^lamp: cannot write to standard output: the disk is full\. .*\n$/);
      expect(json.ended).toBe(6);
      const few = [...words(at('told')), '--steps', '2'];
      expect((await lampTrain(few, undefined, { stdio: ['ignore', 'pipe', full] })).ended).toBe(0);
      expect(existsSync(at('told/motion.safetensors'))).toBe(true);
      const short = await lampTrain(['--help'], undefined, { stdio: ['ignore', full, 'pipe'] });
      const message = 'lamp: cannot write to standard output: the disk is full. Write to another place.\n';
      expect(short).toEqual({ ended: 6, stderr: message });
    } finally {
      closeSync(full);
    }
  },
);

// The program that makes terminals, of util-linux; others of the name have other options.
const makesTerminals = spawnSync('script', ['-qc', 'true', '/dev/null']).status === 0;

test.skipIf(!makesTerminals)('under nohup a training outlives its terminal, and ends with 0', async () => {
  const out = at('terminal');
  const quoted = [process.execPath, ...fromSource, join(root, 'src/cli/main.ts'), ...words(out)];
  const script = `trap '' HUP; ${quoted.map((word) => `'${word}'`).join(' ')} --steps 60; echo $? > '${out}.code'`;
  const child = spawn('script', ['-qfc', script, '/dev/null'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let seen = '';
  child.stdout.on('data', (text: Buffer) => {
    seen += text;
    if (/training [1-9]/.test(seen)) child.kill('SIGKILL');
  });
  const code = () => readFile(`${out}.code`, 'utf8').catch(() => '');
  await expect.poll(code, { timeout: 100_000 }).toBe('0\n');
  expect((await listCheckpoints(join(out, 'checkpoints'))).at(-1)!.step).toBe(60);
});
