/** @file Answers about clips: bringing them, captions, and the frames that a training will see. */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../../checkpoints/exists.ts';
import { makeFolders } from '../../checkpoints/make-folders.ts';
import { isListOfCaptions, isOwnCaption } from '../../media/caption-files.ts';
import { areNumberedPictures, clipKindOfName } from '../../media/clip-names.ts';
import type { LookTraining } from '../api/clip-api.ts';
import {
  clipSets,
  findClipSetOf,
  findClipsOf,
  placesOfClip,
  setCaption,
  shownClip,
  shownSet,
} from './clip-shelf.ts';
import { stateFile } from './form-options.ts';
import type { SomeHandlers } from './handlers.ts';
import { itemId } from './item-id.ts';
import type { SeeingTraining } from './look-clips.ts';
import { moveIn } from './move-in.ts';
import { notHere, RequestError } from './request-error.ts';
import { freeName, safeName } from './safe-name.ts';
import type { StudioContext } from './studio-context.ts';
import { throwAway } from './trash.ts';
import { withUpload } from './uploads.ts';

const done = { done: true } as const;
/** Most bytes of a file of captions. */
const mostCaptions = 2 ** 20;

/** See the file. */
export function clipHandlers(
  context: StudioContext,
): SomeHandlers<
  | 'clipSets'
  | 'newClipSet'
  | 'renameClipSet'
  | 'deleteClipSet'
  | 'uploadClip'
  | 'deleteClip'
  | 'captions'
  | 'lookAtClips'
  | 'look'
> {
  const { folder, titles, looks, limits, touched, catalogue } = context;
  const pictures = join(folder.cache, 'looks');
  return {
    clipSets: async () => ({ sets: (await clipSets(context)).map(shownSet) }),
    async newClipSet({ body }) {
      const { stem } = safeName(`${body.title}.x`);
      const name = freeName(stem, await readdir(folder.clips).catch(() => []));
      const path = join(folder.clips, name);
      await makeFolders(path);
      await titles.set(`clips/${name}`, body.title);
      touched();
      return shownSet(await findClipSetOf(context, itemId(`clips/${name}`)));
    },
    async renameClipSet({ ids, body }) {
      const set = await findClipSetOf(context, ids.id!);
      if (set.place === 'clips') throw new RequestError(409, 'loose clips have no name of their own');
      await titles.set(set.place, body.title);
      touched();
      return shownSet({ ...set, title: body.title });
    },
    async deleteClipSet({ ids }) {
      const set = await findClipSetOf(context, ids.id!);
      const { title } = set;
      const places = set.place === 'clips' ? set.clips.flatMap(placesOfClip) : [set.place];
      const trash = await throwAway(folder, places, { title, kind: 'clips' });
      touched();
      return { trash, title };
    },
    async uploadClip({ ids, query, body }) {
      const set = await findClipSetOf(context, ids.id!);
      if (set.clips.length >= limits.clips) {
        throw new RequestError(413, `the set has ${limits.clips} clips already`, ['Make another one.']);
      }
      const { stem, ending } = safeName(query.name);
      if (isCaptions(`${stem}${ending}`)) {
        const most = { bytes: mostCaptions };
        await withUpload(folder, body, most, { stem, ending }, ({ path }) =>
          rename(path, join(set.path, `${stem}${ending}`)),
        );
        touched();
        return { set: set.id };
      }
      const inFolder = query.folder === undefined ? undefined : safeName(`${query.folder}.x`).stem;
      const isPicture = areNumberedPictures([`${stem}${ending}`]);
      if (inFolder !== undefined ? !isPicture : clipKindOfName(`x${ending}`) === undefined) {
        throw new RequestError(422, `"${ending}" is no ending of a clip`, [
          'Use MP4, MOV, WebM, MKV, GIF, animated WebP, or folders of numbered pictures.',
        ]);
      }
      return withUpload(folder, body, limits, { stem, ending }, async ({ path }) => {
        const place = inFolder === undefined ? set.path : join(set.path, inFolder);
        if (inFolder === undefined) await looks.run('receiveClip', { path, limits });
        else {
          const out = `${path}.png`;
          try {
            await looks.run('receivePicture', { path, out, limits });
          } finally {
            await rm(out, { force: true });
          }
          await makeFolders(place);
        }
        const names = await readdir(place);
        const stems = names.map((name) => name.replace(/\.[^.]*$/, ''));
        const name = `${inFolder === undefined ? freeName(stem, stems) : stem}${ending}`;
        await moveIn(path, join(place, name));
        touched();
        const item = inFolder === undefined ? name : inFolder;
        const clip = (await findClipSetOf(context, set.id)).clips.find((each) => each.name === item);
        return { set: set.id, ...(clip && { clip: shownClip(clip) }) };
      });
    },
    async deleteClip({ ids }) {
      const [clip] = await findClipsOf(context, [ids.id!]);
      const title = clip!.name;
      const trash = await throwAway(folder, placesOfClip(clip!), { title, kind: 'clip' });
      touched();
      return { trash, title };
    },
    async captions({ body }) {
      const clips = await findClipsOf(
        context,
        body.captions.map(({ clip }) => clip),
      );
      for (const [i, clip] of clips.entries()) await setCaption(clip, body.captions[i]!.caption);
      touched();
      return done;
    },
    async lookAtClips({ body }) {
      const known = (await catalogue()).settings.look.map(({ name }) => name);
      const allowed = ['frames', 'width', 'height', 'clipFps', 'stride', 'window', 'fit'];
      const strange = Object.keys(body.settings).find(
        (name) => !known.includes(name) || !allowed.includes(name),
      );
      if (strange !== undefined)
        throw new RequestError(400, `"${strange}" is no setting of looking at clips`);
      const clips = await findClipsOf(context, body.clips);
      const training = body.training && (await trainingOf(context, body.training));
      return looks.run('clips', {
        ...(training && { training }),
        clips: clips.map(({ id, item }) => ({
          id,
          path: item.path,
          key: `${item.place} ${item.changed} ${item.bytes}`,
        })),
        settings: {
          ...body.settings,
          ...(body.parts && {
            clipParts: Object.fromEntries(
              clips.flatMap(({ id, item }) => (body.parts![id] ? [[item.path, body.parts![id]]] : [])),
            ),
          }),
        },
        folder: pictures,
        address: '/api/looks',
      });
    },
    async look({ ids }) {
      const ending = { strip: 'strip.png', loop: 'loop.webp' }[ids.form!];
      const path = join(pictures, `${ids.id}.${ending}`);
      if (ending === undefined || !(await exists(path))) throw notHere('picture of a clip');
      return { path, lasting: true };
    },
  };
}

/** The training that will see the clips, with paths. Throws `RequestError` for what is not there. */
async function trainingOf(
  context: StudioContext,
  { base, preset, startFrom }: LookTraining,
): Promise<SeeingTraining> {
  const found = base === undefined ? { path: 'built-in' } : await context.bases.find(base);
  return {
    ...(found.path !== undefined && { base: found.path }),
    ...(preset !== undefined && { preset }),
    ...(startFrom && { startFrom: await stateFile(context, startFrom) }),
  };
}

/** Whether a file of this name holds captions. */
function isCaptions(name: string): boolean {
  return isOwnCaption(name) || isListOfCaptions(name);
}
