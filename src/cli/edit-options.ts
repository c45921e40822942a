/** @file What the options of `lamp edit` say to the library, which checks and decides. */
import type { EditVideoOptions } from '../library/edit-video.ts';
import type { ClipRate } from '../media/clip-window.ts';
import type { PictureSize } from '../models/programs.ts';
import { withoutUndefined } from '../pipelines/video/video-settings.ts';

/** What commander makes of the options. */
export interface EditOptions
  extends Omit<EditVideoOptions, 'clip' | 'width' | 'height' | 'framesPerSecond' | 'training' | 'drawing'> {
  readonly size?: PictureSize;
  readonly fps?: number;
  readonly clipFps?: ClipRate;
  readonly stride?: number;
  readonly fit?: 'cover' | 'stretch';
  readonly steps?: number;
  readonly learningRate?: number;
  readonly saveEvery?: number;
  readonly json?: boolean;
  /** Does nothing any more. */
  readonly otherBase?: boolean;
}

/** The library's options for editing `clip`. */
export function givenEdit(clip: string, options: EditOptions): EditVideoOptions {
  const { size, fps, clipFps, stride, fit, steps, learningRate, saveEvery, ...rest } = options;
  const { json: _, otherBase: __, ...others } = rest;
  const training = withoutUndefined({ clipFps, stride, fit, steps, learningRate, saveEvery });
  const rate = fps === undefined ? {} : { framesPerSecond: fps };
  return { ...withoutUndefined(others), clip, training, ...size, ...rate };
}
