/** @file Copies of videos and pictures for the page, made when they are first asked for, several by one process. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../../checkpoints/exists.ts';
import { makeFolders } from '../../checkpoints/make-folders.ts';
import { MediaError } from '../../errors.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { itemId } from './item-id.ts';
import type { CopyTask } from './look-media.ts';
import type { Looks } from './looks.ts';
import type { ShelfItem } from './shelf.ts';

/** Copies that one process makes. */
const together = 12;

const endings = {
  loop: 'webp',
  still: 'png',
  small: 'png',
  before: 'webm',
  mp4: 'mp4',
  webm: 'webm',
  gif: 'gif',
  png: 'png',
} as const satisfies Record<CopyTask['want'], string>;

/** Makes copies. */
export interface Copies {
  /**
   * The path of a copy, which is made if it is not there; `clip` is that of an edit, for `before`. Throws `MediaError`
   * if that fails.
   */
  of(
    item: Pick<ShelfItem, 'path' | 'place' | 'changed' | 'bytes'>,
    want: CopyTask['want'],
    clip?: string,
  ): Promise<string>;
}

/** The copies of a studio. */
export function copiesOf({ cache }: Pick<StudioFolder, 'cache'>, looks: Looks): Copies {
  const folder = join(cache, 'copies');
  const making = new Map<string, Promise<string>>();
  const waiting: { task: CopyTask; end: (why: string | undefined) => void }[] = [];
  let scheduled = false;
  const work = async () => {
    scheduled = false;
    while (waiting.length > 0) {
      const some = waiting.splice(0, together);
      const ends = await looks.run('copies', { tasks: some.map(({ task }) => task) }).catch(async (error) => {
        // One of them may be the reason: each on its own.
        if (some.length === 1) return [String(error instanceof Error ? error.message : error)];
        const each = (task: CopyTask) => looks.run('copies', { tasks: [task] }).catch((why) => [String(why)]);
        return (await Promise.all(some.map(({ task }) => each(task)))).flat();
      });
      for (const [i, { end }] of some.entries()) end(ends[i]);
    }
  };
  const make = async (task: CopyTask) => {
    await makeFolders(folder);
    const why = await new Promise<string | undefined>((end) => {
      waiting.push({ task, end });
      if (!scheduled) setImmediate(work);
      scheduled = true;
    });
    if (why === undefined) return task.out;
    await rm(task.out, { force: true });
    throw new MediaError({ found: `no copy for playing can be made: ${why}` });
  };
  return {
    async of({ path, place, changed, bytes }, want, clip) {
      const name = `${itemId(`${place} ${changed} ${bytes}`)}-${want}.${endings[want]}`;
      const out = join(folder, name);
      if (await exists(out)) return out;
      const begun = making.get(out) ?? make({ path, out, want, clip }).finally(() => making.delete(out));
      making.set(out, begun);
      return begun;
    },
  };
}
