import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fromSource } from '../testing/from-source.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { readMetrics } from '../training/metrics.ts';

const at = await testFolder();
const root = fileURLToPath(new URL('../..', import.meta.url));
const command = [
  testdata('clips/walking'),
  ...['--base', testdata('mini/tiny-sd'), '--prompt', 'a person walks', '--size', '32x32', '--frames', '4'],
  ...['--steps', '60', '--save-every', '5', '--learning-rate', '1e-3', '--preset', 'reference'],
];

/** Runs `lamp train`; `signal` is sent when the given step is reported. */
function lampTrain(words: string[], signal?: NodeJS.Signals, step = 0) {
  const child: ChildProcess = spawn(
    process.execPath,
    [...fromSource, join(root, 'src/cli/main.ts'), 'train', ...words],
    {
      cwd: root,
    },
  );
  let [stdout, stderr, sent] = ['', '', false];
  child.stderr!.on('data', (text: Buffer) => {
    stderr += text;
  });
  child.stdout!.on('data', (text: Buffer) => {
    stdout += text;
    if (
      signal &&
      !sent &&
      stdout.includes(`"type":"step","steps":60`) &&
      stdout.includes(`"step":${step},`)
    ) {
      sent = true;
      child.kill(signal);
    }
  });
  return new Promise<{ ended: number | NodeJS.Signals | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code, killedBy) => resolve({ ended: killedBy ?? code, stdout, stderr }));
  });
}

test('killed, stopped with Ctrl-C, and resumed, it ends with the bytes of an uninterrupted run', async () => {
  const [whole, out] = [at('whole'), at('out')];
  expect((await lampTrain([...command, '--out', whole])).ended).toBe(0);

  const killed = await lampTrain([...command, '--out', out, '--json'], 'SIGKILL', 17);
  expect(killed.ended).toBe('SIGKILL');
  expect(await readdir(out)).toContain('lock');

  const stopped = await lampTrain(['--out', out, '--resume', '--json'], 'SIGINT', 30);
  expect(stopped.ended).toBe(130);
  const { kind, message, exitCode } = JSON.parse(stopped.stdout.trim().split('\n').at(-1)!);
  expect({ kind, exitCode }).toEqual({ kind: 'InterruptedError', exitCode: 130 });
  expect(message).toMatch(
    /^stopped after step \d+ of 60; it is saved\. Continue with: lamp train --out .* --resume$/,
  );

  const ended = await lampTrain([...command, '--out', out, '--resume']);
  expect(ended).toMatchObject({ ended: 0, stdout: '' });
  expect(ended.stderr).toMatch(/training 60\/60 {2}loss/);
  const motions = await Promise.all([whole, out].map((run) => readFile(join(run, 'motion.safetensors'))));
  expect(motions[0]!.equals(motions[1]!)).toBe(true);
  const steps = (await readMetrics(join(out, 'metrics.jsonl'))).map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
});

test('invalid arguments end with one line and the right exit code', async () => {
  const [noPrompt, badSize, noRun] = await Promise.all([
    lampTrain([testdata('clips/walking'), '--out', at('x')]),
    lampTrain(['clips', '--out', at('x'), '--size', 'big']),
    lampTrain(['--out', at('x'), '--resume']),
  ]);
  expect(noPrompt).toMatchObject({
    ended: 2,
    stderr: 'lamp: training needs a prompt. Give --prompt "a person walks".\n',
  });
  expect(badSize.ended).toBe(2);
  expect(badSize.stderr).toMatch(/^lamp: .*--size.*512x320.*\n$/);
  expect(noRun.ended).toBe(6);
  expect(noRun.stderr).toMatch(/^lamp: there is no run in .*\n$/);
});
