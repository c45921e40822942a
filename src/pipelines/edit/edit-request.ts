/** @file What is asked for when a clip is edited. */

import type { WorkOptions } from '../../events.ts';
import type { Picture } from '../../media/picture.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import type { Precision } from '../../runtime/running-settings.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import type { DrawSettings } from '../draw/draw-picture.ts';
import type { FirstFrameBase } from '../video/drawn-first-frame.ts';
import type { VideoSettings } from '../video/video-settings.ts';

/** A request for an edit. Omitted settings are those that the base recommends, else the paper's. */
export interface EditRequest extends WorkOptions {
  /** Path of a video, an animation, or a folder of numbered pictures. Its first frames are edited. */
  readonly clip: string;
  /** What the edited video should show. */
  readonly prompt: string;
  /** What it should not show. */
  readonly negativePrompt?: string;
  /**
   * Folder for all intermediate results. After an interruption the same call continues there; another edit of the same
   * clip needs neither training nor inversion.
   */
  readonly run: string;
  /** What the clip shows, for training on it; default its caption (see `captionsFor`). */
  readonly clipPrompt?: string;
  /** Path of a motion file trained on the clip; there is then no training. */
  readonly motion?: string;
  /** The base model's folder or file; default the built-in one. */
  readonly base?: string;
  /** The edited first frame, of any size; default the clip's first frame, redrawn. */
  readonly firstFrame?: Picture;
  /** Another model that redraws the clip's first frame in place of the base model. */
  readonly firstFrameBase?: FirstFrameBase | undefined;
  /** See `editSettings`. */
  readonly strength?: number;
  /** Settings for redrawing it; the prompts default to the video's. */
  readonly drawing?: Partial<DrawSettings>;
  /**
   * Settings of the training and of the video's shape; default 24 frames at stride 2 (fewer for a shorter clip), never
   * mirrored. With a given `motion`, its own settings are used.
   */
  readonly training?: Partial<
    Omit<
      TrainingInput,
      'base' | 'clips' | 'clipParts' | 'heldOut' | 'heldOutEvery' | 'prompt' | 'captions' | 'device'
    >
  >;
  /** Sampling settings of the video. */
  readonly sampling?: Partial<VideoSettings>;
  /** See `editSettings`. */
  readonly inversionSteps?: number;
  /** See `editSettings`. */
  readonly seed?: number;
  /** See `runningSettings`. */
  readonly device?: DeviceName;
  /** How much memory the networks may take, also in training if `training.memory` is omitted; default `auto`. */
  readonly memory?: MemoryChoice | undefined;
  /** How products with the U-Net's weights are computed, also in training; default `f32`. */
  readonly precision?: Precision | undefined;
  /** Whether omitted settings are those that the base recommends (in its `lamp.json`); default true. */
  readonly useRecommended?: boolean;
}
