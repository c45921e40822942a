/** @file The requests and results of a video generator. */
import type { WorkOptions } from '../../events.ts';
import type { Picture } from '../../media/picture.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import type { DrawSettings } from '../draw/draw-picture.ts';
import type { InvertedClip } from '../edit/invert-video.ts';
import type { FirstFrameBase } from './drawn-first-frame.ts';
import type { StoredSettings } from './stored-settings.ts';
import type { VideoSettings } from './video-settings.ts';

/** A request for one video. Omitted settings are those that the base recommends, else those of `videoDefaults`. */
export interface VideoRequest extends Partial<VideoSettings> {
  readonly prompt: string;
  /** What the video should not show. */
  readonly negativePrompt?: string;
  /**
   * Frame 0, of any size; default one drawn by the base model. Not used if the motion's variant takes no given first
   * frame.
   */
  readonly firstFrame?: Picture;
  /** Another model that draws frame 0, if none is given, in place of the base model; not used then either. */
  readonly firstFrameBase?: FirstFrameBase | undefined;
  /** Settings for drawing frame 0, if none is given; the prompts default to the video's. */
  readonly drawing?: Partial<DrawSettings>;
  /** The same seed gives the same video on the same device; default 0. */
  readonly seed?: number;
  /** An inverted clip with the same number of frames and size, used in place of noise, as in editing. */
  readonly inversion?: InvertedClip;
}

/** A video, and everything needed to reproduce it. */
export interface GeneratedVideo {
  readonly frames: Picture[];
  readonly settings: StoredSettings;
}

/** Generates videos of one size and length with one base model and motion. */
export interface VideoGenerator {
  /** Throws the `UsageError` that `generate` would throw for these settings. */
  check(request: VideoRequest): void;
  /**
   * Generates a video. Throws `UsageError` for a setting out of range, `InterruptedError` when stopped by the signal,
   * `DeviceError` if the device fails. Calls must not overlap.
   */
  generate(request: VideoRequest, work?: WorkOptions): Promise<GeneratedVideo>;
  /**
   * Generates a video for each request, in order: first all first frames, then all latents, then all pictures, so that
   * each network is compiled once even if not all fit into memory. Of each request only the latents of its first frame
   * are kept. When stopped by the signal, videos whose latents are finished are still decoded. Throws as `generate`
   * does.
   */
  generateAll(
    requests: Iterable<VideoRequest> | AsyncIterable<VideoRequest>,
    work?: WorkOptions,
  ): AsyncGenerator<GeneratedVideo, void, undefined>;
  /** Lets one-time notices, such as that a prompt is too long, be given again to the next caller. */
  tellAgain(): void;
  /** Frees the compiled networks. */
  dispose(): Promise<void>;
}

/** Options of a video generator. */
export interface VideoGeneratorOptions {
  /** Number of frames, including the first; at least 2. May differ from the motion's training. */
  readonly frames: number;
  /** Width in pixels; both sides must be multiples of the VAE's factor. */
  readonly width: number;
  readonly height: number;
  /** Default `cpu`. */
  readonly device?: DeviceName;
  /** Default `auto`. */
  readonly memory?: MemoryChoice | undefined;
  /** Name of the motion, stored with the video. */
  readonly motionName?: string;
  /** The motions and their strengths, stored with the video, unless it is a single motion of strength 1. */
  readonly motionParts?: StoredSettings['motion']['parts'];
  /** Whether omitted settings are those that the base recommends (in its `lamp.json`); default true. */
  readonly useRecommended?: boolean;
}
