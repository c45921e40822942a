/** @file The frames of a clip from which an edited video was made; in a process of its own. */
import { MediaError } from '../../errors.ts';
import { inspectClip } from '../../media/clip.ts';
import type { Picture } from '../../media/picture.ts';
import { readVideoMetadata } from '../../media/video-file.ts';
import { editedFrames } from '../../pipelines/edit/edited-frames.ts';
import { storedSettings } from '../../pipelines/video/stored-settings.ts';
import { clipFingerprint } from '../../training/data/clip-set.ts';

/**
 * The frames of `clip` that became those of `video`, one by one: as many, and of the same size. Throws `MediaError` if
 * either cannot be read, or if the video was made from another clip.
 */
export async function framesBeforeEdit(video: string, clip: string): Promise<Picture[]> {
  const stored = storedSettings(await readVideoMetadata(video));
  if (!stored?.inversion) throw new MediaError({ found: 'the video does not say that it is an edit' });
  const { frames, width, height, inversion } = stored;
  const { stride, fit, clipFps = 'frames' } = inversion;
  if ((await clipFingerprint(clip)) !== inversion.clip)
    throw new MediaError({ found: 'the clip is no longer the one that was edited' });
  return editedFrames(await inspectClip(clip), { frames, stride, clipFps, size: { width, height }, fit });
}
