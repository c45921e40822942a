/** @file A lock file that keeps two processes from working in one folder. */

import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { asStorageError } from '../checkpoints/atomic-write.ts';
import { type Refuse, readUserFile } from '../checkpoints/user-file.ts';
import { StorageError } from '../errors.ts';
import { introduced } from '../phrases.ts';

/** Name of the lock file in the run's folder. */
export const LOCK_NAME = 'lock';

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process in the system's units, which tells it apart from a later process with the same id. */
  readonly born: string | null;
}

/**
 * Locks the folder for this process and returns a function that releases it. The lock of a process that no longer runs
 * is taken over. Throws `StorageError` if another process holds the lock.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_NAME);
  const mark = randomBytes(8).toString('hex');
  // Written to a temporary file and then linked into place: the lock appears complete or not at all, and never replaces
  // another.
  const temporary = `${path}.tmp-${mark}`;
  const mine: Owner = { pid: process.pid, host: hostname(), born: await birthOf(process.pid) };
  try {
    await writeFile(temporary, JSON.stringify(mine));
    for (let attempt = 0; ; attempt++) {
      try {
        await link(temporary, path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
        await removeStale(path, mark);
      }
    }
  } catch (error) {
    throw asStorageError(error, path);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
  return () => rm(path, { force: true });
}

/** The id of the living process of this machine that has locked the folder; `undefined` where there is none. */
export async function lockOwner(folder: string): Promise<number | undefined> {
  const text = await readLock(join(folder, LOCK_NAME)).catch(() => '');
  try {
    const owner = JSON.parse(text) as Owner;
    return owner.host === hostname() && (await isAlive(owner)) ? owner.pid : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the lock if its owner no longer runs; throws `StorageError` if it does. */
async function removeStale(path: string, mark: string): Promise<void> {
  const text = await readLock(path).catch(() => '');
  await assertDead(text, path);
  // Another process may have taken over the lock between reading and removing it, so what was moved aside is checked
  // again.
  const aside = `${path}.tmp-${mark.split('').reverse().join('')}`;
  await rename(path, aside).catch(() => {});
  const moved = await readLock(aside).catch(() => text);
  if (moved !== text) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** Upper bound of a lock file's size. */
const MOST_LOCK_BYTES = 4096;

async function readLock(path: string): Promise<string> {
  const refuse: Refuse = (reason) => new StorageError(introduced(`cannot read "${path}": `, reason));
  return (await readUserFile(path, refuse, MOST_LOCK_BYTES)).toString('utf8');
}

async function assertDead(text: string, path: string): Promise<void> {
  let owner: Owner;
  try {
    owner = JSON.parse(text) as Owner;
  } catch {
    return;
  }
  const advice = `If nothing runs there, remove "${path}".`;
  if (owner.host !== hostname()) {
    throw new StorageError({
      found: `process ${owner.pid} on "${owner.host}" is using this folder, or was killed while it did`,
      advice,
    });
  }
  const alive = await isAlive(owner);
  if (alive) {
    throw new StorageError({
      found: `process ${owner.pid} is using this folder`,
      advice: ['Wait for it, stop it, or choose another folder.', advice],
    });
  }
}

async function isAlive({ pid, born }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const found = await processFacts(pid);
  // One that has ended stays listed until its parent asks for its status, in containers often forever.
  if (found && ended.includes(found.state)) return false;
  return born === null || found === null || born === found.born;
}

/** States of a process that has ended: zombie, dead. */
const ended = ['Z', 'X'];

/** Boot id and start time of a process, on systems that provide them (Linux); else null. */
async function birthOf(pid: number): Promise<string | null> {
  return (await processFacts(pid))?.born ?? null;
}

async function processFacts(pid: number): Promise<{ readonly state: string; readonly born: string } | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in parentheses that may contain spaces; the start time is the 22nd field.
    const [state = '', ...others] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, born: `${boot.trim()} ${others[18]}` };
  } catch {
    return null;
  }
}
