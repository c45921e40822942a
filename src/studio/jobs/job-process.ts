/**
 * @file The program of a job's process: `node job-process.js <studio> <id> <niceness>`. It lives on when the studio's
 * server ends, and keeps out of the way of whoever uses the machine.
 */
import { setPriority } from 'node:os';
import { ENDING_SIGNALS } from '../../library/ending-signals.ts';
import { openStudioFolder } from '../studio-folder.ts';
import { runJob } from './run-job.ts';
import { makeWaySignal } from './start-job.ts';

const [, , folder, id, niceness] = process.argv as [string, string, string, string, string];
const controller = new AbortController();
let makesWay = false;
for (const signal of ENDING_SIGNALS) {
  process.on(signal, () => {
    if (signal === makeWaySignal) makesWay = true;
    controller.abort();
  });
}
try {
  setPriority(Number(niceness));
} catch {
  // Some systems do not allow it; the job is then as fast as everything else.
}
const end = await runJob(await openStudioFolder(folder), id, {
  signal: controller.signal,
  makesWay: () => makesWay,
});
process.exitCode = end === 'failed' ? 1 : 0;
