import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { testFolder } from '../../src/testing/test-folder.ts';
import { checkBuffer, checkOperators, checkStep } from './card-checks.ts';
import { type CardReport, reportLines, wrongIn } from './card-report.ts';
import { inProcessOf, makeCardReport } from './make-card-report.ts';

const at = await testFolder();
const device = process.env.LAMP_TEST_DEVICE ?? 'cpu';

// The report, which is made for the processor, has the same checks.
describe.runIf(device !== 'cpu')(`on the device "${device}", which needs a graphics driver`, () => {
  test('every operator and its gradients are the processor’s, and none is left to it', async () => {
    const { operators, leftToProcessor } = await checkOperators(device);
    expect(operators.length).toBeGreaterThan(35);
    expect(wrongIn({ operators: { operators, leftToProcessor }, largestBuffer: 1e9 }, [])).toEqual([]);
  });

  test('a step of training, and one of sampling, on a tiny network are the processor’s', async () => {
    const step = await checkStep(device);
    expect(wrongIn({ step, largestBuffer: 1e9 }, [])).toEqual([]);
  });

  test('a value of one MiB can be held', async () => {
    expect(await checkBuffer(device, 1)).toBeUndefined();
  });
});

const operator = { name: 'erf', difference: 1e-6 };
const work = {
  losses: [0.5, 0.4],
  lossesOnCpu: [0.5, 0.401],
  stepSeconds: 0.01,
  stepSecondsOnCpu: 0.2,
  psnr: 55,
  videoSeconds: 3,
  videoSecondsOnCpu: 9,
  leftToProcessor: [],
};
const step = { loss: 1e-6, gradients: 1e-5, prediction: 1e-6, leftToProcessor: [] };
const good = {
  operators: { operators: [operator], leftToProcessor: [] },
  step,
  work,
  largestBuffer: 2 ** 30,
};

describe.runIf(device === 'cpu')('a report', () => {
  test('of a device that does everything right finds nothing wrong', () => {
    expect(wrongIn(good, [])).toEqual([]);
  });

  test.each([
    [
      'a wrong operator',
      { operators: { ...good.operators, operators: [{ name: 'erf', difference: 0.02 }] } },
      /^operator erf differs from the processor by 2\.0 %$/,
    ],
    [
      'results that are no numbers',
      { operators: { ...good.operators, operators: [{ name: 'erf', difference: Number.NaN }] } },
      /^operator erf differs/,
    ],
    [
      'a failing operator',
      { operators: { ...good.operators, operators: [{ name: 'erf', error: 'no kernel' }] } },
      /^operator erf fails: no kernel$/,
    ],
    [
      'operators left to the processor',
      { work: { ...work, leftToProcessor: ['gather'] } },
      /^left to the processor: gather$/,
    ],
    [
      'another loss',
      { work: { ...work, losses: [0.5, 0.45] } },
      /^the loss of step 2 is 0\.45, on the processor 0\.401$/,
    ],
    ['a missing step', { work: { ...work, losses: [0.5] } }, /^the loss of step 2 is undefined/],
    [
      'other gradients',
      { step: { ...step, gradients: 0.5 } },
      /^a step on the tiny network is wrong: gradients off by 50 %$/,
    ],
    ['another video', { work: { ...work, psnr: 20 } }, /^the video differs from the processor's: 20\.0 dB$/],
    ['small buffers', { largestBuffer: 2 ** 27 }, /^a value of 537 MB cannot be held, but 134 MB can$/],
  ])('finds %s', (_, change, message) => {
    expect(wrongIn({ ...good, ...change }, [])).toEqual([expect.stringMatching(message)]);
  });

  test('goes on after a part that crashed, and names it', () => {
    const inProcess = (options: readonly string[]) => {
      if (options.includes('operators')) throw new Error('crashed (SIGSEGV)');
      if (options.includes('buffer 16')) throw new Error('ended with code 1');
      return JSON.stringify(options.includes('step') ? step : work);
    };
    const unused = () => {
      throw new Error('not asked');
    };
    const report = makeCardReport({ device: 'webgpu', card: 'A card', tiny: true }, inProcess, unused);
    expect(report).toMatchObject({ work, largestBuffer: 2 ** 20, wrong: ['operators: crashed (SIGSEGV)'] });
    expect(reportLines(report)).toEqual(
      expect.arrayContaining(['device       webgpu, A card', 'WRONG        operators: crashed (SIGSEGV)']),
    );
  });

  test('a process that is too slow, ends early or crashes says so', () => {
    const run = inProcessOf(['-e'], process.env);
    expect(run(['console.log("first"); console.log("last")'], 20)).toBe('last');
    expect(() => run(['process.exit(3)'], 20)).toThrow('ended with code 3');
    expect(() => run(['process.kill(process.pid, "SIGSEGV")'], 20)).toThrow('crashed (SIGSEGV)');
    expect(() => run(['setInterval(() => {}, 1000)'], 0.5)).toThrow('took longer than 0.5 s');
  });

  test('is made by the benchmark, here for the processor with a tiny model', async () => {
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const words = ['--device', 'cpu', '--gpu-report', at('report.json'), '--tiny', '--card', 'none'];
    const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', main, ...words], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('result       all is well');
    expect(status).toBe(0);
    const report = JSON.parse(await readFile(at('report.json'), 'utf8')) as CardReport;
    expect(report).toMatchObject({ format: 'lamp-gpu-report', device: 'cpu', card: 'none', wrong: [] });
    expect(report.operators!.operators.length).toBeGreaterThan(35);
    expect(report.step).toBeDefined();
    expect(report.operators!.operators.find(({ name }) => name === 'matmul')).toEqual({
      name: 'matmul',
      difference: 0,
    });
    expect(report.work!.losses).toEqual(report.work!.lossesOnCpu);
    expect(report.largestBuffer).toBe(2 ** 24);
  }, 300_000);
});
