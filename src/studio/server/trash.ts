/** @file What is deleted goes to the studio's trash, from which it can be had back as it was. */
import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { asStorageError, writeJsonAtomically } from '../../checkpoints/atomic-write.ts';
import { exists } from '../../checkpoints/exists.ts';
import { readJsonFile } from '../../checkpoints/json-file.ts';
import { makeFolders } from '../../checkpoints/make-folders.ts';
import { StorageError } from '../../errors.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { notHere } from './request-error.ts';
import { bytesIn } from './shelf.ts';

/** Something that was deleted. */
export interface TrashEntry {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly deleted: string;
  readonly bytes: number;
}

const entrySchema = z.object({
  format: z.literal('lamp-trash'),
  title: z.string(),
  kind: z.string(),
  deleted: z.string(),
  /** Places relative to the studio; what was at the n-th is `n` in the entry's folder. */
  places: z
    .array(z.string().regex(/^(motions|videos|clips|pictures|jobs)(\/(?!\.\.?(\/|$))[^/\\\0]+)+$/))
    .min(1),
});

const idPattern = /^[0-9a-f]{16}$/;

/**
 * Moves what is at these places (relative to the studio; those where nothing is are left out) to the trash. Returns the
 * entry's identifier. Throws `StorageError`.
 */
export async function throwAway(
  { root, trash }: StudioFolder,
  places: readonly string[],
  { title, kind }: Pick<TrashEntry, 'title' | 'kind'>,
): Promise<string> {
  const id = randomBytes(8).toString('hex');
  const folder = join(trash, id);
  const there: string[] = [];
  for (const place of places) if (await lstat(join(root, place)).catch(() => undefined)) there.push(place);
  if (there.length === 0) throw notHere(kind);
  await makeFolders(folder);
  // Written first: what a power cut leaves in the middle of moving can be had back as far as it was moved.
  const deleted = new Date().toISOString();
  await writeJsonAtomically(join(folder, 'entry.json'), {
    format: 'lamp-trash',
    title,
    kind,
    deleted,
    places: there,
  });
  for (const [n, place] of there.entries()) await move(join(root, place), join(folder, String(n)));
  return id;
}

/** Puts what was deleted back to where it was. Throws `StorageError` where something else is there by now. */
export async function restore(studio: StudioFolder, id: string): Promise<void> {
  const { folder, places } = await entryOf(studio, id);
  for (const [n, place] of places.entries()) {
    const [from, to] = [join(folder, String(n)), join(studio.root, place)];
    if (!(await exists(from))) continue;
    if (await exists(to)) {
      throw new StorageError({
        found: `"${place}" is there already, so that it cannot be put back`,
        advice: 'Move it away, and try again.',
      });
    }
    await makeFolders(dirname(to), to);
    await move(from, to);
  }
  await rm(folder, { recursive: true, force: true });
}

/** Removes what was deleted for good. Returns how many bytes that frees. */
export async function forget(studio: StudioFolder, id: string): Promise<number> {
  const folder = await folderOf(studio, id);
  const bytes = await bytesIn(folder);
  await rm(folder, { recursive: true, force: true });
  return bytes;
}

/** What was deleted, latest first. */
export async function listTrash(studio: StudioFolder): Promise<TrashEntry[]> {
  const names = (await readdir(studio.trash).catch(() => [])).filter((name) => idPattern.test(name));
  const entries = await Promise.all(
    names.map(async (id): Promise<TrashEntry[]> => {
      const folder = join(studio.trash, id);
      const entry = await entryOf(studio, id).catch(() => undefined);
      const bytes = await bytesIn(folder);
      if (entry) {
        const { title, kind, deleted } = entry;
        return [{ id, title, kind, deleted, bytes }];
      }
      // It cannot be put back, since nothing says where it was, but it takes room.
      const found = await lstat(folder).catch(() => undefined);
      const deleted = found?.mtime.toISOString();
      return deleted === undefined ? [] : [{ id, title: 'A damaged entry', kind: 'unknown', deleted, bytes }];
    }),
  );
  return entries.flat().sort((a, b) => (a.deleted < b.deleted ? 1 : -1));
}

async function folderOf({ trash }: StudioFolder, id: string): Promise<string> {
  const folder = join(trash, idPattern.test(id) ? id : '');
  if (!idPattern.test(id) || !(await exists(folder))) throw notHere('deleted thing');
  return folder;
}

async function entryOf(studio: StudioFolder, id: string) {
  const folder = await folderOf(studio, id);
  const entry = await readJsonFile(join(folder, 'entry.json'), entrySchema, 'what was deleted');
  return { ...entry, folder };
}

async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error) => Promise.reject(asStorageError(error, to)));
}
