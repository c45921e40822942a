/**
 * @file `npm run bench`: what training and sampling reach of the machine's own ceiling. Every case runs in a process of
 * its own, so that its peak memory is its own, and measures the ceiling itself, so that the ratio is of one moment.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bytesText } from '../../src/amounts.ts';
import { writeAtomically } from '../../src/checkpoints/atomic-write.ts';
import { withAllocatorSettings } from '../../src/runtime/allocator.ts';
import { deviceNames } from '../../src/runtime/devices.ts';
import { reportLines } from './card-report.ts';
import {
  type BenchResult,
  benchCases,
  growthCases,
  memoryCases,
  runCase,
  weightsKey,
  writeWeights,
} from './cases.ts';
import { fitGrowth } from './growth.ts';
import { inProcessOf, makeCardReport, runCardCheck } from './make-card-report.ts';
import { pretrainCases, runPretrainCase } from './pretraining-case.ts';
import { runStudioCase, studioCase, studioLines } from './studio-case.ts';

const help = `npm run bench -- [options]
  --only <text>      cases whose names contain this, also those of Stable Diffusion 1.x's size; "${studioCase}": how a
                     studio answers while a training runs, and what it costs the training
  --memory           cases for peak memory and its estimate
  --growth           cases that tell how time grows, and the fit
  --repeats <n>      timed runs of each case (default 5)
  --device <name>    where to compute: ${deviceNames.join(', ')} (default cpu)
  --gpu-report <path>  check everything that a card must do, within ten minutes, and write what was found as JSON
  --card <text>      which card it is, for the report
  --tiny             a report with a tiny model, for devices in software
  --profile <path>   also write the runtime's profile to <path>_*.json
  --json             print numbers as JSON`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    child: { type: 'string' },
    folder: { type: 'string' },
    write: { type: 'boolean', default: false },
    profile: { type: 'string' },
    repeats: { type: 'string', default: '5' },
    memory: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    device: { type: 'string', default: 'cpu' },
    'gpu-report': { type: 'string' },
    card: { type: 'string' },
    tiny: { type: 'boolean', default: false },
    'card-check': { type: 'string' },
    size: { type: 'string' },
  },
});

if (values.help) {
  console.log(help);
  process.exit();
}
if (!/^[1-9]\d*$/.test(values.repeats)) {
  console.error(`bench: --repeats is "${values.repeats}"; expected a whole number from 1 on.`);
  process.exit(2);
}

const device = deviceNames.find((name) => name === values.device);
if (device === undefined) {
  console.error(`bench: --device is "${values.device}"; expected one of: ${deviceNames.join(', ')}.`);
  process.exit(2);
}

const allCases = [...benchCases, ...memoryCases, ...growthCases];
/** Folders with random weights, by what is in them: cases of the same architecture share one. */
const folders = new Map<string, string>();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });
}

/** This program in a process of its own. */
const inProcess = inProcessOf(
  ['--import', 'tsx', fileURLToPath(import.meta.url), '--device', device],
  // As the `lamp` command has it.
  withAllocatorSettings(process.env) ?? process.env,
);

