/** @file A finished video, and its file, which says how it was made. */
import { playedRate, writeVideo } from '../../media/video-file.ts';
import { storedMetadata } from './stored-settings.ts';
import type { GeneratedVideo } from './video-request.ts';

/** A video: its frames, everything needed to reproduce it, and its frame rate. */
export interface Video extends GeneratedVideo {
  readonly framesPerSecond: number;
}

/**
 * Writes a video with its settings in the metadata, and returns the rate in hertz at which the file plays, which is
 * stored too: a GIF cannot be as fast as others. Throws `UsageError` for an unknown ending, `StorageError`.
 */
export async function writeStoredVideo(path: string, video: Video): Promise<number> {
  const framesPerSecond = playedRate(path, video.framesPerSecond);
  const metadata = storedMetadata({ ...video.settings, framesPerSecond });
  await writeVideo(path, video.frames, { framesPerSecond, metadata });
  return framesPerSecond;
}
