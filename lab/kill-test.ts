/**
 * @file `npx tsx lab/kill-test.ts [kills]`: kills training with SIGKILL at random moments (also while it encodes clips
 * and while it saves), resumes it each time, and compares the motion byte for byte with that of an uninterrupted run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const kills = Number(process.argv[2] ?? 10);
const folder = mkdtempSync(join(tmpdir(), 'lamp-kill-'));
const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
const options = [
  join(root, 'testdata/clips/walking'),
  ...['--base', join(root, 'testdata/mini/tiny-sd'), '--prompt', 'a person walks', '--size', '32x32'],
  ...['--frames', '4', '--steps', '150', '--save-every', '1', '--learning-rate', '1e-3', '--ema', '0.9'],
];

function train(out: string, ...more: string[]): ChildProcess {
  const words = ['--import', 'tsx', 'src/cli/main.ts', 'train', '--out', out, '--json', ...more];
  return spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Waits for an event of the child process, or for its exit. */
function eventOf(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout!.on('data', (text: Buffer) => text.includes(words) && resolve());
    child.once('exit', () => resolve());
  });
}

function endOf(child: ChildProcess): Promise<NodeJS.Signals | number | null> {
  child.stdout!.resume();
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Resolves when a file in `folder` is being written. */
function savingIn(path: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(path, (_, name) => {
      if (!name?.includes('.tmp-')) return;
      watcher.close();
      resolve();
    });
    watcher.unref();
  });
}

function lines(out: string): string[] {
  const path = join(out, 'metrics.jsonl');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

console.log(`uninterrupted: ended with ${await endOf(train(whole, ...options))}`);
for (let i = 0; i < kills; i++) {
  const begun = existsSync(join(killed, 'run.json'));
  const child = begun ? train(killed, '--resume') : train(killed, ...options);
  const end = endOf(child);
  let moment: string;
  if (i === 0) {
    moment = 'while encoding clips';
    await eventOf(child, '"encoding clips"');
    await sleep(50 * Math.random());
  } else if (i % 2 === 1) {
    moment = 'while saving';
    await eventOf(child, '"type":"step"');
    await sleep(300 * Math.random());
    const checkpoints = join(killed, 'checkpoints');
    if (existsSync(checkpoints)) await Promise.race([savingIn(checkpoints), end]);
  } else {
    moment = 'while training';
    await eventOf(child, '"type":"step"');
    await sleep(700 * Math.random());
  }
  child.kill('SIGKILL');
  const how = await end;
  const left = existsSync(join(killed, 'checkpoints')) ? readdirSync(join(killed, 'checkpoints')) : [];
  const torn = left.some((name) => name.includes('.tmp-')) ? ', a checkpoint half written' : '';
  console.log(`kill ${i + 1} ${moment}: ended with ${how} after ${lines(killed).length} logged steps${torn}`);
}
console.log(`resumed to the end: ended with ${await endOf(train(killed, '--resume'))}`);

const same = readFileSync(join(whole, 'motion.safetensors')).equals(
  readFileSync(join(killed, 'motion.safetensors')),
);
const withoutTime = (out: string) => lines(out).map((line) => line.replace(/,"seconds":.*$/, ''));
const sameMetrics = withoutTime(whole).join() === withoutTime(killed).join();
const leftovers = readdirSync(killed, { recursive: true }).filter((name) => String(name).includes('.tmp-'));
console.log(`motion: ${same ? 'the same bytes' : 'OTHER BYTES'}`);
console.log(`metrics: ${sameMetrics ? 'the same' : 'OTHERS'} (${lines(killed).length} lines)`);
console.log(`leftovers: ${leftovers.length === 0 ? 'none' : leftovers.join(', ')}`);
rmSync(folder, { recursive: true });
process.exitCode = same && sameMetrics && leftovers.length === 0 ? 0 : 1;
