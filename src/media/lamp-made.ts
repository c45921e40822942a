/** @file Recognises videos made by this program from their metadata. */
import { readVideoMetadata } from './video-file.ts';

/** The metadata key for the settings with which a video or picture was made. */
export const settingsKey = 'lamp';

/**
 * Whether a clip was made by this program: a video file, GIF, or folder of PNG frames with stored settings. Also
 * `false` if the metadata cannot be read.
 */
export async function isMadeByLamp(path: string): Promise<boolean> {
  // WebP files store no metadata.
  if (path.toLowerCase().endsWith('.webp')) return false;
  return readVideoMetadata(path).then(
    (metadata) => metadata[settingsKey] !== undefined,
    () => false,
  );
}
