/** @file Answers about videos and pictures. */
import { basename, extname, join } from 'node:path';
import type { z } from 'zod';
import { exists } from '../../checkpoints/exists.ts';
import { workFormSchema } from '../api/form-api.ts';
import { addressOf } from '../api/routes.ts';
import type { pageQuerySchema } from '../api/video-api.ts';
import type { Job } from '../jobs/job.ts';
import { commandFor } from './catalogue.ts';
import type { Copies } from './copies.ts';
import { clipOrVideo } from './form-options.ts';
import type { SomeHandlers } from './handlers.ts';
import { madeByOf } from './made-by.ts';
import { copyKind } from './motion-handlers.ts';
import { moveIn } from './move-in.ts';
import { notHere, problemOf, RequestError } from './request-error.ts';
import { freeName, safeName } from './safe-name.ts';
import type { ShelfItem } from './shelf.ts';
import type { StudioContext } from './studio-context.ts';
import { throwAway } from './trash.ts';
import { withUpload } from './uploads.ts';
import {
  findPicture,
  findVideo,
  jobOf,
  pictureItems,
  shownPicture,
  shownVideo,
  videoItems,
} from './video-shelf.ts';

const done = { done: true } as const;

/** See the file. */
export function videoHandlers(
  context: StudioContext,
  copies: Copies,
): SomeHandlers<
  | 'videos'
  | 'video'
  | 'videoFacts'
  | 'renameVideo'
  | 'deleteVideo'
  | 'videoFile'
  | 'downloadVideo'
  | 'madeBy'
  | 'pictures'
  | 'picture'
  | 'uploadPicture'
  | 'frameOfVideo'
  | 'renamePicture'
  | 'deletePicture'
  | 'pictureFile'
