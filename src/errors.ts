/**
 * @file The kinds of trouble a user can meet. Each message says what was found, what was expected and what to do,
 * on one line; the command prints it without a stack trace and ends with the class's exit code.
 */

/** Any trouble that is not a bug of this package. `exitCode` is what the `lamp` command ends with. */
export class LampError extends Error {
  override readonly name: string = 'LampError';
  readonly exitCode: number = 1;
}

/** An option or argument that makes no sense (exit code 2). */
export class UsageError extends LampError {
  override readonly name = 'UsageError';
  override readonly exitCode = 2;
}

/** A clip or picture that is missing, unreadable or unfit (exit code 3). */
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

/** The work was stopped: by Ctrl-C, another signal, or an `AbortSignal`; what was done is saved (exit code 130, as shells expect). */
export class InterruptedError extends LampError {
  override readonly name = 'InterruptedError';
  override readonly exitCode = 130;
}
