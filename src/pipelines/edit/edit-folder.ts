/** @file The folder of an edit: the training on the clip, the inverted clip, the first frame in the new look. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { asStorageError } from '../../checkpoints/atomic-write.ts';
import { StorageError } from '../../errors.ts';
import { phrase, setting } from '../../phrases.ts';
import { LOCK_NAME } from '../../training/run-lock.ts';

/** Paths of an edit's parts. */
export interface EditPaths {
  readonly folder: string;
  /** A run folder, as `lamp train` makes one. */
  readonly training: string;
  readonly inversion: string;
  readonly firstFrame: string;
}

/** Where the parts of the edit in `folder` are. */
export function editPaths(folder: string): EditPaths {
  return {
    folder,
    training: join(folder, 'training'),
    inversion: join(folder, 'inversion.safetensors'),
    firstFrame: join(folder, 'first-frame.png'),
  };
}

/**
 * Checks that an edit can be begun or gone on with in `folder`: it does not exist, or holds nothing but what edits make. Throws
 * `StorageError`; touches nothing.
 */
export async function assertEditFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw asStorageError(error, folder);
  });
  if (names.includes('run.json')) {
    throw new StorageError({
      found: `"${folder}" is the run of a training`,
      setting: 'run',
      advice: phrase`Give it as ${setting('motion', folder)}, and another folder as ${setting('run')}.`,
    });
  }
  const { training, inversion, firstFrame } = editPaths(folder);
  const own = [LOCK_NAME, ...[training, inversion, firstFrame].map((path) => basename(path))];
  const foreign = names.find((name) => !own.includes(name.replace(/\.tmp-[0-9a-f]+$/, '')));
  if (foreign !== undefined) {
    throw new StorageError({
      found: `"${folder}" holds "${foreign}", which no edit made`,
      setting: 'run',
      advice: phrase`Choose another folder as ${setting('run')}.`,
    });
  }
}
