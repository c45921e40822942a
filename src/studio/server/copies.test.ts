import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { testFolder } from '../../testing/test-folder.ts';
import { copiesOf } from './copies.ts';
import type { CopyTask } from './look-media.ts';
import type { Looks } from './looks.ts';

const at = await testFolder();
const items = Array.from({ length: 40 }, (_, i) => ({
  ...{ path: at(`${i}.mp4`), place: `videos/${i}.mp4`, changed: 1, bytes: 1 },
}));

/** Copies that are written at once, and what each process was given to do. */
function openCopies(cache: string) {
  const processes: (readonly CopyTask[])[] = [];
  const run = async (_: string, { tasks }: { tasks: readonly CopyTask[] }) => {
    processes.push(tasks);
    for (const { path, out, still } of tasks) {
      if (basename(path) === '39.mp4') throw new Error('crashed');
      for (const each of [out, still]) if (each !== undefined) await writeFile(each, '');
    }
    return tasks.map(() => undefined);
  };
  const looks = { run, close() {} } as unknown as Looks;
  const names = () => processes.map((tasks) => tasks.map(({ path }) => basename(path, '.mp4')).join(' '));
  return { copies: copiesOf({ cache: at(cache) }, looks), names };
}

test('a loop and its still picture are one copy, and those that follow in the list are made by the same process', async () => {
  const { copies, names } = openCopies('one');
  copies.expect(items);
  const [loop, still] = await Promise.all([copies.of(items[3]!, 'loop'), copies.of(items[3]!, 'still')]);
  expect([loop, still].map((path) => path.split('-').at(-1))).toEqual(['loop.webp', 'still.webp']);
  expect(names()).toEqual(['3 4 5 6 7 8 9 10 11 12 13 14']);
  await copies.of(items[9]!, 'loop');
  expect(names()).toHaveLength(1);
  await copies.of(items[20]!, 'mp4');
  expect(names().slice(1)).toEqual(['20']);
});

test('who asked last is served first, at most twelve by a process, and each once', async () => {
  const { copies, names } = openCopies('other');
  await Promise.all(items.slice(0, 30).map((item) => copies.of(item, 'small')));
  const made = names().map((each) => each.split(' ').map(Number));
  for (const some of made) {
    expect(some.length).toBeLessThanOrEqual(12);
    expect(some).toEqual([...some].sort((a, b) => b - a));
  }
  expect(made.flat().sort((a, b) => a - b)).toEqual(items.slice(0, 30).map((_, i) => i));
});

test('one that cannot be made does not keep the others from being made', async () => {
  const { copies } = openCopies('failing');
  const [good, bad] = await Promise.allSettled([copies.of(items[1]!, 'loop'), copies.of(items[39]!, 'loop')]);
  expect(good.status).toBe('fulfilled');
  expect(bad).toMatchObject({ reason: { message: expect.stringContaining('crashed') } });
});
