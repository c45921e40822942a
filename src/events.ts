/** @file What long work tells while it runs. The terminal, JSON lines and web pages only show these events. */
import { type GivenParts, libraryVocabulary, type MessageParts, messageParts, wordFor } from './phrases.ts';

/** Parts of a job that a user may want to see the progress of. */
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

/** One piece of news about running work. */
export type ProgressEvent =
  /** `done` of `total` units of a stage are finished; 0 when it begins. */
  | {
      readonly type: 'progress';
      readonly stage: Stage;
      readonly done: number;
      readonly total: number;
      /** Which picture of how many it is about, counted from 1, where several are made to move. */
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
      /** Estimate of the time that the remaining steps take. */
      readonly secondsLeft: number;
    }
  /** A video made from a model in training. */
  | { readonly type: 'sample'; readonly step: number; readonly prompt: string; readonly path: string }
  /** A state from which training can resume was written. */
  | { readonly type: 'checkpoint'; readonly step: number; readonly path: string }
  /** A result was written. */
  | { readonly type: 'written'; readonly path: string }
  /** A call to an engine waits: so many calls, the running one included, are before it. Told again whenever it moves up. */
  | { readonly type: 'queued'; readonly place: number }
  | Notice;

/** Something the user should know that is no error, in parts; `message` says them in the library's words. Made by {@link notice}. */
export interface Notice extends MessageParts {
  readonly type: 'notice';
  readonly message: string;
}

/** A notice of its parts, or of one text that is all of it `found`. */
export function notice(said: string | GivenParts): Notice {
  const parts = messageParts(said);
  return { type: 'notice', message: wordFor(parts, libraryVocabulary), ...parts };
}

/** Receives events; must be quick and must not throw. */
export type OnEvent = (event: ProgressEvent) => void;

/** What every long function of the library takes. */
export interface WorkOptions {
  /** Is told what the work does, while it does it. */
  readonly onEvent?: OnEvent | undefined;
  /** Stops the work between two steps. */
  readonly signal?: AbortSignal | undefined;
}
