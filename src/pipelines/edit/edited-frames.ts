/** @file The frames of a clip that an edit is made from. */
import { readFrames } from '../../media/clip.ts';
import { type ClipRate, clipWindow, type TimedClip } from '../../media/clip-window.ts';
import type { Picture } from '../../media/picture.ts';
import type { Fit } from '../../media/shape-settings.ts';
import type { Size } from '../../media/size.ts';

/** Which frames, and how they are fitted. */
export interface EditedFrames {
  readonly frames: number;
  readonly stride: number;
  /** Rate at which they are sampled. */
  readonly clipFps: ClipRate;
  readonly size: Size;
  readonly fit: Fit;
}

/** The first frames of the clip at its stride and rate. Throws `MediaError` if it is too short or cannot be read. */
export function editedFrames(
  clip: TimedClip,
  { frames, stride, clipFps, size, fit }: EditedFrames,
): Promise<Picture[]> {
  const window = clipWindow(clip, { frames, stride, clipFps, window: 'start', clipRange: 'whole' });
  return readFrames(clip.path, { indices: window.framesFrom(0), size, fit });
}
