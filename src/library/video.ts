/** @file A finished video, in memory and in a file. */
import { notice, type WorkOptions } from '../events.ts';
import type { Picture } from '../media/picture.ts';
import { readPicture } from '../media/picture-file.ts';
import { playedRate, writeVideo } from '../media/video-file.ts';
import { settingsKey } from '../pipelines/video/stored-settings.ts';
import type { GeneratedVideo } from '../pipelines/video/video-request.ts';

/** A video: its frames, everything needed to make it again, and the rate to play it at. */
export interface Video extends GeneratedVideo {
  readonly framesPerSecond: number;
}

/**
 * Writes a video to `out`, if there is one, with its settings in its metadata, and gives it back. A GIF that cannot be as fast as asked
 * for is told with a notice, and stores the rate at which it plays.
 */
export async function keepVideo<V extends Video>(
  video: V,
  out: string | undefined,
  { onEvent }: WorkOptions,
): Promise<V> {
  if (out === undefined) return video;
  const { frames, settings } = video;
  const framesPerSecond = playedRate(out, video.framesPerSecond);
  if (framesPerSecond !== video.framesPerSecond) {
    const asked = Number(video.framesPerSecond.toFixed(2));
    const message = `"${out}" plays at ${framesPerSecond} frames a second, not ${asked}: GIF goes no faster. Use .mp4 or .webm.`;
    onEvent?.(notice(message));
  }
  const metadata = { [settingsKey]: JSON.stringify({ ...settings, framesPerSecond }) };
  await writeVideo(out, frames, { framesPerSecond, metadata });
  onEvent?.({ type: 'written', path: out });
  return video;
}

/** The picture that an option means: itself, or the one at a path. */
export async function givenPicture(picture: Picture | string): Promise<Picture> {
  return typeof picture === 'string' ? readPicture(picture) : picture;
}
