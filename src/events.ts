/** @file Progress events of long-running work. The terminal, JSON lines and web pages only display these events. */
import { type GivenParts, libraryVocabulary, type MessageParts, messageParts, wordFor } from './phrases.ts';

/** Stages of work that report progress. */
export type Stage =
  | 'downloading'
  | 'examining clips'
  | 'cutting'
  | 'compiling'
  | 'drawing scenes'
  | 'encoding clips'
  | 'training'
  | 'drawing'
  | 'drawing the first frame'
  | 'inverting'
  | 'sampling'
  | 'drawing details'
  | 'decoding'
  | 'writing';

/** A progress event. */
export type ProgressEvent =
  /** `done` of `total` units of a stage are finished; 0 when it begins. */
  | {
      readonly type: 'progress';
      readonly stage: Stage;
      readonly done: number;
      readonly total: number;
      /** Memory that the computing process has in use (its resident set), in bytes; absent if nothing is computed. */
      readonly residentBytes?: number;
      /** If several pictures are animated, the one concerned, counted from 1, and their number. */
      readonly picture?: { readonly number: number; readonly of: number };
    }
  /** A training step was taken. */
  | {
      readonly type: 'step';
      /** Counted from 1. */
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly learningRate: number;
      /** Norm of all gradients before clipping. */
      readonly gradNorm: number;
      readonly seconds: number;
      /** Estimated time of the remaining steps in seconds. */
      readonly secondsLeft: number;
      /** Loss on the held-out clips; absent where it was not measured. */
      readonly heldOutLoss?: number;
      /** Memory that the computing process has in use (its resident set), in bytes. */
      readonly residentBytes: number;
    }
  /** A sample video was made during training. */
  | { readonly type: 'sample'; readonly step: number; readonly prompt: string; readonly path: string }
  /** A checkpoint, from which training can be resumed, was written. */
  | { readonly type: 'checkpoint'; readonly step: number; readonly path: string }
  /** A result was written. */
  | { readonly type: 'written'; readonly path: string }
  /**
   * A call to an engine is waiting: `place` calls are before it, including the running one. Sent again whenever it
   * moves up.
   */
  | { readonly type: 'queued'; readonly place: number }
  | Notice;

/**
 * Something the user should know that is not an error, in parts; `message` is the whole text in the library's
 * vocabulary. Created by {@link notice}.
 */
export interface Notice extends MessageParts {
  readonly type: 'notice';
  readonly message: string;
}

/** Creates a notice from its parts, or from a single text for `found`. */
export function notice(said: string | GivenParts): Notice {
  const parts = messageParts(said);
  return { type: 'notice', message: wordFor(parts, libraryVocabulary), ...parts };
}

/** Receives events. It must be quick and must not throw. */
export type OnEvent = (event: ProgressEvent) => void;

/** What a picture or video that is being sampled will probably look like: small, and without details. */
export interface Preview {
  readonly stage: Stage;
  /** `done` of `total` steps of the stage are finished. */
  readonly done: number;
  readonly total: number;
  /** If several pictures are animated, the one concerned, counted from 1, and their number. */
  readonly picture?: { readonly number: number; readonly of: number };
  /** A picture for each frame of a video, or one: 8-bit RGB, one pixel for each of the latents (of 8x8 in general). */
  readonly frames: readonly { readonly width: number; readonly height: number; readonly data: Uint8Array }[];
}

/** Receives previews. It must be quick and must not throw. */
export type OnPreview = (preview: Preview) => void;

/** Options of every long-running function. */
export interface WorkOptions {
  /** Called with progress events. */
  readonly onEvent?: OnEvent | undefined;
  /**
   * Called while a picture or video is sampled, at most once a second for each, with a preview. It costs next to
   * nothing, but for a few seconds before the first one, in which the colours of the base's latents are measured.
   * Without it, nothing is computed.
   */
  readonly onPreview?: OnPreview | undefined;
  /** Stops the work after the current step. */
  readonly signal?: AbortSignal | undefined;
}
