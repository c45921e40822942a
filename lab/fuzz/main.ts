/**
 * @file `npm run fuzz -- [--runs N] [--seed S] [--only safetensors,pickle]`: every reader on many bad inputs. Prints a
 * table; exits with code 1 if a reader fails other than by refusing, takes longer than a second, or hangs.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { fuzzedReaders } from './readers.ts';
import { readersFolder, scratchFolder } from './scratch-folder.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const only = values.only?.split(',');
const unknown = only?.find((name) => !fuzzedReaders.some((reader) => reader.name === name));
if (unknown !== undefined) {
  throw new Error(`no reader "${unknown}"; there are ${fuzzedReaders.map(({ name }) => name).join(', ')}`);
}

/** A watchdog thread that ends the process if the count of inputs stops, since a reader that hangs blocks this one. */
const MOST_SECONDS = 20;
const count = new Int32Array(new SharedArrayBuffer(4));
const watch = `
  const { workerData } = require('node:worker_threads');
  let [last, since] = [-1, Date.now()];
  setInterval(() => {
    if (workerData[0] !== last) [last, since] = [workerData[0], Date.now()];
    else if (last > 0 && Date.now() - since > ${1000 * MOST_SECONDS}) {
      require('node:fs').writeSync(2, 'input ' + last + ' hangs\\n');
      process.kill(process.pid, 'SIGKILL');
    }
  }, 500);
`;
new Worker(watch, { eval: true, workerData: count }).unref();

const row = (...cells: readonly string[]) =>
  `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(10))).join(' | ')} |\n`;
process.stdout.write(row('reader', 'inputs', 'refused', 'accepted', 'slowest', 'growth', 'seconds'));
process.stdout.write(row('---', '--:', '--:', '--:', '--:', '--:', '--:'));
const folder = scratchFolder();
try {
  for (const reader of fuzzedReaders.filter(({ name }) => !only || only.includes(name))) {
    const started = performance.now();
    const { inputs, refused, accepted, slowest, growth, failure } = await reader.run({
      runs: Number(values.runs),
      seed: Number(values.seed),
      path: readersFolder(folder, reader.name),
      onInput: (number) => {
        count[0] = number;
      },
    });
    count[0] = 0;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const memory = `${Math.round(growth / 2 ** 20)} MiB`;
    process.stdout.write(
      row(reader.name, `${inputs}`, `${refused}`, `${accepted}`, `${slowest.toFixed(1)} ms`, memory, seconds),
    );
    if (failure !== undefined) {
      process.stdout.write(`${reader.name} failed: ${failure}\n`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
