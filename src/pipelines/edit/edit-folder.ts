/** @file The folder of an edit: the training on the clip, the inverted clip, and the redrawn first frame. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { asStorageError } from '../../checkpoints/atomic-write.ts';
import { StorageError } from '../../errors.ts';
import { phrase, setting } from '../../phrases.ts';
import { LOCK_NAME } from '../../training/run-lock.ts';

/** Paths of an edit's parts. */
export interface EditPaths {
  readonly folder: string;
  /** A run folder, as written by `lamp train`. */
  readonly training: string;
  readonly inversion: string;
  readonly firstFrame: string;
}

/** The paths of the edit in `folder`. */
export function editPaths(folder: string): EditPaths {
  return {
    folder,
    training: join(folder, 'training'),
    inversion: join(folder, 'inversion.safetensors'),
    firstFrame: join(folder, 'first-frame.png'),
  };
}

/**
 * Checks that an edit can be begun or continued in `folder`: it does not exist, or contains only files of an edit.
 * Throws `StorageError`. Changes nothing.
 */
export async function assertEditFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw asStorageError(error, folder);
  });
  if (names.includes('run.json')) {
    throw new StorageError({
      found: `"${folder}" is a training run`,
      setting: 'run',
      advice: phrase`Give it as ${setting('motion', folder)}, and another folder as ${setting('run')}.`,
    });
  }
  const { training, inversion, firstFrame } = editPaths(folder);
  const own = [LOCK_NAME, ...[training, inversion, firstFrame].map((path) => basename(path))];
  const foreign = names.find((name) => !own.includes(name.replace(/\.tmp-[0-9a-f]+$/, '')));
  if (foreign !== undefined) {
    throw new StorageError({
      found: `"${folder}" contains "${foreign}", which does not belong to an edit`,
      setting: 'run',
      advice: phrase`Choose another folder as ${setting('run')}.`,
    });
  }
}
