import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../../errors.ts';
import { learnMotion } from '../../library/learn-motion.ts';
import { fromSource } from '../../testing/from-source.ts';
import { tinyBase, writeTestMotion } from '../../testing/library-models.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { testdata } from '../../testing/testdata.ts';
import { lockFolder } from '../../training/run-lock.ts';
import { openStudioFolder, type StudioFolder } from '../studio-folder.ts';
import type { Job } from './job.ts';
import { jobPaths, listJobs, readEvents, readJob, writeJob } from './job-files.ts';
import { type JobQueue, jobQueue } from './job-queue.ts';
import { runJob } from './run-job.ts';

const at = await testFolder();
// As eager as the test itself, which waits for them.
const asTests = { execArgv: fromSource, niceness: 0 };
let studio: StudioFolder;
let queue: JobQueue;
let count = 0;
const motion = await writeTestMotion(at('motion.safetensors'));

beforeEach(async () => {
  studio = await openStudioFolder(at(`studio-${count++}`));
  queue = jobQueue(studio, asTests);
});

afterEach(async () => {
  for (const job of await listJobs(studio)) if (job.state === 'running') process.kill(job.pid, 'SIGKILL');
});

const training = (steps: number) => ({
  base: tinyBase,
  clips: [testdata('clips/walking/walk_out_01.mp4')],
  prompt: 'a walk',
  frames: 2,
  width: 64,
  height: 64,
  steps,
  saveEvery: 1,
  device: 'cpu' as const,
});
const picture = { base: tinyBase, prompt: 'a cat', width: 16, height: 16, samplerSteps: 1, device: 'cpu' };

/** Ticks until the job is in one of these states. */
async function until(id: string, ...states: readonly Job['state'][]): Promise<Job> {
  for (;;) {
    await queue.tick();
    const job = await readJob(studio, id);
    if (states.includes(job.state)) return job;
    if (job.state === 'stopped') expect.fail(await readFile(jobPaths(studio, id).log, 'utf8'));
    await pause(50);
  }
}

/** The id of the process that works on a job. */
const pidOf = (job: Job) => (job.state === 'running' ? job.pid : expect.fail(`it is ${job.state}`));
const stepsOf = async (id: string) =>
  (await readEvents(studio, id)).events
    .filter(({ type }) => type === 'step')
    .map(({ step }) => step as number);

test('a job is a folder, and its result is named after it', async () => {
  const job = await queue.put('draw', { ...picture, out: '/tmp/elsewhere.png' });
  expect(job).toMatchObject({ kind: 'draw', state: 'waiting', options: picture });
  expect(job.options).not.toHaveProperty('out');
  const done = await until(job.id, 'done', 'failed');
  expect(done).toMatchObject({ state: 'done', result: join(studio.pictures, `${job.id}.png`) });
  const { events } = await readEvents(studio, job.id);
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['started', 'begun', 'written', 'done']),
  );
  expect((await stat(join(studio.pictures, `${job.id}.png`))).isFile()).toBe(true);
  expect(await queue.remove(job.id)).toBe(true);
  expect(await queue.list()).toEqual([]);
  expect(await readdir(studio.pictures)).toEqual([`${job.id}.png`]);
});

test('a job that fails says why, and can be tried again', async () => {
  const job = await queue.put('generate', { base: tinyBase, motion, prompt: 'a cat', samplerSteps: 0 });
  const failed = await until(job.id, 'failed');
  expect(failed).toMatchObject({ error: { name: 'UsageError', parts: { setting: 'samplerSteps' } } });
  await queue.goOn(job.id);
  expect((await queue.list())[0]).toMatchObject({ id: job.id, state: 'waiting' });
});

test('a job whose process is killed is stopped, and goes on to the same bytes', async () => {
  const job = await queue.put('learn', training(3));
  pidOf(await until(job.id, 'running'));
  while ((await stepsOf(job.id)).length < 1) await pause(20);
  process.kill(pidOf(await readJob(studio, job.id)), 'SIGKILL');
  while ((await readJob(studio, job.id)).state === 'running') await pause(20);
  expect((await readJob(studio, job.id)).state).toBe('stopped');
  await queue.tick();
  expect((await readJob(studio, job.id)).state).toBe('stopped');
  await queue.goOn(job.id);
  await until(job.id, 'done', 'failed');
  await learnMotion({ ...training(3), out: at('whole') });
  const name = 'motion.safetensors';
  expect(await readFile(join(studio.motions, job.id, name))).toEqual(await readFile(at(join('whole', name))));
});

