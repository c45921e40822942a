import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DeviceError } from '../../errors.ts';
import { fromSource } from '../../testing/from-source.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { thrownBy } from '../../testing/thrown-by.ts';
import { ProbeError, probeRunner } from './run-probe.ts';

const path = await testFolder();

/** Runs a script in the place of the real probes. */
async function probing(code: string, seconds = 20): Promise<unknown> {
  const script = path(`probe-${Math.random()}.mjs`);
  await writeFile(script, code);
  return probeRunner({ script, seconds, nodeOptions: [] })('device', 'webgpu');
}

test('a real probe answers', async () => {
  const run = probeRunner({ nodeOptions: fromSource });
  expect((await run('device', 'cpu')).seconds).toBeGreaterThan(0);
  const { card, processor } = (await run('contest', 'cpu')) as { card: number; processor: number };
  expect(Math.min(card, processor)).toBeGreaterThan(0);
  const error = await thrownBy(run('device', 'abacus'));
  expect(error).toBeInstanceOf(DeviceError);
  expect(error).toMatchObject({ found: ['unknown device "abacus"'], setting: 'device' });
});

test('arguments are passed on and the result is returned', async () => {
  expect(await probing('process.send({ result: process.argv.slice(2) })')).toEqual(['device', 'webgpu']);
});

test('a crash is an error like any other', async () => {
  await expect(probing('process.kill(process.pid, "SIGSEGV")')).rejects.toThrow(
    new ProbeError('the process that tried it crashed (SIGSEGV)'),
  );
  await expect(probing('console.error("Fatal error: no driver"); process.exit(3)')).rejects.toThrow(
    new ProbeError('the process that tried it ended with code 3: Fatal error: no driver'),
  );
  await expect(probing('await import("no-such-package")')).rejects.toThrow(
    /ended with code 1: .*no-such-package/,
  );
});

test('a crash after the answer does not matter', async () => {
  const code = 'process.send({ result: 1 }, () => process.kill(process.pid, "SIGSEGV"))';
  expect(await probing(code)).toBe(1);
});

test('a probe that hangs is ended', async () => {
  await expect(probing('setInterval(() => {}, 1000)', 0.5)).rejects.toThrow(
    new ProbeError('it gave no answer within 0.5 s'),
  );
});
