/** @file Finished videos, in memory and in files. */

import { notice, type WorkOptions } from '../events.ts';
import type { Picture } from '../media/picture.ts';
import { readPicture } from '../media/picture-file.ts';
import { playedRate } from '../media/video-file.ts';
import { type Video, writeStoredVideo } from '../pipelines/video/stored-video.ts';
import { concerning } from '../renamed-setting.ts';

export type { Video };

/**
 * Writes a video to `out`, if given, with its settings in the metadata, and returns it. If a GIF cannot play at the
 * requested rate, a notice says so, and the actual rate is stored.
 */
export async function keepVideo<V extends Video>(
  video: V,
  out: string | undefined,
  { onEvent }: WorkOptions,
): Promise<V> {
  if (out === undefined) return video;
  const framesPerSecond = playedRate(out, video.framesPerSecond);
  if (framesPerSecond !== video.framesPerSecond) {
    const asked = Number(video.framesPerSecond.toFixed(2));
    onEvent?.(
      notice({
        found: `"${out}" plays at ${framesPerSecond} frames a second, not ${asked}: a GIF cannot play faster`,
        setting: 'framesPerSecond',
        advice: 'Use .mp4 or .webm.',
      }),
    );
  }
  await concerning('out', () => writeStoredVideo(out, video));
  onEvent?.({ type: 'written', path: out });
  return video;
}

/** The picture given by an option: itself, or the one at a path. Errors refer to the option. */
export async function givenPicture(option: string, picture: Picture | string): Promise<Picture> {
  return typeof picture === 'string' ? concerning(option, () => readPicture(picture)) : picture;
}