> {
  const { folder, titles, looks, limits, jobs, touched } = context;
  const rename = async (item: ShelfItem, title: string) => {
    await titles.set(item.place, title);
    touched();
    return done;
  };
  const remove = async (item: ShelfItem, title: string, kind: string) => {
    const job = jobOf(await jobs.byId(), item);
    const places = [item.place, ...(job ? [`jobs/${job.id}`] : []), ...besides(item)];
    const trash = await throwAway(folder, places, { title, kind });
    touched();
    return { trash, title };
  };
  const described = async (item: ShelfItem) => {
    const found = await looks.run('describe', { path: item.path }).catch((error: unknown) => error);
    if (found instanceof Error) return { problem: problemOf(found) };
    const { kind, ...facts } = found as Awaited<ReturnType<typeof looks.run<'describe'>>>;
    const { width, height, frameCount, framesPerSecond, lamp } = facts as Record<string, unknown>;
    const job = jobOf(await jobs.byId(), item);
    const madeBy = lamp
      ? await madeByOf(context, kind === 'picture', lamp as Record<string, unknown>, job)
      : undefined;
    return {
      width: width as number,
      height: height as number,
      ...(typeof frameCount === 'number' && { frames: frameCount }),
      ...(typeof framesPerSecond === 'number' && { framesPerSecond }),
      ...(madeBy && { madeBy }),
    };
  };
  /** Keeps a picture by a name; `title` is what it is called where the name does not say it. */
  const keepPicture = async (name: string, path: string, title?: string) => {
    const taken = (await pictureItems(context)).map(({ name }) => basename(name, extname(name)));
    const file = `${freeName(safeName(`${name}.x`).stem, taken)}.png`;
    await moveIn(path, join(folder.pictures, file));
    if (title !== undefined) await titles.set(`pictures/${file}`, title.slice(0, 200));
    touched();
    const found = (await pictureItems(context)).find((item) => item.name === file);
    return shownPicture(context, new Map(), found!);
  };
  return {
    async videos({ query }) {
      const [items, all] = [await videoItems(context), await jobs.byId()];
      const { some, count } = pageOf(items, query, (item) => shownVideo(context, all, item));
      copies.expect(items);
      return { videos: some, all: count };
    },
    async video({ ids }) {
      const item = await findVideo(context, ids.id!);
      const all = await jobs.byId();
      const job = jobOf(all, item);
      const clip = await editedClip(context, job);
      return {
        ...shownVideo(context, all, item),
        isEdit: job?.kind === 'edit',
        ...(clip !== undefined && { before: addressOf('videoFile', { id: item.id, form: 'before' }) }),
        ...(job && {
          command: commandFor(await context.catalogue(), job.kind, { ...job.options, out: item.name }),
        }),
      };
    },
    videoFacts: async ({ ids }) => described(await findVideo(context, ids.id!)),
    renameVideo: async ({ ids, body }) => rename(await findVideo(context, ids.id!), body.title),
    async deleteVideo({ ids }) {
      const item = await findVideo(context, ids.id!);
      return remove(item, shownVideo(context, await jobs.byId(), item).title, 'video');
    },
    async videoFile({ ids }) {
      const item = await findVideo(context, ids.id!);
      if (ids.form === 'plays') return { path: item.path };
      if (ids.form === 'before') {
        const clip = await editedClip(context, jobOf(await jobs.byId(), item));
        if (clip === undefined) throw notHere('clip that was edited');
        return { path: await copies.of(item, 'before', clip), lasting: true };
      }
      return { path: await copies.of(item, copyKind(ids.form)), lasting: true };
    },
    async downloadVideo({ ids, query }) {
      const item = await findVideo(context, ids.id!);
      const { title, format } = shownVideo(context, await jobs.byId(), item);
      const as = query.as ?? format;
      const path = as === format ? item.path : await copies.of(item, as);
      return { path, saveAs: `${safeName(`${title}.x`).stem}.${as}` };
    },
    async madeBy({ query, body }) {
      return withUpload(folder, body, limits, safeName(query.name), async ({ path }) => {
        const found = (await looks.run('describe', { path })) as unknown as Record<string, unknown>;
        if (!found.lamp) throw new RequestError(422, 'this file does not say that lamp made it');
        return madeByOf(context, found.kind === 'picture', found.lamp as Record<string, unknown>, undefined);
      });
    },
    async pictures({ query }) {
      const [items, all] = [await pictureItems(context), await jobs.byId()];
      const { some, count } = pageOf(items, query, (item) => shownPicture(context, all, item));
      return { pictures: some, all: count };
    },
    async picture({ ids }) {
      const item = await findPicture(context, ids.id!);
      const { frames: _, ...found } = { frames: 0, ...(await described(item)) };
      return { ...shownPicture(context, await jobs.byId(), item), ...found };
    },
    async uploadPicture({ query, body }) {
      if ((await pictureItems(context)).length >= limits.clips) {
        throw new RequestError(413, `there are ${limits.clips} pictures already`, ['Delete some of them.']);
      }
      const { stem, ending } = safeName(query.name);
      return withUpload(folder, body, limits, { stem, ending }, async ({ path }) => {
        const out = `${path}.png`;
        await looks.run('receivePicture', { path, out, limits });
        return keepPicture(stem, out);
      });
    },
    async frameOfVideo({ body }) {
      const item = await findVideo(context, body.video);
      const { title } = shownVideo(context, await jobs.byId(), item);
      const out = join(folder.uploads, `${item.id}-${body.frame}-${Date.now()}.png`);
      await looks.run('frame', { path: item.path, frame: body.frame, out });
      return keepPicture(`${title}-${body.frame}`, out, `${title}, frame ${body.frame + 1}`);
    },
    renamePicture: async ({ ids, body }) => rename(await findPicture(context, ids.id!), body.title),
    async deletePicture({ ids }) {
      const item = await findPicture(context, ids.id!);
      return remove(item, shownPicture(context, await jobs.byId(), item).title, 'picture');
    },
    async pictureFile({ ids }) {
      const item = await findPicture(context, ids.id!);
      if (ids.form === 'shows') return { path: item.path };
      if (ids.form !== 'small') throw new RequestError(404, 'there is nothing at this address');
      const path = (await exists(item.path)) ? await copies.of(item, 'small') : item.path;
      return { path, lasting: true };
    },
  };
}

/** A page of a list, of those that are sought, and how many these are. What is not on it is not worked out. */
function pageOf<Shown extends { readonly title: string; readonly prompt?: string | undefined }>(
  items: readonly ShelfItem[],
  { from, count, sought }: z.output<typeof pageQuerySchema>,
  show: (item: ShelfItem) => Shown,
): { some: Shown[]; count: number } {
  const words = sought?.trim().toLowerCase() ?? '';
  if (words === '') return { some: items.slice(from, from + count).map(show), count: items.length };
  const found = items.map(show).filter(({ title, prompt = '' }) => {
    return `${title} ${prompt}`.toLowerCase().includes(words);
  });
  return { some: found.slice(from, from + count), count: found.length };
}

/** The clip that a job edited, if it is still here. */
async function editedClip(context: StudioContext, job: Job | undefined): Promise<string | undefined> {
  const form = workFormSchema.safeParse(job?.form).data;
  if (form?.kind !== 'edit') return undefined;
  return clipOrVideo(context, form.clip).catch(() => undefined);
}

/** What lies beside a video and belongs to it: the intermediate results of an edit. */
function besides({ place }: ShelfItem): string[] {
  return place.startsWith('videos/') ? [place.replace(/\.[^.]+$/, '.edit')] : [];
}
