/** @file Answers about motions and their training. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { exists } from '../../checkpoints/exists.ts';
import { LampError } from '../../errors.ts';
import { controlTraining } from '../../library/control-training.ts';
import { wordParts } from '../../phrases.ts';
import { lockOwner } from '../../training/run-lock.ts';
import { runPaths } from '../../training/run-paths.ts';
import type { Copies } from './copies.ts';
import type { SomeHandlers } from './handlers.ts';
import { readLog } from './job-handlers.ts';
import { metricsReader } from './metrics-columns.ts';
import {
  assertMayEnd,
  checkpointsOf,
  findMotion,
  leftoversOf,
  type MotionItem,
  motionDetail,
  motionFile,
  motionItems,
  partOfRun,
  sampleFiles,
  shownMotion,
} from './motion-shelf.ts';
import { moveIn } from './move-in.ts';
import { pageVocabulary } from './page-vocabulary.ts';
import { RequestError } from './request-error.ts';
import { resumesAfter } from './run-pace.ts';
import { freeName, safeName } from './safe-name.ts';
import { bytesIn } from './shelf.ts';
import type { StudioContext } from './studio-context.ts';
import { throwAway } from './trash.ts';
import { withUpload } from './uploads.ts';

const done = { done: true } as const;

/** See the file. */
export function motionHandlers(
  context: StudioContext,
  copies: Copies,
): SomeHandlers<
  | 'motions'
  | 'motion'
  | 'metrics'
  | 'motionLog'
  | 'renameMotion'
  | 'deleteMotion'
  | 'exportMotion'
  | 'importMotion'
  | 'tidyMotions'
  | 'stopTraining'
  | 'goOnTraining'
  | 'rollBackTraining'
  | 'wishOfTraining'
  | 'sampleFile'
  | 'checkpointFile'
