/**
 * @file The queue of a studio: which job is next. Everything is in files: a queue that is opened again after a crash,
 * or beside jobs that still run, finds what is there.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { readJsonFile } from '../../checkpoints/json-file.ts';
import { lockOwner } from '../../training/run-lock.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { type Job, type JobKind, jobIdPattern } from './job.ts';
import { holdJob, type JobExtras, jobPaths, listJobs, readJob, removeJob, writeJob } from './job-files.ts';
import {
  type JobProcessOptions,
  makeWaySignal,
  type StartedJob,
  signalJob,
  startJob,
  stopSignal,
} from './start-job.ts';

/** A queue of jobs. */
export interface JobQueue {
  /** Adds a job at the end; it begins when those before it are done. */
  put(kind: JobKind, options: Readonly<Record<string, unknown>>, extras?: JobExtras): Promise<Job>;
  /** All jobs: those that run or wait in the order in which they are taken, then the others, latest first. */
  list(): Promise<Job[]>;
  /** Stops a job that runs after its step, or has one that waits left out until `goOn`. */
  cancel(id: string): Promise<void>;
  /** Lets a job that was stopped, failed or was cancelled wait again, at its place. */
  goOn(id: string): Promise<void>;
  /** Has a waiting job go first: what runs makes way after its step, and goes on by itself when it is done. */
  goFirst(id: string): Promise<void>;
  /** Puts the waiting jobs into this order; those that are not named come after. */
  order(ids: readonly string[]): Promise<void>;
  /** Begins no more jobs, or begins them again. What runs goes on. */
  pause(paused: boolean): Promise<void>;
  paused(): Promise<boolean>;
  /**
   * Removes a job, also one that cannot be read, and returns whether it did: one that runs, or begins at this moment,
   * stays. Results stay.
   */
  remove(id: string): Promise<boolean>;
  /** Starts what is next, if fewer than the most jobs run; to be called now and then. */
  tick(): Promise<void>;
}

const orderSchema = z.object({
  format: z.literal('lamp-queue'),
  paused: z.boolean(),
  ids: z.array(z.string().regex(jobIdPattern)),
  /** Jobs that are to go on although they were begun: they were stopped, failed, or made way. */
  again: z.array(z.string().regex(jobIdPattern)),
});
type Order = z.output<typeof orderSchema>;

const empty: Order = { format: 'lamp-queue', paused: false, ids: [], again: [] };

/** Options of a queue. */
export interface JobQueueOptions extends JobProcessOptions {
  /** Number of jobs that run at the same time; default 1. */
  readonly most?: number;
  /** Reads all jobs, oldest first; default {@link listJobs}. */
  readonly jobs?: () => Promise<Job[]>;
}

