/** @file Looks before long work whether a video or picture can be written to a path. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { asStorageError } from '../checkpoints/atomic-write.ts';
import { StorageError, UsageError } from '../errors.ts';
import type { Size } from './picture.ts';
import { holdsFrames, videoFormat } from './video-file.ts';

/**
 * Checks that `writeVideo` will find nothing in its way at `path`: a known ending that can hold frames of this size, no
 * folder in the place of a file, no foreign content in a folder of frames, a place that may be written to. Writes
 * nothing. Throws `UsageError` or `StorageError`. An existing video is not in the way: it will be replaced.
 */
export async function assertVideoTarget(path: string, { width, height }: Size): Promise<void> {
  const format = videoFormat(path);
  if ((format === 'mp4' || format === 'webm') && (width % 2 === 1 || height % 2 === 1)) {
    throw new UsageError(
      `cannot write "${path}": ${width}x${height} is an odd size, which .${format} cannot hold. Use another --size, .gif, or a folder of PNG frames.`,
    );
  }
  if (format === 'folder') {
    await holdsFrames(path.replace(/[/\\]+$/, ''));
    await assertWritable(path);
  } else {
    await assertFileTarget(path);
  }
}

/** Throws `StorageError` when a folder is in the place of the file `path`, or the place may not be written to. */
export async function assertFileTarget(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new StorageError(`cannot write "${path}": there is a folder of this name. Choose another name.`);
  }
  await assertWritable(path);
}

/** Throws `StorageError` unless the nearest folder above `path` that exists may be written to. */
async function assertWritable(path: string): Promise<void> {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    try {
      const found = await stat(folder);
      if (!found.isDirectory()) {
        throw new StorageError(
          `cannot write "${path}": "${folder}" is a file, not a folder. Choose another path.`,
        );
      }
      await access(folder, constants.W_OK);
      return;
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' && folder !== dirname(folder);
      if (!missing) throw asStorageError(error, path);
    }
  }
}
