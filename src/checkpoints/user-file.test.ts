import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { MediaError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { assertUserFile, isThere, type Refuse, readUserFile, withUserFile } from './user-file.ts';

const at = await testFolder();
const refuse: Refuse = (reason, cause) => new MediaError(reason, { cause });
const onUnix = test.skipIf(process.platform === 'win32');

/** What is said of a file; it is looked at in both ways. */
async function complaint(path: string): Promise<string> {
  const errors = await Promise.all(
    [assertUserFile, readUserFile].map((read) => read(path, refuse).catch((error: unknown) => error)),
  );
  for (const error of errors) expect(error).toBeInstanceOf(MediaError);
  const [one, other] = errors as [Error, Error];
  expect(one.message).toBe(other.message);
  return one.message;
}

describe('in place of a file', () => {
  test('nothing', async () => {
    expect(await complaint(at('none'))).toBe('there is no such file. Check the path.');
    await writeFile(at('plain'), 'x');
    expect(await complaint(at('plain/none'))).toBe('there is no such file. Check the path.');
    expect(await complaint(at('null\0character'))).toMatch(/^its name holds a null character/);
    expect(await complaint(at('n'.repeat(300)))).toBe('its name is too long. Rename it.');
  });

  test('a folder', async () => {
    await mkdir(at('folder'));
    expect(await complaint(at('folder'))).toBe('it is a folder, not a file. Give a file.');
  });

  onUnix('links to nothing, and in a circle', async () => {
    await symlink('gone.mp4', at('dangling'));
    await symlink('circle-b', at('circle-a'));
    await symlink('circle-a', at('circle-b'));
    expect(await complaint(at('dangling'))).toBe(
      'it is a link to "gone.mp4", which is not there. Mend the link, or remove it.',
    );
    expect(await complaint(at('circle-a'))).toMatch(/^its symbolic links lead in a circle/);
    expect([await isThere(at('dangling')), await isThere(at('circle-a')), await isThere(at('none'))]).toEqual(
      [true, true, false],
    );
  });

  onUnix('pipes, sockets and devices, also through links: nothing is waited for', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await symlink(at('pipe'), at('link-to-pipe'));
    const server = createServer().listen(at('socket'));
    afterAll(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    for (const [path, kind] of [
      [at('pipe'), 'a pipe'],
      [at('link-to-pipe'), 'a pipe'],
      [at('socket'), 'a socket'],
      ['/dev/zero', 'a device'],
      ['/dev/null', 'a device'],
    ] as const) {
      expect(await complaint(path)).toBe(`it is ${kind}, not a file. Give a file.`);
    }
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'a file that may not be read',
    async () => {
      await writeFile(at('secret'), 'x');
      await chmod(at('secret'), 0);
      expect(await complaint(at('secret'))).toBe('permission denied. Change its permissions.');
    },
  );

  test.skipIf(process.platform !== 'linux')('a name that is no UTF-8', async () => {
    const name = Buffer.concat([Buffer.from(at('caf')), Buffer.from([0xe9])]);
    await writeFile(name, 'x');
    expect(await complaint(name.toString('utf8'))).toBe('its name is no UTF-8 text. Rename it.');
  });
});

test('a name with a line break is a name like any other', async () => {
  await writeFile(at('two\nlines'), 'content');
  expect(String(await readUserFile(at('two\nlines'), refuse))).toBe('content');
});

test('a file is read whole, up to the limit, also while it grows or shrinks', async () => {
  const path = at('list.txt');
  await writeFile(path, 'a'.repeat(100_000));
  expect(await readUserFile(path, refuse, 100_000)).toEqual(Buffer.alloc(100_000, 'a'));
  await expect(readUserFile(path, refuse, 99_999)).rejects.toThrow(
    'it has 100000 bytes; expected at most 99999. Check that it is the right one.',
  );
  await withUserFile(path, refuse, async (_, size) => {
    expect(size).toBe(100_000);
    await appendFile(path, 'b');
  });
  const grown = await readUserFile(path, refuse);
  expect([grown.length, grown.at(-1)]).toEqual([100_001, 'b'.charCodeAt(0)]);
  await truncate(path, 3);
  expect(String(await readUserFile(path, refuse))).toBe('aaa');
});

onUnix('a file of many gigabytes is refused before it is read', async () => {
  await writeFile(at('huge'), '');
  await truncate(at('huge'), 3 * 2 ** 30);
  expect(await readUserFile(at('huge'), refuse).catch((error: Error) => error.message)).toMatch(
    /^it has 3221225472 bytes; expected at most 2147483647\./,
  );
});

test("errors of whoever reads pass unchanged, those of the file system become the caller's", async () => {
  await writeFile(at('read'), 'x');
  const bug = new TypeError('a bug');
  await expect(withUserFile(at('read'), refuse, () => Promise.reject(bug))).rejects.toBe(bug);
  const failed = Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'read' });
  await expect(withUserFile(at('read'), refuse, () => Promise.reject(failed))).rejects.toThrow(
    new MediaError({ found: 'the disk reported an input/output error', advice: 'Check the disk.' }),
  );
});
