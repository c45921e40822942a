/**
 * @file Finds out what has changed in a studio's folder, whoever changed it, and tells the pages; and has the queue
 * begin what is next. The folder and the processes are asked again and again; what the system tells of changes only
 * makes that sooner.
 */
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { itemId } from './item-id.ts';
import type { StudioContext } from './studio-context.ts';

/** Milliseconds between two looks: while pages are open and jobs run, and else. */
const [busy, idle] = [500, 1000];

/** Watches a studio. */
export interface Watcher {
  /** Looks at once. */
  touch(): void;
  close(): void;
}

/** Watches until it is closed. Nothing it meets ends it. */
export function watchStudio(context: Omit<StudioContext, 'touched'>): Watcher {
  const { folder, hub, queue, jobs, bases, most } = context;
  const before = new Map<string, string>();
  let [closed, soon] = [false, false];
  let timer: NodeJS.Timeout | undefined;
  let first = true;

  /** Tells whether a value is another than the last time. */
  const isNew = (key: string, value: string) => {
    const was = before.get(key);
    before.set(key, value);
    return was !== value;
  };

  const lookAtJobs = async () => {
    const all = await queue.list();
    const running = all.filter(({ state }) => state === 'running').length;
    const waiting = all.filter(({ state }) => state === 'waiting').length;
    // A process that takes its time to begin holds nothing up.
    if (waiting > 0 && running < most) void queue.tick().then(touch, () => {});
    const ids = [...all, ...jobs.damaged()].map(({ id }) => id);
    if (isNew('jobs', `${await queue.paused()} ${ids.join()}`) && !first) {
      hub.send({ type: 'changed', what: 'jobs' });
    }
    for (const job of all) {
      const isOther = isNew(
        `job ${job.id}`,
        job.state === 'failed' ? `failed ${job.error.message}` : job.state,
      );
      if ((isOther && !first) || (job.state === 'running' && hub.size > 0)) {
        const view = await jobs.view(job);
        if (isOther) hub.send({ type: 'job', job: view });
        else if (view.progress && isNew(`progress ${job.id}`, JSON.stringify(view.progress))) {
          hub.send({ type: 'progress', job: job.id, progress: view.progress });
        }
      }
    }
    return running > 0;
  };

  const lookAtFolders = async () => {
    const models = (await bases.list()).map(({ id, bytes }) => `${id} ${bytes}`);
    if (isNew('bases', models.join()) && !first) hub.send({ type: 'changed', what: 'bases' });
    for (const what of ['videos', 'pictures', 'trash'] as const) {
      if (isNew(what, await timeOf(folder[what])) && !first) hub.send({ type: 'changed', what });
    }
    for (const what of ['motions', 'clips'] as const) {
      const names = await readdir(folder[what]).catch(() => []);
      if (isNew(what, names.join()) && !first) hub.send({ type: 'changed', what });
      for (const name of names) {
        const place = join(folder[what], name);
        const parts = what === 'motions' ? ['metrics.jsonl', 'samples', 'checkpoints', 'lock'] : [];
        const times = await Promise.all([place, ...parts.map((part) => join(place, part))].map(timeOf));
        if (isNew(`${what}/${name}`, times.join()) && !first) {
          hub.send({ type: 'changed', what, ...(what === 'motions' && { id: itemId(`motions/${name}`) }) });
        }
      }
    }
  };

  const look = async () => {
    if (closed) return;
    [soon, timer] = [false, undefined];
    let runs = false;
    try {
      runs = await lookAtJobs();
      await lookAtFolders();
      first = false;
    } catch {
      // Something was moved or removed at this moment: the next look finds how it is now.
    }
    if (!closed) timer = setTimeout(look, soon ? 20 : runs && hub.size > 0 ? busy : idle);
  };

  function touch(): void {
    if (soon || closed) return;
    soon = true;
    // A look that is going on sees `soon`, and is followed by another one at once.
    if (timer) {
      clearTimeout(timer);
      timer = setTimeout(look, 20);
    }
  }

  const watchers: FSWatcher[] = [];
  for (const path of [
    folder.motions,
    folder.videos,
    folder.clips,
    folder.pictures,
    folder.jobs,
    folder.trash,
  ]) {
    try {
      const watcher = watch(path, { persistent: false }, touch);
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
    } catch {
      // Too many are watched, or the disk cannot be: what changes is found by looking.
    }
  }
  void look();
  return {
    touch,
    close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** Time and size of what is at a path; empty where nothing is. */
function timeOf(path: string): Promise<string> {
  return stat(path).then(
    ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
    () => '',
  );
}
