/** @file Requests for animating pictures: each picture is given as a first frame. */
import { UsageError } from '../../errors.ts';
import type { Picture } from '../../media/picture.ts';
import type { MotionInfo } from '../../motion/file/motion-file.ts';
import { call, phrase } from '../../phrases.ts';
import type { VideoRequest } from './video-request.ts';

/** One request per picture, created lazily. */
export async function* requestsFor(
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  request: VideoRequest,
): AsyncGenerator<VideoRequest> {
  for await (const firstFrame of pictures) yield { ...request, firstFrame };
}

/** Throws `UsageError` if the variant of the motion called `name` takes no given first frame. */
export function assertTakesFirstFrame(name: string, { variant }: MotionInfo): void {
  if (variant.firstFrame) return;
  throw new UsageError({
    found: `motion "${name}" draws the first frame itself (its variant takes none): it cannot animate a picture`,
    setting: 'motion',
    advice: phrase`Use ${call('generateVideo')}, or a motion of another variant.`,
  });
}