if (values['card-check'] !== undefined) {
  console.log(await runCardCheck(values['card-check'], device, values.size === 'tiny'));
} else if (values['gpu-report'] !== undefined) {
  await writeCardReport(values['gpu-report']);
} else if (values.only === studioCase) {
  const report = await runStudioCase();
  console.log(values.json ? JSON.stringify(report, null, 2) : studioLines(report).join('\n'));
} else if (values.child?.startsWith('pretrain')) {
  const chosen = pretrainCases.find(({ name }) => name === values.child)!;
  console.log(JSON.stringify(await runPretrainCase(chosen, Number(values.repeats), values.profile)));
} else if (values.child !== undefined) {
  const chosen = allCases.find(({ name }) => name === values.child)!;
  const folder = values.folder!;
  if (values.write) await writeWeights(chosen, folder);
  else
    console.log(
      JSON.stringify(await runCase(chosen, folder, Number(values.repeats), values.profile, device)),
    );
} else {
  const cases = values.growth
    ? growthCases
    : values.memory
      ? memoryCases
      : [...benchCases, ...pretrainCases.slice(0, values.only === undefined ? 1 : undefined)];
  const chosen = cases
    .map(({ name }) => name)
    .filter((name) => device === 'cpu' || !/, (low|int8)|^pretrain/.test(name))
    .filter((name) =>
      values.only === undefined
        ? values.memory || values.growth || !name.includes('SD 1.x')
        : name.includes(values.only),
    );
  if (chosen.length === 0) {
    const names = [...cases, { name: studioCase }].map(({ name }) => name);
    console.error(`bench: no case has "${values.only}" in its name; there are:\n  ${names.join('\n  ')}`);
    process.exit(2);
  }
  const results: BenchResult[] = [];
  try {
    for (const name of chosen) {
      const result = await measured(name);
      if (result) results.push(result);
    }
  } finally {
    for (const folder of folders.values()) await rm(folder, { recursive: true, force: true });
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else {
    printTable(results);
    if (values.growth) for (const line of fitGrowth(results)) console.log(line);
  }
}

/**
 * A case's result; `undefined`, and a line on standard error, when its process fails or is ended for lack of memory.
 */
async function measured(name: string): Promise<BenchResult | undefined> {
  try {
    const more = values.profile === undefined ? [] : ['--profile', values.profile];
    const folder = await weightsFolder(name);
    return JSON.parse(
      inChild(name, ['--folder', folder, '--repeats', values.repeats, ...more]),
    ) as BenchResult;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    return undefined;
  }
}

/**
 * A folder with the weights of a case. They are written by a process of its own, so that they are not part of the
 * measured peak.
 */
async function weightsFolder(name: string): Promise<string> {
  const chosen = allCases.find((each) => each.name === name);
  const key = chosen ? weightsKey(chosen) : '';
  const known = folders.get(key);
  if (known !== undefined) return known;
  const folder = await mkdtemp(join(tmpdir(), 'lamp-bench-'));
  folders.set(key, folder);
  if (chosen) inChild(name, ['--folder', folder, '--write']);
  return folder;
}

/** The last line that this program writes in a process of its own. */
function inChild(name: string, options: readonly string[], seconds = 24 * 3600): string {
  try {
    return inProcess(['--child', name, ...options], seconds);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new Error(`case "${name}" ${why}; a process that is killed was mostly short of memory`);
  }
}

/** Makes the report of `--gpu-report`, writes it and prints it; exits with 1 if something is wrong. */
async function writeCardReport(path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lamp-bench-'));
  try {
    const report = makeCardReport(
      { device: device!, card: values.card, tiny: values.tiny },
      inProcess,
      (name, limit) => {
        inChild(name, ['--folder', folder, '--write'], limit);
        return JSON.parse(
          inChild(name, ['--folder', folder, '--repeats', values.repeats], limit),
        ) as BenchResult;
      },
    );
    await writeAtomically(path, (file) => file.writeFile(`${JSON.stringify(report, null, 2)}\n`));
    for (const line of reportLines(report)) console.log(line);
    if (report.wrong.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function printTable(results: readonly BenchResult[]): void {
  const rows = [
    [
      'case',
      'seconds',
      'GFLOP',
      'GFLOP/s',
      'MatMul',
      'Conv',
      'of ceiling',
      'peak memory',
      'estimated',
      'compiled in',
    ],
    ...results.map((r) => [
      r.name,
      r.seconds.toFixed(3),
      (r.flops / 1e9).toFixed(1),
      (r.flops / r.seconds / 1e9).toFixed(0),
      (r.matmul / 1e9).toFixed(0),
      (r.convolution / 1e9).toFixed(0),
      `${(100 * r.fraction).toFixed(0)} %`,
      bytesText(r.peakBytes),
      r.estimatedBytes === undefined ? '' : bytesText(r.estimatedBytes),
      `${r.compileSeconds.toFixed(1)} s`,
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    );
  }
}