test('a queue that is opened again finds the order, what runs, and what waits', async () => {
  const long = await queue.put('learn', training(40));
  const pid = pidOf(await until(long.id, 'running'));
  const [first, second] = [
    await queue.put('draw', picture),
    await queue.put('draw', { ...picture, seed: 1 }),
  ];
  await queue.order([second.id, first.id]);
  const found = await jobQueue(studio, asTests).list();
  expect(found.map(({ id, state }) => [id, state])).toEqual([
    [long.id, 'running'],
    [second.id, 'waiting'],
    [first.id, 'waiting'],
  ]);
  await jobQueue(studio, asTests).tick();
  expect(pidOf(await readJob(studio, long.id))).toBe(pid);
  expect(await readJob(studio, second.id)).toMatchObject({ state: 'waiting' });
});

test('a short job may go first: what runs makes way, and goes on by itself', async () => {
  const long = await queue.put('learn', training(4));
  await until(long.id, 'running');
  while ((await stepsOf(long.id)).length < 1) await pause(20);
  const short = await queue.put('draw', picture);
  await queue.goFirst(short.id);
  await until(short.id, 'done');
  expect((await readJob(studio, long.id)).state).not.toBe('done');
  await until(long.id, 'done');
  expect(await stepsOf(long.id)).toEqual([1, 2, 3, 4]);
});

test('a job that was cancelled, and a queue that is paused, begin nothing', async () => {
  const job = await queue.put('draw', picture);
  await queue.cancel(job.id);
  await queue.tick();
  expect(await readJob(studio, job.id)).toMatchObject({ state: 'held' });
  await queue.pause(true);
  await queue.goOn(job.id);
  await queue.tick();
  expect((await queue.list())[0]).toMatchObject({ state: 'waiting' });
  expect(await jobQueue(studio, asTests).paused()).toBe(true);
  await queue.pause(false);
  await until(job.id, 'done');
});

test('a job that is begun is not removed; one that is cancelled stops after its step, and stays stopped', async () => {
  const job = await queue.put('learn', training(40));
  const begins = queue.tick();
  expect(await queue.remove(job.id)).toBe(false);
  await begins;
  pidOf(await readJob(studio, job.id));
  while ((await stepsOf(job.id)).length < 1) await pause(20);
  await queue.cancel(job.id);
  while ((await readJob(studio, job.id)).state === 'running') await pause(20);
  await queue.tick();
  expect((await readJob(studio, job.id)).state).toBe('stopped');
});

test('a job may go on with a run that is complete, for more steps', async () => {
  const first = await queue.put('learn', training(1));
  await until(first.id, 'done', 'failed');
  const more = await queue.put('learn', { steps: 2 }, { run: first.id, title: 'more' });
  expect(more).toMatchObject({ state: 'waiting', run: first.id, title: 'more' });
  const done = await until(more.id, 'done', 'failed');
  expect(done).toMatchObject({ state: 'done', result: join(studio.motions, first.id) });
  expect(await stepsOf(more.id)).toEqual([2]);
  await expect(queue.put('learn', {}, { run: '../x' })).rejects.toThrow(UsageError);
});

test('two processes never work on one job', async () => {
  const { id } = await queue.put('learn', training(40));
  await until(id, 'running');
  await expect(runJob(studio, id)).rejects.toThrow('is using this folder');
});

test('what is no identifier is refused; damaged files cost no more than themselves', async () => {
  expect(() => jobPaths(studio, '../motions')).toThrow(UsageError);
  await expect(queue.goOn('../../x')).rejects.toThrow(UsageError);
  const kept = await writeJob(studio, 'draw', picture);
  const damaged = await writeJob(studio, 'draw', picture);
  await writeFile(jobPaths(studio, damaged.id).record, '{"format":');
  await writeFile(join(studio.jobs, 'order.json'), 'no JSON');
  expect((await queue.list()).map(({ id }) => id)).toEqual([kept.id]);
  await writeFile(jobPaths(studio, kept.id).events, '{"type":"step","step":1}\n{"type":"st');
  expect((await readEvents(studio, kept.id)).events).toHaveLength(1);
  const { folder } = jobPaths(studio, damaged.id);
  const unlock = await lockFolder(folder);
  expect(await queue.remove(damaged.id)).toBe(false);
  await unlock();
  expect(await queue.remove(damaged.id)).toBe(true);
  await expect(stat(folder)).rejects.toThrow('ENOENT');
});
