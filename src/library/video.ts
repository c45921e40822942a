/** @file A finished video, in memory and in a file. */
import type { WorkOptions } from '../events.ts';
import type { Picture } from '../media/picture.ts';
import { readPicture } from '../media/picture-file.ts';
import { writeVideo } from '../media/video-file.ts';
import { settingsKey } from '../pipelines/stored-settings.ts';
import type { GeneratedVideo } from '../pipelines/video-generator.ts';

/** A video: its frames, everything needed to make it again, and the rate to play it at. */
export interface Video extends GeneratedVideo {
  readonly framesPerSecond: number;
}

/** Writes a video to `out`, if there is one, with its settings in its metadata, as `lamp generate` does; gives it back. */
export async function keepVideo(
  video: Video,
  out: string | undefined,
  { onEvent }: WorkOptions,
): Promise<Video> {
  if (out === undefined) return video;
  const { frames, settings, framesPerSecond } = video;
  const metadata = { [settingsKey]: JSON.stringify({ ...settings, framesPerSecond }) };
  await writeVideo(out, frames, { framesPerSecond, metadata });
  onEvent?.({ type: 'written', path: out });
  return video;
}

/** The picture that an option means: itself, or the one at a path. */
export async function givenPicture(picture: Picture | string): Promise<Picture> {
  return typeof picture === 'string' ? readPicture(picture) : picture;
}
