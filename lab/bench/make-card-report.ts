/** @file Makes the report of a device: each part in a process of its own, so that a crash costs that part alone. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { arch, cpus, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineMemory } from '../../src/runtime/free-memory.ts';
import { softwareVersions } from '../../src/runtime/software-versions.ts';
import {
  checkBuffer,
  checkOperators,
  checkStep,
  checkWork,
  type OperatorsCheck,
  type StepCheck,
  smallWork,
  tinyWork,
  type WorkCheck,
} from './card-checks.ts';
import { type CardReport, wrongIn } from './card-report.ts';
import type { BenchResult } from './cases.ts';

/** Options of a report. */
export interface CardReportOptions {
  readonly device: string;
  readonly card?: string | undefined;
  /** Whether to use the tiny model and small values, for devices in software. */
  readonly tiny: boolean;
}

/** Runs a command of this benchmark in a process of its own, within some seconds; throws why it gave no answer. */
export type InProcess = (options: readonly string[], seconds: number) => string;

/** Sizes of values that the device is asked to hold, in MiB. */
const buffers = { small: [128, 256, 512, 1024, 2048, 4096], tiny: [1, 16] };

/** Cases whose speed is measured: the networks that a motion of the built-in model's size takes, and larger ones. */
const cases = {
  small: [
    'sample: 64-192, 16 frames of 16x16',
    'train: 64-192, 16 frames of 16x16',
    'sample: 320-640, 8 frames of 20x32',
    'train, recompute: 320-640, 8 frames of 20x32',
  ],
  tiny: [],
};

/** Most seconds of a part on a card, where all together take a few minutes. A tiny model may take longer. */
const seconds = { operators: 120, step: 60, work: 150, buffer: 20, case: 60 };

const hour = 3600;

/** Makes the report. `inProcess` runs a part: `--card-check <part>`, or a case of the benchmark. */
export function makeCardReport(
  { device, card, tiny }: CardReportOptions,
  inProcess: InProcess,
  runCase: (name: string, seconds: number) => BenchResult,
): CardReport {
  const began = performance.now();
  const size = tiny ? 'tiny' : 'small';
  const within = (limit: number) => (tiny ? hour : limit);
  const failures: string[] = [];
  const attempted = <T>(what: string, run: () => T): T | undefined => {
    try {
      return run();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };
  const part = <T>(name: string, limit: number) =>
    attempted(name, () => JSON.parse(inProcess(['--card-check', name, '--size', size], limit)) as T);
  const operators = part<OperatorsCheck>('operators', within(seconds.operators));
  const step = part<StepCheck>('step', within(seconds.step));
  const work = part<WorkCheck>('work', within(seconds.work));
  const measured = cases[size].map((name) => attempted(name, () => runCase(name, within(seconds.case))));
  let largest = 0;
  for (const mebibytes of buffers[size]) {
    try {
      inProcess(['--card-check', `buffer ${mebibytes}`, '--size', size], within(seconds.buffer));
    } catch {
      break;
    }
    largest = mebibytes * 2 ** 20;
  }
  const found = { operators, step, work, largestBuffer: largest };
  return {
    format: 'lamp-gpu-report',
    version: 1,
    device,
    card: card ?? null,
    machine: {
      platform: platform(),
      arch: arch(),
      processor: cpus()[0]?.model ?? 'unknown',
      memory: machineMemory,
      node: process.versions.node,
      versions: softwareVersions(),
    },
    ...found,
    cases: measured.filter((result) => result !== undefined),
    seconds: (performance.now() - began) / 1000,
    wrong: wrongIn(tiny ? { ...found, largestBuffer: Number.POSITIVE_INFINITY } : found, failures),
  };
}

/** Makes one check, in the process that was started for it; returns its result as JSON. */
export async function runCardCheck(part: string, device: string, tiny: boolean): Promise<string> {
  const [kind, amount] = part.split(' ') as [string, string?];
  if (kind === 'operators') return JSON.stringify(await checkOperators(device));
  if (kind === 'step') return JSON.stringify(await checkStep(device));
  if (kind === 'buffer') return JSON.stringify((await checkBuffer(device, Number(amount))) ?? null);
  const folder = await mkdtemp(join(tmpdir(), 'lamp-gpu-report-'));
  try {
    return JSON.stringify(await checkWork(device, tiny ? tinyWork : smallWork, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `program` of Node with these options; returns the last line that it writes. Throws how it ended otherwise. */
export function inProcessOf(program: readonly string[], env: NodeJS.ProcessEnv): InProcess {
  return (options, limit) => {
    const { stdout, status, signal, error } = spawnSync(process.execPath, [...program, ...options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 1000 * limit,
      killSignal: 'SIGKILL',
      env,
    });
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') {
      throw new Error(`took longer than ${limit} s`);
    }
    if (signal) throw new Error(`crashed (${signal})`);
    if (status !== 0) throw new Error(`ended with code ${status}`);
    return stdout.trim().split('\n').at(-1)!;
  };
}
