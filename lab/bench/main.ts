/**
 * @file `npm run bench`: what training and sampling reach of the machine's own ceiling. Every case runs in a process of
 * its own, so that its peak memory is its own, and measures the ceiling itself, so that the ratio is of one moment.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchResult, benchCases, runCase } from './cases.ts';
import { pretrainCase, runPretrainCase } from './pretraining-case.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    child: { type: 'string' },
    profile: { type: 'string' },
    repeats: { type: 'string', default: '5' },
  },
});

if (values.child === pretrainCase) {
  console.log(JSON.stringify(await runPretrainCase(Number(values.repeats), values.profile)));
} else if (values.child !== undefined) {
  const chosen = benchCases.find(({ name }) => name === values.child)!;
  const folder = await mkdtemp(join(tmpdir(), 'lamp-bench-'));
  try {
    console.log(JSON.stringify(await runCase(chosen, folder, Number(values.repeats), values.profile)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
} else {
  const names = [...benchCases.map(({ name }) => name), pretrainCase];
  const chosen = names.filter((name) =>
    values.only === undefined ? !name.includes('SD 1.x') : name.includes(values.only),
  );
  const results = chosen.map(inChild);
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else printTable(results);
}

function inChild(name: string): BenchResult {
  const file = fileURLToPath(import.meta.url);
  const more = values.profile === undefined ? [] : ['--profile', values.profile];
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', file, '--child', name, '--repeats', values.repeats, ...more],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error(`case "${name}" failed`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as BenchResult;
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
      `${(r.peakBytes / 2 ** 20).toFixed(0)} MiB`,
      r.estimatedBytes === undefined ? '' : `${(r.estimatedBytes / 2 ** 20).toFixed(0)} MiB`,
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