> {
  const { folder, titles, queue, looks, touched } = context;
  const metrics = metricsReader();
  const find = (id: string | undefined) => findMotion(context, id!);
  const assertResting = async ({ item, job }: MotionItem) => {
    if (job?.state === 'running' || (await lockOwner(item.path)) !== undefined) {
      throw beingLearned();
    }
  };
  return {
    async motions() {
      const items = await motionItems(context);
      return { motions: await Promise.all(items.map((each) => shownMotion(context, each))) };
    },
    motion: async ({ ids }) => motionDetail(context, await find(ids.id)),
    async metrics({ ids, query }) {
      const { item } = await find(ids.id);
      return metrics.after(item.path, query.from, await resumesAfter(item.path));
    },
    async motionLog({ ids }) {
      const { job } = await find(ids.id);
      return job ? readLog(context, job.id) : { remarks: [], printed: '' };
    },
    async renameMotion({ ids, body }) {
      const found = await find(ids.id);
      await titles.set(found.item.place, body.title);
      touched();
      return shownMotion(context, found);
    },
    async deleteMotion({ ids }) {
      const found = await find(ids.id);
      await assertResting(found);
      const { title } = await shownMotion(context, found);
      const places = [found.item.place, ...(found.job ? [`jobs/${found.job.id}`] : [])];
      const trash = await throwAway(folder, places, { title, kind: 'motion' });
      touched();
      return { trash, title };
    },
    async exportMotion({ ids }) {
      const found = await find(ids.id);
      const { title } = await shownMotion(context, found);
      return { path: await motionFile(found), saveAs: `${safeName(`${title}.x`).stem}.safetensors` };
    },
    async importMotion({ query, body }) {
      const { stem, ending } = safeName(query.name);
      const { base, otherBase, name: _, title, ...facts } = query;
      const known = base === undefined ? ['.safetensors'] : ['.safetensors', '.bin', '.pt', '.pth'];
      if (!known.includes(ending)) {
        throw new RequestError(422, `"${ending}" is no ending of a motion file`, [
          'Choose a .safetensors file that lamp wrote.',
          "Of the authors' U-Net, choose diffusion_pytorch_model.bin, and say on which base it was trained.",
        ]);
      }
      const from = base === undefined ? undefined : await context.bases.find(base);
      if (from && from.path === undefined) {
        throw new RequestError(409, 'the base has not been downloaded', ['Make something with it first.']);
      }
      const most = from ? { bytes: context.limits.checkpointBytes } : context.limits;
      return withUpload(folder, body, most, { stem, ending }, async ({ path }) => {
        const file = from ? `${path}.motion.safetensors` : path;
        try {
          if (from) {
            const options = { ...facts, ...(otherBase && { otherBase: true }) };
            await looks.run('convert', { path, out: file, base: from.path!, options });
          } else {
            const found = await looks.run('describe', { path }).catch((error: unknown) => error as Error);
            if (!('kind' in found) || found.kind !== 'motion') throw noMotion(found);
          }
          const taken = (await motionItems(context)).map(({ item }) =>
            item.name.replace(/\.safetensors$/, ''),
          );
          const name = `${freeName(stem, taken)}.safetensors`;
          await moveIn(file, join(folder.motions, name));
          if (title !== undefined) await titles.set(`motions/${name}`, title);
          touched();
          const [motion] = (await motionItems(context)).filter(({ item }) => item.name === name);
          return shownMotion(context, motion!);
        } finally {
          await rm(file, { force: true });
        }
      });
    },
    async tidyMotions({ body }) {
      let freed = 0;
      for (const id of body.motions) {
        const found = await find(id);
        await assertResting(found);
        if ((await shownMotion(context, found)).state !== 'done') {
          throw new RequestError(409, 'its training is not complete', ['Tidy it up when it is.']);
        }
        for (const path of leftoversOf(found)) {
          freed += await bytesIn(path);
          await rm(path, { recursive: true, force: true });
        }
      }
      touched();
      return { freed };
    },
    async stopTraining({ ids }) {
      const { item, job } = await find(ids.id);
      if (job) await queue.cancel(job.id);
      else {
        const owner = await lockOwner(item.path);
        if (owner === undefined) throw new RequestError(409, 'nothing is learning it');
        process.kill(owner, 'SIGTERM');
      }
      touched();
      return done;
    },
    async goOnTraining({ ids, body }) {
      const found = await find(ids.id);
      await assertResting(found);
      const { item, kind, job } = found;
      if (kind === 'file') throw new RequestError(409, 'a motion file has no training to go on with');
      await assertMayEnd(item, body.steps);
      const id = job && body.steps === undefined && job.state !== 'done' ? job.id : undefined;
      if (id !== undefined) {
        await queue.goOn(id);
      } else {
        const { title } = await shownMotion(context, found);
        const options = body.steps === undefined ? {} : { steps: body.steps };
        // The new job takes the place of the old one: one job a run, one result a job.
        if (job && !(await queue.remove(job.id))) throw beingLearned();
        await queue.put('learn', options, { run: item.name, title });
      }
      touched();
      const jobs = await context.jobs.all();
      const now = jobs.find((each) => (each.run ?? each.id) === item.name)!;
      return context.jobs.view(now);
    },
    async rollBackTraining({ ids, body }) {
      const found = await find(ids.id);
      await assertResting(found);
      const { item } = found;
      const checkpoints = await checkpointsOf(item);
      const chosen = checkpoints.find(({ id }) => id === body.checkpoint);
      if (!chosen) throw new RequestError(404, 'there is no such checkpoint');
      const later: string[] = [];
      for (const { id, step } of checkpoints) {
        if (step > chosen.step) later.push((await partOfRun(found, 'checkpoints', id)).place);
      }
      for (const { place, step } of await sampleFiles(item)) if (step > chosen.step) later.push(place);
      const { title } = await shownMotion(context, found);
      const name = `${title}, the steps after ${chosen.step}`;
      const motion = `${item.place}/motion.safetensors`;
      const trash = await throwAway(folder, [...later, motion], { title: name, kind: 'steps' });
      touched();
      return { trash, title: name };
    },
    async wishOfTraining({ ids, body: { pause = false, sampleNow = false, samplePrompt } }) {
      const found = await find(ids.id);
      const { item, kind, job } = found;
      if (kind === 'file') throw new RequestError(409, 'a motion file has no training');
      const { state } = await shownMotion(context, found);
      if (state === 'damaged' || state === 'done') {
        throw new RequestError(409, `its training is ${state === 'done' ? 'complete' : state}`, [
          'Make a video with it, or go on with it for more steps.',
        ]);
      }
      const hasBegun = await exists(runPaths(item.path).record);
      if (sampleNow || samplePrompt !== undefined || state === 'learning') {
        if (!hasBegun)
          throw new RequestError(409, 'its training has not begun yet', ['Try again in a moment.']);
        const stop = pause && state === 'learning';
        const prompt = samplePrompt === undefined ? {} : { addSamplePrompt: samplePrompt };
        await controlTraining({ run: item.path, sampleNow, ...prompt, stop });
      }
      // What waits is not begun.
      if (pause && job && state === 'waiting') await queue.cancel(job.id);
      touched();
      return done;
    },
    async sampleFile({ ids }) {
      const sample = await partOfRun(await find(ids.id), 'samples', ids.sample!);
      if (ids.form === 'plays') return { path: sample.path };
      return { path: await copies.of(sample, copyKind(ids.form)), lasting: true };
    },
    async checkpointFile({ ids }) {
      const found = await partOfRun(await find(ids.id), 'checkpoints', ids.checkpoint!);
      return { path: found.path, saveAs: found.name };
    },
  };
}

const beingLearned = () => new RequestError(409, 'its training is running', ['Stop it first.']);

/** The error for what is no motion file: an error of reading it, or what it is. */
function noMotion(found: object): RequestError {
  const why = found instanceof LampError ? wordParts(found, pageVocabulary).found : 'it is something else';
  return new RequestError(422, `this file is no motion that lamp wrote: ${why}`, [
    "If it is the authors' U-Net, say on which base it was trained, and what its clips show.",
  ]);
}

/** The kind of a copy that an address asks for. */
export function copyKind(form: string | undefined): 'webm' | 'loop' | 'still' {
  if (form === 'webm' || form === 'loop' || form === 'still') return form;
  throw new RequestError(404, 'there is nothing at this address');
}
