/** @file What a generator of videos is asked for, and what it gives. */
import type { WorkOptions } from '../../events.ts';
import type { Picture } from '../../media/picture.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { DrawSettings } from '../draw/draw-picture.ts';
import type { InvertedClip } from '../edit/invert-video.ts';
import type { FirstFrameBase } from './drawn-first-frame.ts';
import type { StoredSettings } from './stored-settings.ts';
import type { VideoSettings } from './video-settings.ts';

/**
 * What to generate. Settings that are left out are as the base recommends, or else have the values of `videoDefaults`.
 */
export interface VideoRequest extends Partial<VideoSettings> {
  readonly prompt: string;
  /** What the video shall not show. */
  readonly negativePrompt?: string;
  /**
   * Frame 0, of any size; without it the base model draws one. Not used where the motion's variant has no given one.
   */
  readonly firstFrame?: Picture;
  /** Another model, which draws frame 0 where none is given, in place of the base model. */
  readonly firstFrameBase?: FirstFrameBase | undefined;
  /** How the model draws frame 0, where none is given; its prompts are the video's unless told. */
  readonly drawing?: Partial<DrawSettings>;
  /** One seed gives the same video again on the same device; 0 unless told. */
  readonly seed?: number;
  /** A clip of this many frames and this size, to begin with in place of noise, as editing does. */
  readonly inversion?: InvertedClip;
}

/** A video, and everything needed to make it again. */
export interface GeneratedVideo {
  readonly frames: Picture[];
  readonly settings: StoredSettings;
}

/** Generates videos of one size and length with one base model and motion. */
export interface VideoGenerator {
  /** Throws the `UsageError` that `generate` would throw for these settings. */
  check(request: VideoRequest): void;
  /**
   * Generates a video. Throws `UsageError` for a setting out of range, `InterruptedError` when the signal stops it,
   * `DeviceError` when the device fails. Not to be called again before it is done.
   */
  generate(request: VideoRequest, work?: WorkOptions): Promise<GeneratedVideo>;
  /**
   * Generates a video for each request, in their order: first all first frames, then all latents, then all pictures,
   * so that each network is compiled once even where not all fit into memory. Of each request nothing but its first
   * frame's latents is kept. When the signal stops it, the videos whose latents are done are still decoded. Throws as
   * `generate` does.
   */
  generateAll(
    requests: Iterable<VideoRequest> | AsyncIterable<VideoRequest>,
    work?: WorkOptions,
  ): AsyncGenerator<GeneratedVideo, void, undefined>;
  /** Has notices that come once, such as of a prompt that is too long, come once more: for whoever asks next. */
  tellAgain(): void;
  /** Frees the compiled networks. */
  dispose(): Promise<void>;
}

/** What a generator is made for. */
export interface VideoGeneratorOptions {
  /** Number of frames, the first included; at least 2. May differ from what the motion was trained with. */
  readonly frames: number;
  /** Pixels; both sides must divide by the VAE's factor. */
  readonly width: number;
  readonly height: number;
  /** `cpu` unless told. */
  readonly device?: DeviceName;
  /** What the motion is called; stored with the video. */
  readonly motionName?: string;
  /** Where it is not one motion of strength 1: what it is made of; stored with the video. */
  readonly motionParts?: StoredSettings['motion']['parts'];
  /** Whether settings that are left out are as the base recommends (its `lamp.json`); true unless told. */
  readonly useRecommended?: boolean;
}
