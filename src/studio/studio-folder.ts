/** @file A studio is a folder that anything can read; this one says where everything is. */
import { join, resolve } from 'node:path';
import { makeFolders } from '../checkpoints/make-folders.ts';

/** Absolute paths of a studio's parts. */
export interface StudioFolder {
  readonly root: string;
  /** Run folders, of the studio's jobs and of `lamp train`. */
  readonly motions: string;
  readonly videos: string;
  readonly clips: string;
  readonly pictures: string;
  readonly bases: string;
  readonly jobs: string;
  /** What was deleted, and can be had back. */
  readonly trash: string;
  /** Files that are being brought; they are nothing before they have been looked at. */
  readonly uploads: string;
  /** Copies for playing and small pictures, which are made again when they are needed. */
  readonly cache: string;
}

/** The parts of the studio in a folder, which are made if they are missing. Throws `StorageError`. */
export async function openStudioFolder(folder: string): Promise<StudioFolder> {
  const root = resolve(folder);
  const at = (name: string) => join(root, name);
  const studio = {
    root,
    motions: at('motions'),
    videos: at('videos'),
    clips: at('clips'),
    pictures: at('pictures'),
    bases: at('bases'),
    jobs: at('jobs'),
    trash: at('trash'),
    uploads: at('uploads'),
    cache: at('cache'),
  };
  for (const path of Object.values(studio)) {
    await makeFolders(path);
  }
  return studio;
}
