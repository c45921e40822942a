/**
 * @file Copies of videos and pictures for the page, made when they are first asked for, several by one process; what is
 * likely to be asked for next is made with them.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { exists } from '../../checkpoints/exists.ts';
import { makeFolders } from '../../checkpoints/make-folders.ts';
import { MediaError } from '../../errors.ts';
import { downloadFormats } from '../api/video-api.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { itemId } from './item-id.ts';
import type { CopyTask } from './look-media.ts';
import type { Looks } from './looks.ts';
import type { ShelfItem } from './shelf.ts';

/** Copies that one process makes, and processes at the same time. */
const [together, mostWorkers] = [12, 2];
/** Milliseconds that a process waits for what else is asked for, and between two looks whether a copy is there. */
const [moment, glance] = [10, 150];

const endings = {
  loop: 'webp',
  still: 'webp',
  small: 'webp',
  before: 'webm',
  mp4: 'mp4',
  webm: 'webm',
  gif: 'gif',
  png: 'png',
} as const satisfies Record<CopyTask['want'], string>;

/** What is copied. */
type Copied = Pick<ShelfItem, 'path' | 'place' | 'changed' | 'bytes'>;

const laterFirst = (a: Waiting, b: Waiting) => b.turn - a.turn;

/** Makes copies. */
export interface Copies {
  /**
   * The path of a copy, which is made if it is not there; `clip` is that of an edit, for `before`. Throws `MediaError`
   * if that fails.
   */
  of(item: Copied, want: CopyTask['want'], clip?: string): Promise<string>;
  /** Says which videos are listed, in their order: with the loop of one of them, those of the next ones are made. */
  expect(items: readonly Copied[]): void;
}

interface Waiting {
  readonly task: CopyTask;
  /** Who asked later has a larger one; below 0 for what nobody has asked for yet. */
  turn: number;
  readonly end: (why: string | undefined) => void;
}

/** The copies of a studio. */
export function copiesOf({ cache }: Pick<StudioFolder, 'cache'>, looks: Looks): Copies {
  const folder = join(cache, 'copies');
  const making = new Map<string, Promise<void>>();
  const waiting: Waiting[] = [];
  let [workers, turns] = [0, 0];
  let expected: readonly Copied[] = [];

  const placeOf = ({ place, changed, bytes }: Copied, want: CopyTask['want'], clip = '') =>
    join(folder, `${itemId(`${place} ${changed} ${bytes} ${clip}`)}-${want}.${endings[want]}`);
  const taskOf = (item: Copied, want: CopyTask['want'], clip: string | undefined): CopyTask => {
    const { path } = item;
    // What shows a loop shows a still picture of it, too.
    return want === 'loop' || want === 'still'
      ? { path, want: 'loop', out: placeOf(item, 'loop'), still: placeOf(item, 'still') }
      : { path, want, out: placeOf(item, want, clip), clip };
  };
  const begin = (task: CopyTask, turn: number): Promise<void> => {
    const there = waiting.find((each) => each.task.out === task.out);
    if (there) there.turn = Math.max(there.turn, turn);
    const begun = making.get(task.out) ?? make(task, turn).finally(() => making.delete(task.out));
    making.set(task.out, begun);
    return begun;
  };
  const make = async (task: CopyTask, turn: number) => {
    const why = await new Promise<string | undefined>((end) => waiting.push({ task, turn, end }));
    if (why === undefined) return;
    await rm(task.out, { force: true });
    const format = downloadFormats.find((each) => each === task.want);
    throw new MediaError({ found: `no ${format ?? 'copy for playing'} can be made: ${why}` });
  };
  /** Who asked last is still looking. */
  const latest = (most: number) => waiting.sort(laterFirst).splice(0, most);
  const work = async () => {
    // What is asked for at the same moment is made by the same process.
    await pause(moment);
    while (waiting.length > 0) {
      const first = latest(together);
      await beginNext(first);
      const some = [...first, ...latest(together - first.length)].sort(laterFirst);
      const ends = await looks.run('copies', { tasks: some.map(({ task }) => task) }).catch(async (error) => {
        // One of them may be the reason: each on its own.
        if (some.length === 1) return [String(error instanceof Error ? error.message : error)];
        const each = (task: CopyTask) => looks.run('copies', { tasks: [task] }).catch((why) => [String(why)]);
        return (await Promise.all(some.map(({ task }) => each(task)))).flat();
      });
      for (const [i, { end }] of some.entries()) end(ends[i]);
    }
    workers--;
  };
  /** Begins the loops that follow in the list, as many as a process still takes. */
  const beginNext = async (asked: readonly Waiting[]) => {
    const paths = asked.flatMap(({ task }) => (task.want === 'loop' ? [task.path] : []));
    const last = expected.findLastIndex(({ path }) => paths.includes(path));
    if (last < 0) return;
    const next: CopyTask[] = [];
    for (const item of expected.slice(last + 1, last + together)) {
      const task = taskOf(item, 'loop', undefined);
      if (!making.has(task.out) && !(await exists(task.out))) next.push(task);
    }
    const room = Math.max(0, together - asked.length - waiting.length);
    for (const [i, task] of next.slice(0, room).entries()) void begin(task, -1 - i).catch(() => {});
  };
  return {
    async of(item, want, clip) {
      const turn = turns++;
      const out = placeOf(item, want, clip);
      if (await exists(out)) return out;
      await makeFolders(folder);
      const begun = begin(taskOf(item, want, clip), turn);
      if (workers < mostWorkers) {
        workers++;
        void work();
      }
      // It is there before the others that are made with it.
      const over = new AbortController();
      await Promise.race([begun.finally(() => over.abort()), appears(out, over.signal)]);
      return out;
    },
    expect(items) {
      expected = items;
    },
  };
}

/** Waits until there is a file; forever, where that is no longer of interest. */
async function appears(path: string, signal: AbortSignal): Promise<void> {
  while (!(await exists(path))) {
    if (signal.aborted) return new Promise(() => {});
    await pause(glance);
  }
}
