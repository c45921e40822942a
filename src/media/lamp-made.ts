/** @file Telling videos that this program made by what is stored in them. */
import { readVideoMetadata } from './video-file.ts';

/** The key of the settings that a video or picture was made with, in its metadata. */
export const settingsKey = 'lamp';

/**
 * Whether a clip is a video that this program made: a video file, GIF, or folder of PNG frames that stores how.
 * `false` also where that cannot be read.
 */
export async function isMadeByLamp(path: string): Promise<boolean> {
  // No metadata is stored in WebP, and none is read from it.
  if (path.toLowerCase().endsWith('.webp')) return false;
  return readVideoMetadata(path).then(
    (metadata) => metadata[settingsKey] !== undefined,
    () => false,
  );
}
