/** @file Reads parts of weight files. */

import type { FileHandle } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import { refuseToRead } from './json-file.ts';
import { beginningBytes } from './other-kind.ts';
import { withUserFile } from './user-file.ts';

/** Fills `target` from the file's byte `position` on. A single `read` call may return less than requested. */
export async function fill(
  file: FileHandle,
  target: Uint8Array,
  position: number,
  path: string,
): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) {
      const found = `weights file "${path}" ended at byte ${position + done} while it was read`;
      throw new CheckpointError({
        found: `${found}: another program has changed it`,
        advice: 'Open it again.',
      });
    }
    done += bytesRead;
  }
}

/** Reads `length` bytes from the file's byte `position` on; see `fill`. */
export async function readView(
  file: FileHandle,
  position: number,
  length: number,
  path: string,
): Promise<DataView> {
  const bytes = new Uint8Array(length);
  await fill(file, bytes, position, path);
  return new DataView(bytes.buffer);
}

/** A file's first bytes, enough to identify it (see `refuseOtherKind`), or all if it is shorter. */
export async function readBeginning(file: FileHandle, path: string): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(Math.min(beginningBytes, size));
  await fill(file, bytes, 0, path);
  return bytes;
}

/** Number of bytes that a window reads at once. */
const WINDOW_BYTES = 2 ** 16;

/** Reads short ranges in ascending order, many with one system call where they are close together. */
export class ReadWindow {
  readonly #file: FileHandle;
  readonly #path: string;
  #bytes: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;

  constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** `length` bytes from the file's byte `position` on. Throws `CheckpointError` when the file ends before. */
  async view(position: number, length: number): Promise<DataView> {
    if (position < this.#start || position + length > this.#start + this.#bytes.byteLength) {
      const { size } = await this.#file.stat();
      const wanted = Math.max(length, Math.min(WINDOW_BYTES, size - position));
      this.#bytes = await readView(this.#file, position, wanted, this.#path);
      this.#start = position;
    }
    return new DataView(this.#bytes.buffer, position - this.#start, length);
  }
}

/**
 * Opens a weights file for the time of `use`. Throws `CheckpointError` when the file system refuses, or for anything
 * but a file: opening a pipe would block.
 */
export async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  return withUserFile(path, refuseToRead('weights file', path), use);
}
