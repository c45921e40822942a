import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const source = fileURLToPath(new URL('..', import.meta.url));
const page = fileURLToPath(new URL('../../docs/architecture.md', import.meta.url));

/** The rooms as docs/architecture.md lists them. */
async function listedRooms(): Promise<string[]> {
  const table = (await readFile(page, 'utf8')).split('\n## ')[0]!;
  return [...table.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, room]) => room!);
}

/** The room that a path relative to `src/` is in; `undefined` for files beside the rooms. */
function roomOf(path: string): string | undefined {
  const [room, ...rest] = path.split(sep);
  return rest.length > 0 ? room : undefined;
}

test('every room is listed in docs/architecture.md', async () => {
  const entries = await readdir(source, { withFileTypes: true });
  const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect((await listedRooms()).sort()).toEqual(rooms.sort());
});

test('imports go upward in that list only; tests may use what they need', async () => {
  const rooms = await listedRooms();
  const files = (await readdir(source, { recursive: true })).filter((name) =>
    /(?<!\.test|\.slow)\.ts$/.test(name),
  );
  const downward: string[] = [];
  for (const file of files) {
    const from = roomOf(file);
    if (from === undefined) continue;
    const text = await readFile(join(source, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const to = roomOf(relative(source, join(source, dirname(file), path!)));
      if (to !== undefined && rooms.indexOf(to) > rooms.indexOf(from))
        downward.push(`${file} imports ${path}`);
    }
  }
  expect(downward).toEqual([]);
});
