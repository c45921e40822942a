/** @file Puts what arrived into the studio, over nothing that is there. */
import { constants, copyFile, link, rm } from 'node:fs/promises';
import { asStorageError } from '../../checkpoints/atomic-write.ts';

/** Moves a file to where nothing is. Throws `StorageError`, also where something is there already. */
export async function moveIn(from: string, to: string): Promise<void> {
  // A link is made only where nothing is, whoever else does the same at the same time.
  await link(from, to)
    .catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // On another disk, or one without links.
      await copyFile(from, to, constants.COPYFILE_EXCL);
    })
    .catch((error) => Promise.reject(asStorageError(error, to)));
  await rm(from, { force: true });
}
