/** @file Reads weights from their files each time they are needed, into memory that is used again. */
import { type FileHandle, open } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import type { StoredTensor } from '../graph/tensor.ts';

/** Alignment of a weight in the buffer, in bytes: that of a cache line. */
const alignment = 64;

/** Bytes that the weights take together in a reader's buffer. */
export function bufferBytes(weights: Iterable<StoredTensor>): number {
  let total = 0;
  for (const { byteLength } of weights) total += Math.ceil(byteLength / alignment) * alignment;
  return total;
}

/**
 * Reads weights through one buffer. A file that fits into the system's cache is read from there at the speed of
 * memory; where memory is short, from the disk.
 */
export class WeightReader {
  readonly #files = new Map<string, Promise<FileHandle>>();
  #buffer: ArrayBuffer;

  /** @param bytes size of the buffer: the largest `bufferBytes` of what is read at a time */
  constructor(bytes: number) {
    this.#buffer = new ArrayBuffer(bytes);
  }

  /**
   * The raw bytes of the weights, in the order given; valid until the next call. Throws `CheckpointError` when a file
   * is gone or has become shorter.
   */
  async read(weights: Iterable<StoredTensor>): Promise<Uint8Array[]> {
    let at = 0;
    const views: Uint8Array[] = [];
    for (const weight of weights) {
      const view = new Uint8Array(this.#buffer, at, weight.byteLength);
      views.push(view);
      at += Math.ceil(weight.byteLength / alignment) * alignment;
      await this.#fill(view, weight);
    }
    return views;
  }

  /** Closes the files and frees the buffer. */
  async dispose(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    this.#buffer = new ArrayBuffer(0);
    for (const file of files) await (await file).close();
  }

  async #fill(target: Uint8Array, { path, offset }: StoredTensor): Promise<void> {
    try {
      if (!this.#files.has(path)) this.#files.set(path, open(path, 'r'));
      const file = await this.#files.get(path)!;
      for (let done = 0; done < target.length; ) {
        const { bytesRead } = await file.read(target, done, target.length - done, offset + done);
        if (bytesRead === 0) throw new Error(`it ended at byte ${offset + done}`);
        done += bytesRead;
      }
    } catch (error) {
      this.#files.delete(path);
      const reason = error instanceof Error ? error.message : String(error);
      throw new CheckpointError(
        {
          found: `the weights in "${path}" cannot be read any more: ${reason}`,
          advice: 'Another program has changed the file; open it again.',
        },
        { cause: error },
      );
    }
  }
}
