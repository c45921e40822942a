import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { StorageError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { lockFolder, lockOwner } from './run-lock.ts';

const at = await testFolder();
const folder = async (name: string) => {
  await mkdir(at(name));
  return at(name);
};

test('only one holds a folder, and giving it back frees it', async () => {
  const here = await folder('one');
  const unlock = await lockFolder(here);
  await expect(lockFolder(here)).rejects.toThrow(StorageError);
  await expect(lockFolder(here)).rejects.toThrow(`process ${process.pid} is using this folder`);
  await unlock();
  expect(await readdir(here)).toEqual([]);
  await (await lockFolder(here))();
});

test('takes over the lock of a dead process, of a new process of its number, and a damaged one', async () => {
  const here = await folder('stale');
  const dead = { pid: 2 ** 22 + 1, host: hostname(), born: null };
  const reborn = { pid: process.pid, host: hostname(), born: 'another boot 1' };
  for (const text of [
    JSON.stringify(dead),
    ...(process.platform === 'linux' ? [JSON.stringify(reborn)] : []),
    '',
  ]) {
    await writeFile(join(here, 'lock'), text);
    const unlock = await lockFolder(here);
    expect(JSON.parse(await readFile(join(here, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    expect(await readdir(here)).toEqual(['lock']);
    await unlock();
  }
});

test.runIf(process.platform === 'linux')('takes over the lock of one that nobody has buried', async () => {
  const here = await folder('unburied');
  // A process whose parent never asks what has become of it, once that has taken the place of its shell.
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(String(line));
    const program = () => readFile(`/proc/${parent.pid}/comm`, 'utf8');
    while ((await program()).trim() !== 'sleep') await pause(10);
    process.kill(pid, 'SIGKILL');
    const stat = async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
    while ((await stat())[0] !== 'Z') await pause(10);
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const born = `${boot} ${(await stat())[19]}`;
    await writeFile(join(here, 'lock'), JSON.stringify({ pid, host: hostname(), born }));
    expect(await lockOwner(here)).toBeUndefined();
    await (await lockFolder(here))();
  } finally {
    parent.kill('SIGKILL');
  }
});

test('of a process on another computer nothing is known', async () => {
  const here = await folder('elsewhere');
  await writeFile(join(here, 'lock'), JSON.stringify({ pid: 1, host: 'other', born: null }));
  await expect(lockFolder(here)).rejects.toThrow(/process 1 on "other".*remove ".*lock"/);
});

test('of many at once exactly one gets it', async () => {
  const here = await folder('race');
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(here)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
