import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError, StorageError } from '../errors.ts';
import { asStorageError, removeLeftovers, writeAtomically, writeJsonAtomically } from './atomic-write.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamp-atomic-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('writeAtomically', () => {
  test('creates parent folders and leaves no temporary files', async () => {
    const path = join(folder, 'a/b/file.txt');
    await writeAtomically(path, (file) => file.writeFile('hello'));
    expect(await readFile(path, 'utf8')).toBe('hello');
    expect(await readdir(join(folder, 'a/b'))).toEqual(['file.txt']);
  });

  test('keeps the old file and removes the temporary when writing fails', async () => {
    const path = join(folder, 'kept/file.txt');
    await writeAtomically(path, (file) => file.writeFile('old'));
    const failing = writeAtomically(path, async (file) => {
      await file.writeFile('half');
      throw new CheckpointError('stop');
    });
    await expect(failing).rejects.toThrow(new CheckpointError('stop'));
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(join(folder, 'kept'))).toEqual(['file.txt']);
  });

  test('readers see the old content until the end', async () => {
    const path = join(folder, 'seen.txt');
    await writeAtomically(path, (file) => file.writeFile('old'));
    await writeAtomically(path, async (file) => {
      await file.writeFile('new');
      expect(await readFile(path, 'utf8')).toBe('old');
    });
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  test('many writers of one path do not disturb each other', async () => {
    const path = join(folder, 'many/file.txt');
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(1000));
    await Promise.all(texts.map((text) => writeAtomically(path, (file) => file.writeFile(text))));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(join(folder, 'many'))).toEqual(['file.txt']);
  });

  test('reports a folder in place of the file, and a file in place of a folder', async () => {
    await mkdir(join(folder, 'taken/inner'), { recursive: true });
    const onFolder = writeAtomically(join(folder, 'taken'), (file) => file.writeFile(''));
    await expect(onFolder).rejects.toThrow(/cannot write ".*taken": there is a folder of this name/);
    await writeFile(join(folder, 'plain'), '');
    const below = writeAtomically(join(folder, 'plain/below'), (file) => file.writeFile(''));
    await expect(below).rejects.toThrow(StorageError);
    await expect(below).rejects.toThrow(/a part of the path is a file/);
    const deeper = writeAtomically(join(folder, 'plain/below/that'), (file) => file.writeFile(''));
    await expect(deeper).rejects.toThrow(/a part of the path is a file/);
    expect((await readdir(folder)).filter((name) => name.includes('.tmp-'))).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)('names the trouble: no permission', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed);
    await chmod(closed, 0o500);
    await expect(writeAtomically(join(closed, 'x'), async () => {})).rejects.toThrow(/permission denied/);
    await chmod(closed, 0o700);
  });
});

test('writeJsonAtomically writes indented JSON and refuses what JSON cannot hold', async () => {
  const path = join(folder, 'run.json');
  await writeJsonAtomically(path, { seed: 7 });
  expect(await readFile(path, 'utf8')).toBe('{\n  "seed": 7\n}\n');
  await expect(writeJsonAtomically(path, undefined)).rejects.toThrow(TypeError);
});

test('asStorageError explains a full disk and passes on what is not the file system', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  expect(asStorageError(full, 'out/x')).toBeInstanceOf(StorageError);
  expect(asStorageError(full, 'out/x').message).toBe(
    'cannot write "out/x": the disk is full. Free some space or choose another folder.',
  );
  const bug = new TypeError('x is not a function');
  expect(asStorageError(bug, 'out/x')).toBe(bug);
});

test('removeLeftovers removes only unfinished files', async () => {
  const here = join(folder, 'leftovers');
  await mkdir(join(here, 'sub.tmp-0123456789abcdef'), { recursive: true });
  await writeFile(join(here, 'motion.safetensors.tmp-0123456789abcdef'), '');
  await writeFile(join(here, 'motion.safetensors'), '');
  await writeFile(join(here, 'notes.tmp-mine'), '');
  expect(await removeLeftovers(here)).toEqual([join(here, 'motion.safetensors.tmp-0123456789abcdef')]);
  expect((await readdir(here)).sort()).toEqual([
    'motion.safetensors',
    'notes.tmp-mine',
    'sub.tmp-0123456789abcdef',
  ]);
  expect(await removeLeftovers(join(folder, 'nowhere'))).toEqual([]);
});

test('a pipe in place of the file is reported and left alone', async () => {
  if (process.platform === 'win32') return;
  const path = join(folder, 'pipe.gif');
  execFileSync('mkfifo', [path]);
  await expect(writeAtomically(path, (file) => file.writeFile('x'))).rejects.toThrow(
    `cannot write "${path}": it is a pipe, not a file. Choose another name.`,
  );
  expect((await stat(path)).isFIFO()).toBe(true);
});
