/**
 * @file The errors that users can meet. Each message says on one line what was found, what was expected and what to do,
 * and keeps these as parts, so that each interface can word them itself. The command prints the message without a stack
 * trace and exits with the class's exit code.
 */
import {
  type GivenParts,
  libraryVocabulary,
  type MessageParts,
  messageParts,
  type Phrase,
  wordFor,
} from './phrases.ts';

/**
 * Base class of all errors that are not bugs of this package. `exitCode` is the exit code of the `lamp` command.
 * Constructed from its parts, or from a single text for `found`. `message` is the whole text in the library's
 * vocabulary; `wordFor` gives it in others.
 */
export class LampError extends Error implements MessageParts {
  override readonly name: string = 'LampError';
  readonly exitCode: number = 1;
  /** What was found. */
  readonly found: Phrase;
  /** What would have been right. */
  readonly expected: Phrase | undefined;
  /** Name of the setting concerned, with a dot for nested objects (`drawing.samplerSteps`). */
  readonly setting: string | undefined;
  /** What to do, in whole sentences. */
  readonly advice: readonly Phrase[];

  constructor(said: string | GivenParts, options?: ErrorOptions) {
    const parts = messageParts(said);
    super(wordFor(parts, libraryVocabulary), options);
    this.found = parts.found;
    this.expected = parts.expected;
    this.setting = parts.setting;
    this.advice = parts.advice;
  }
}

/** An invalid option or argument (exit code 2). */
export class UsageError extends LampError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

/** A clip or picture that is missing, unreadable or unsuitable (exit code 3). */
export class MediaError extends LampError {
  override readonly name = 'MediaError';
  override readonly exitCode = 3;
}

/** A weights file, model folder or motion that is missing, damaged or does not fit (exit code 4). */
export class CheckpointError extends LampError {
  override readonly name = 'CheckpointError';
  override readonly exitCode = 4;
}

/** A device that is unknown, not installed, or failed (exit code 5). */
export class DeviceError extends LampError {
  override readonly name = 'DeviceError';
  override readonly exitCode = 5;
}

/** Writing failed: the disk is full, the folder is not writable, or something is already there (exit code 6). */
export class StorageError extends LampError {
  override readonly name = 'StorageError';
  override readonly exitCode = 6;
}

/**
 * The work was stopped by Ctrl-C, another signal, or an `AbortSignal`, and its state saved where it can be resumed
 * (exit code 130, as is customary in shells).
 */
export class InterruptedError extends LampError {
  override readonly name = 'InterruptedError';
  override readonly exitCode = 130;
}
