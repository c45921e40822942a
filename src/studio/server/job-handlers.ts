/** @file Answers about forms and jobs. */
import { open } from 'node:fs/promises';
import { parse } from 'node:path';
import type { z } from 'zod';
import type { jobLogSchema } from '../api/job-api.ts';
import type { Job } from '../jobs/job.ts';
import { jobPaths } from '../jobs/job-files.ts';
import { commandFor } from './catalogue.ts';
import { callOfForm } from './form-options.ts';
import type { SomeHandlers } from './handlers.ts';
import { commandOut } from './job-book.ts';
import { jobCosts } from './job-costs.ts';
import { notHere, RequestError } from './request-error.ts';
import type { StudioContext } from './studio-context.ts';

const done = { done: true } as const;

/** Finished jobs that the queue shows, the latest ones; what they made is in the gallery. */
const mostDone = 200;

/** See the file. */
export function jobHandlers(
  context: StudioContext,
): SomeHandlers<
  | 'command'
  | 'estimate'
  | 'jobs'
  | 'putJobs'
  | 'job'
  | 'jobLog'
  | 'jobPreview'
  | 'changeJob'
  | 'removeJob'
  | 'cancelJob'
  | 'goOnJob'
  | 'goFirstJob'
  | 'orderJobs'
  | 'pauseJobs'
> {
  const { queue, jobs, most, touched } = context;
  const costs = jobCosts(context);
  /** The job, as the queue sees it. Throws `RequestError`. */
  const find = async (id: string) => {
    const found = (await queue.list()).find((job) => job.id === id);
    if (!found) throw notHere('job');
    return found;
  };
  const act = async (id: string, how: (id: string) => Promise<void>) => {
    await find(id);
    await how(id);
    touched();
    return done;
  };
  const list = async () => {
    let done = 0;
    const all = (await queue.list()).filter(({ state }) => state !== 'done' || done++ < mostDone);
    return {
      jobs: await Promise.all(all.map((job) => jobs.view(job))),
      damaged: jobs.damaged(),
      paused: await queue.paused(),
      most,
    };
  };
  return {
    async command({ body }) {
      const [known, commands] = [await context.catalogue(), [] as string[]];
      for (const [i, form] of body.forms.entries()) {
        const { kind, options } = await callOfForm(context, form);
        // None writes over what another one has written.
        const out = body.forms.length > 1 ? numbered(commandOut[kind], i + 1) : commandOut[kind];
        commands.push(commandFor(known, kind, { ...options, out }));
      }
      return { command: commands.join('\n') };
    },
    async estimate({ body }) {
      return costs.estimate(await callOfForm(context, body.form));
    },
    jobs: list,
    async putJobs({ body }) {
      // All are understood before one is put.
      const calls = [];
      for (const form of body.forms) calls.push({ form, ...(await callOfForm(context, form)) });
      const [put, others] = [[] as Job[], await queue.list()];
      const busy = others.filter(({ state }) => state === 'running' || state === 'waiting').length;
      const waits = (await queue.paused()) || busy + calls.length > most;
      for (const { form, ...call } of calls) {
        const { kind, options, title } = call;
        const job = await queue.put(kind, options, { form, ...(title !== undefined && { title }) });
        await costs.keep(job.id, call, waits);
        put.push(job);
      }
      if (body.first) await queue.goFirst(put[0]!.id);
      touched();
      return { jobs: await Promise.all(put.map((job) => jobs.view(job))) };
    },
    job: async ({ ids }) => jobs.view(await find(ids.id!)),
    async jobLog({ ids }) {
      await find(ids.id!);
      return readLog(context, ids.id!);
    },
    async jobPreview({ ids }) {
      await find(ids.id!);
      return { path: jobPaths(context.folder, ids.id!).preview };
    },
    async changeJob({ ids, body }) {
      const job = await find(ids.id!);
      if (job.state !== 'waiting' && job.state !== 'held') {
        throw begun();
      }
      if (job.run !== undefined && body.form) {
        throw new RequestError(409, 'this job goes on with a training, whose settings stay', [
          'Remove it, and go on with another number of steps.',
        ]);
      }
      const call = body.form && (await callOfForm(context, body.form));
      if (call && call.kind !== job.kind) throw new RequestError(400, `this is no form for "${job.kind}"`);
      const title = body.title ?? call?.title ?? job.title;
      // A job's request never changes: another one takes its place in the queue.
      const order = (await queue.list()).map(({ id }) => id);
      const changed = await queue.put(job.kind, call?.options ?? job.options, {
        form: body.form ?? job.form,
        ...(job.run !== undefined && { run: job.run }),
        ...(title !== undefined && { title }),
      });
      if (call) await costs.keep(changed.id, call, true);
      else await costs.copy(job.id, changed.id);
      if (job.state === 'held') await queue.cancel(changed.id);
      await queue.order(order.map((id) => (id === job.id ? changed.id : id)));
      if (!(await queue.remove(job.id))) {
        await queue.remove(changed.id);
        throw begun();
      }
      touched();
      return jobs.view(await find(changed.id));
    },
    async removeJob({ ids }) {
      const id = ids.id!;
      if (!jobs.damaged().some((job) => job.id === id)) await find(id);
      if (!(await queue.remove(id))) throw new RequestError(409, 'the job runs', ['Cancel it first.']);
      touched();
      return done;
    },
    cancelJob: ({ ids }) => act(ids.id!, (id) => queue.cancel(id)),
    goOnJob: ({ ids }) => act(ids.id!, (id) => queue.goOn(id)),
    goFirstJob: ({ ids }) => act(ids.id!, (id) => queue.goFirst(id)),
    async orderJobs({ body }) {
      await queue.order(body.jobs);
      touched();
      return done;
    },
    async pauseJobs({ body }) {
      await queue.pause(body.paused);
      touched();
      return done;
    },
  };
}

const begun = () => new RequestError(409, 'the job has been begun', ['Put another one.']);

/** A file name with a number: `video-2.mp4`. */
function numbered(name: string, number: number): string {
  const { name: stem, ext } = parse(name);
  return `${stem}-${number}${ext}`;
}

/** Bytes of a job's output that are shown. */
const shownBytes = 64 * 1024;

/** What a job said, and the end of what its process printed. */
export async function readLog(
  { folder, jobs }: Pick<StudioContext, 'folder' | 'jobs'>,
  id: string,
): Promise<z.output<typeof jobLogSchema>> {
  const remarks = [...(await jobs.remarks(id))];
  const file = await open(jobPaths(folder, id).log).catch(() => undefined);
  if (!file) return { remarks, printed: '' };
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - shownBytes);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return { remarks, printed: buffer.subarray(0, bytesRead).toString('utf8') };
  } finally {
    await file.close();
  }
}