/** The queue of a studio. */
export function jobQueue(
  studio: StudioFolder,
  { most = 1, execArgv, niceness, jobs: readJobs = () => listJobs(studio) }: JobQueueOptions = {},
): JobQueue {
  const path = join(studio.jobs, 'order.json');
  // A damaged file costs the order, not the jobs: these then follow one another by age.
  const read = () => readJsonFile(path, orderSchema, "the queue's order").catch(() => empty);
  /** Jobs whose process was started and has not taken its lock yet. */
  const starting = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  /** Changes one after another, so that none is lost. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };
  const change = (how: (order: Order) => Partial<Order>) =>
    inTurn(async () => {
      const order = await read();
      await writeJsonAtomically(path, { ...order, ...how(order) });
    });
  const waits = (job: Job, { again }: Order) =>
    job.state === 'waiting' ||
    (starting.has(job.id) && job.state === 'stopped') ||
    (again.includes(job.id) && (job.state === 'stopped' || job.state === 'failed'));
  const inOrder = (jobs: readonly Job[], order: Order) => {
    const place = (job: Job) => {
      const at = order.ids.indexOf(job.id);
      return at < 0 ? order.ids.length : at;
    };
    return [...jobs].sort((a, b) => place(a) - place(b) || (a.id < b.id ? -1 : 1));
  };
  return {
    async put(kind, options, extras) {
      const { id } = await writeJob(studio, kind, options, extras);
      await change(({ ids }) => ({ ids: [...ids, id] }));
      return readJob(studio, id);
    },
    async list() {
      const [order, jobs] = [await read(), await readJobs()];
      const running = jobs.filter((job) => job.state === 'running');
      const waiting = inOrder(
        jobs.filter((job) => waits(job, order)),
        order,
      ).map((job) => ({
        ...job,
        state: 'waiting' as const,
      }));
      const others = jobs.filter((job) => job.state !== 'running' && !waits(job, order)).reverse();
      return [...running, ...waiting, ...others];
    },
    async cancel(id) {
      while (starting.has(id)) await pause(20);
      const job = await readJob(studio, id);
      await change(({ again }) => ({ again: again.filter((each) => each !== id) }));
      if (job.state === 'running') signalJob(job.pid, stopSignal);
      else if (job.state !== 'done') await holdJob(studio, id, true);
    },
    async goOn(id) {
      jobPaths(studio, id);
      await holdJob(studio, id, false);
      await change(({ again }) => ({ again: [...new Set([...again, id])] }));
    },
    async goFirst(id) {
      jobPaths(studio, id);
      const running = (await readJobs()).filter((job) => job.state === 'running');
      const others = running.filter((job) => job.id !== id);
      await holdJob(studio, id, false);
      await change(({ ids, again }) => {
        const makeWay = others.map((job) => job.id);
        const rest = ids.filter((each) => each !== id && !makeWay.includes(each));
        return { ids: [id, ...makeWay, ...rest], again: [...new Set([...again, ...makeWay, id])] };
      });
      for (const job of others) signalJob(job.pid, makeWaySignal);
    },
    order: (asked) =>
      change(({ ids }) => ({ ids: [...new Set([...asked.filter((id) => ids.includes(id)), ...ids])] })),
    pause: (paused) => change(() => ({ paused })),
    paused: async () => (await read()).paused,
    async remove(id) {
      for (;;) {
        while (starting.has(id)) await pause(20);
        // In turn: it is not begun meanwhile.
        const removed = await inTurn(async () => {
          if (starting.has(id)) return undefined;
          if ((await lockOwner(jobPaths(studio, id).folder)) !== undefined) return false;
          await removeJob(studio, id);
          const others = (ids: readonly string[]) => ids.filter((each) => each !== id);
          const order = await read();
          await writeJsonAtomically(path, { ...order, ids: others(order.ids), again: others(order.again) });
          return true;
        });
        if (removed !== undefined) return removed;
      }
    },
    async tick() {
      const begins = await inTurn(async () => {
        const [order, jobs] = [await read(), await readJobs()];
        const running = jobs.filter((job) => job.state === 'running' && !starting.has(job.id)).length;
        const free = most - running - starting.size;
        if (order.paused || free <= 0) return [];
        const next = inOrder(
          jobs.filter((job) => waits(job, order) && !starting.has(job.id)),
          order,
        ).slice(0, free);
        const started = next.map(({ id }) => id);
        if (started.length === 0) return [];
        await writeJsonAtomically(path, {
          ...order,
          again: order.again.filter((each) => !started.includes(each)),
        });
        for (const id of started) starting.add(id);
        return started;
      });
      // Outside of the turn: others need not wait for a process to begin.
      await Promise.all(
        begins.map(async (id) => {
          try {
            await begun(studio, id, await startJob(studio, id, { execArgv, niceness }));
          } finally {
            starting.delete(id);
          }
        }),
      );
    },
  };
}

/** Waits until a job's process has taken its lock, or has ended before it could. */
async function begun(studio: StudioFolder, id: string, { pid, ended }: StartedJob): Promise<void> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    const job = await readJob(studio, id);
    if (job.state === 'running' && job.pid === pid) return;
    await pause(50);
  }
}
