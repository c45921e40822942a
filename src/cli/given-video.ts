/** @file What the options of commands that make videos with motions say to the library, which checks and decides. */
import type { VideoOptions } from '../library/make-video.ts';
import type { PictureSize } from '../models/programs.ts';
import { withoutUndefined } from '../pipelines/video/video-settings.ts';
import type { MotionChoice } from './motion-option.ts';

/** What commander makes of the options that are not called as in the library; the others go on as they are. */
export interface CommandVideoOptions
  extends Omit<VideoOptions, 'motion' | 'motions' | 'width' | 'height' | 'framesPerSecond'> {
  readonly motion: readonly MotionChoice[];
  readonly size?: PictureSize;
  readonly fps?: number;
  readonly json?: boolean;
  /** Does nothing any more. */
  readonly otherBase?: boolean;
}

/** These options as the library calls them. */
export function givenVideo<Options extends Omit<CommandVideoOptions, 'out'>>(options: Options) {
  const { motion, size, fps, json: _, otherBase: __, ...others } = options;
  const motions = motion.map(({ path, strength }) => ({ motion: path, strength }));
  const rate = fps === undefined ? {} : { framesPerSecond: fps };
  return { ...withoutUndefined(others), ...size, ...rate, motions };
}
