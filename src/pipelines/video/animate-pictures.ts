/** @file What making pictures move asks of a generator: the picture is the first frame. */
import { UsageError } from '../../errors.ts';
import type { Picture } from '../../media/picture.ts';
import type { MotionInfo } from '../../motion/file/motion-file.ts';
import { call, phrase } from '../../phrases.ts';
import type { VideoRequest } from './video-request.ts';

/** One request for each picture, made when it is asked for. */
export async function* requestsFor(
  pictures: Iterable<Picture> | AsyncIterable<Picture>,
  request: VideoRequest,
): AsyncGenerator<VideoRequest> {
  for await (const firstFrame of pictures) yield { ...request, firstFrame };
}

/** Throws `UsageError` for a motion, called `name`, whose variant draws the first frame itself. */
export function assertTakesFirstFrame(name: string, { variant }: MotionInfo): void {
  if (variant.firstFrame) return;
  throw new UsageError({
    found: `motion "${name}" draws the first frame itself (its variant has no given one): it cannot begin with a picture`,
    setting: 'motion',
    advice: phrase`Use ${call('generateVideo')}, or a motion of another variant.`,
  });
}
