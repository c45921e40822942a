/** @file Checks before long work that a video or picture can be written to a path. */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { asStorageError } from '../checkpoints/atomic-write.ts';
import { placeToWrite } from '../checkpoints/place-to-write.ts';
import { StorageError, UsageError } from '../errors.ts';
import { notice, type OnEvent } from '../events.ts';
import { foundOf, phrase, setting } from '../phrases.ts';
import type { Size } from './size.ts';
import { videoCodecTrouble, videoEngine } from './video-engine.ts';
import { holdsFrames, videoFormat } from './video-file.ts';

/**
 * Checks that `writeVideo` will be able to write to `path`: a known extension whose format supports this size,
 * installed codecs, no folder in place of a file, no foreign files in a folder of frames, and write permission. An
 * existing video is fine and will be replaced. Writes nothing. Throws `UsageError`, `StorageError`, or `LampError` if
 * the codecs are missing.
 */
export async function assertVideoTarget(path: string, { width, height }: Size): Promise<void> {
  const format = videoFormat(path);
  const needsCodecs = format === 'mp4' || format === 'webm';
  if (needsCodecs && (width % 2 === 1 || height % 2 === 1)) {
    throw new UsageError({
      found: `cannot write "${path}": ${width}x${height} is an odd size, which .${format} cannot hold`,
      setting: 'size',
      advice: phrase`Use another ${setting('size')}, .gif, or a folder of PNG frames.`,
    });
  }
  if (needsCodecs) await videoEngine();
  if (format === 'folder') {
    const folder = path.replace(/[/\\]+$/, '');
    await holdsFrames(folder);
    await assertWritable(path, await placeToWrite(folder));
  } else {
    await assertFileTarget(path);
  }
}

/** The default video format: MP4, or GIF, with a notice, if the codecs are missing. */
export async function usualFormat(onEvent?: OnEvent): Promise<'mp4' | 'gif'> {
  const trouble = await videoCodecTrouble();
  if (!trouble) return 'mp4';
  onEvent?.(
    notice({
      found: phrase`videos are written as GIF, of 256 colours: ${foundOf(trouble)}`,
      advice: trouble.advice,
    }),
  );
  return 'gif';
}

/** Throws `StorageError` if `path` is a folder instead of a file, or its folder is not writable. */
export async function assertFileTarget(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new StorageError({
      found: `cannot write "${path}": there is a folder of this name`,
      advice: 'Choose another name.',
    });
  }
  await assertWritable(path, await placeToWrite(path));
}

/** Throws `StorageError` unless the nearest folder above `place` that exists may be written to; `path` leads there. */
async function assertWritable(path: string, place: string): Promise<void> {
  for (let folder = dirname(resolve(place)); ; folder = dirname(folder)) {
    try {
      const found = await stat(folder);
      if (!found.isDirectory()) {
        throw new StorageError({
          found: `cannot write "${path}": "${folder}" is a file, not a folder`,
          advice: 'Choose another path.',
        });
      }
      await access(folder, constants.W_OK);
      return;
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' && folder !== dirname(folder);
      if (!missing) throw asStorageError(error, path);
    }
  }
}
