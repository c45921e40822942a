/**
 * @file `npx tsx lab/bench/profile.ts <file.json> …`: where profiles of ONNX Runtime say the time went, by operator and
 * shape. A chain of programs writes one file for each program.
 */
import { readFile } from 'node:fs/promises';

interface ProfileEntry {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: {
    readonly op_name?: string;
    readonly input_type_shape?: readonly Record<string, readonly number[]>[];
  };
}

const files = await Promise.all(process.argv.slice(2).map((file) => readFile(file, 'utf8')));
const entries = files.flatMap((file) => JSON.parse(file) as ProfileEntry[]);
const kernels = entries.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
const total = kernels.reduce((sum, { dur }) => sum + dur, 0);

const tally = (keyOf: (entry: ProfileEntry) => string, rows: number) => {
  const sums = new Map<string, { time: number; count: number }>();
  for (const entry of kernels) {
    const sum = sums.get(keyOf(entry)) ?? { time: 0, count: 0 };
    sums.set(keyOf(entry), { time: sum.time + entry.dur, count: sum.count + 1 });
  }
  for (const [key, { time, count }] of [...sums].sort((a, b) => b[1].time - a[1].time).slice(0, rows)) {
    const share = `${((100 * time) / total).toFixed(1)} %`.padStart(7);
    console.log(`${share} ${(time / 1000).toFixed(1).padStart(9)} ms ${String(count).padStart(6)} ×  ${key}`);
  }
};
const shapes = ({ args }: ProfileEntry) =>
  (args?.input_type_shape ?? []).map((type) => `[${Object.values(type)[0]}]`).join(' ');
tally(({ args }) => args?.op_name ?? '?', 20);
console.log();
tally((entry) => `${entry.args?.op_name} ${shapes(entry)}`, 45);
