import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { StorageError } from '../errors.ts';
import { writeVideo } from '../media/video-file.ts';
import { assertFileTarget, assertVideoTarget } from '../media/video-target.ts';
import { testFolder } from '../testing/test-folder.ts';
import { openRunFolder } from '../training/run-folder.ts';
import { writeAtomically } from './atomic-write.ts';
import { makeFolder, placeToWrite } from './place-to-write.ts';

const at = await testFolder();
let count = 0;

/** A new folder with these links. */
async function links(of: Record<string, string>): Promise<(name: string) => string> {
  const folder = `set-${count++}`;
  await mkdir(at(folder));
  for (const [name, target] of Object.entries(of)) await symlink(target, at(`${folder}/${name}`));
  return (name) => at(`${folder}/${name}`);
}

const write = (path: string, text: string) => writeAtomically(path, (file) => file.writeFile(text));

describe('files', () => {
  test('a link is kept, and the file that it leads to is replaced or created', async () => {
    const path = await links({ one: 'two', two: 'sub/file', other: 'none' });
    await mkdir(path('sub'));
    await writeFile(path('sub/file'), 'old');
    await write(path('one'), 'new');
    expect(await readFile(path('sub/file'), 'utf8')).toBe('new');
    expect([await readlink(path('one')), await readlink(path('two'))]).toEqual(['two', 'sub/file']);
    await write(path('other'), 'made');
    expect(await readFile(path('none'), 'utf8')).toBe('made');
    expect(await readlink(path('other'))).toBe('none');
    expect((await readdir(path('.'))).sort()).toEqual(['none', 'one', 'other', 'sub', 'two']);
    expect(await readdir(path('sub'))).toEqual(['file']);
  });

  test('relative links are resolved from the folder they are in', async () => {
    const path = await links({ folder: 'deep/inside' });
    await mkdir(path('deep/inside'), { recursive: true });
    await symlink('../file', path('deep/inside/link'));
    await write(path('folder/link'), 'x');
    expect(await readFile(path('deep/file'), 'utf8')).toBe('x');
  });

  test('a link that is dangling, circular, or leads to something other than a file is refused and left alone', async () => {
    const path = await links({ gone: 'away/file', round: 'again', again: 'round', null: '/dev/null' });
    const advice = 'Mend the link, remove it, or choose another name.';
    for (const [name, message] of [
      ['gone', `is a link to "${path('away/file')}", whose folder is not there. ${advice}`],
      ['round', 'its symbolic links lead in a circle. Mend them, or choose another name.'],
      ['null', 'it leads to a device, not a file. Choose another name.'],
    ] as const) {
      for (const tried of [() => write(path(name), 'x'), () => assertFileTarget(path(name))]) {
        const error = await tried().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error, name).toBeInstanceOf(StorageError);
        expect((error as Error).message).toContain(`cannot write "${path(name)}": `);
        expect((error as Error).message).toContain(message);
      }
      expect((await lstat(path(name))).isSymbolicLink()).toBe(true);
    }
    expect((await readdir(path('.'))).sort()).toEqual(['again', 'gone', 'null', 'round']);
  });

  test('nothing is created below a dangling link', async () => {
    const path = await links({ gone: 'away' });
    for (const tried of [() => write(path('gone/a/b.txt'), 'x'), () => makeFolder(path('gone/a'))]) {
      await expect(tried()).rejects.toThrow(
        `"${path('gone')}" is a link to "away", which is not there. Mend the link, remove it, or choose another name.`,
      );
    }
  });

  test('a path without links is returned unchanged', async () => {
    expect(await placeToWrite(at('new/file'))).toBe(at('new/file'));
    expect(await placeToWrite('a')).toBe('a');
    execFileSync('mkfifo', [at('pipe')]);
    await expect(placeToWrite(at('pipe'))).rejects.toThrow('it is a pipe, not a file');
  });
});

describe('folders', () => {
  const frame = { width: 2, height: 2, data: new Uint8Array(12) };

  test('frames replace those of the folder that a link leads to, and the link stays', async () => {
    const path = await links({ frames: 'real', next: 'none' });
    await mkdir(path('real'));
    await writeFile(path('real/0007.png'), 'old');
    for (const name of ['frames/', 'next/']) {
      await assertVideoTarget(path(name), frame);
      await writeVideo(path(name), [frame], { framesPerSecond: 8 });
    }
    expect(await readdir(path('real'))).toEqual(['0000.png']);
    expect(await readdir(path('none'))).toEqual(['0000.png']);
    expect((await readdir(path('.'))).sort()).toEqual(['frames', 'next', 'none', 'real']);
    expect([await readlink(path('frames')), await readlink(path('next'))]).toEqual(['real', 'none']);
  });

  test("a run's folder may be a link to one that is there, or that can be made", async () => {
    const path = await links({ run: 'none', slash: 'other', gone: 'away/none' });
    await (await openRunFolder(path('run')))();
    await (await openRunFolder(path('slash/')))();
    expect((await readdir(path('.'))).sort()).toEqual(['gone', 'none', 'other', 'run', 'slash']);
    await expect(openRunFolder(path('gone'))).rejects.toThrow(/is a link to ".*", whose folder is not there/);
  });
});
