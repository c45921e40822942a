/**
 * @file Writes zip files without compression, with 64-bit extensions where needed, and each member's bytes aligned to
 * 64 so that they can be mapped. Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { writeBytes } from './writable-tensor.ts';

/** PyTorch's alignment of tensors in its files. */
const ALIGNMENT = 64;
const LIMIT = 0xffffffff;
const COPIED_BYTES = 2 ** 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1 January 1980, the earliest date in zip files; constant, so that the same content gives the same bytes. */
const DATE = 0x0021;
/** Id of an extra field used as padding, as in PyTorch's files. */
const FILLING = 0x4246;

interface Member {
  readonly name: Uint8Array;
  readonly checksum: number;
  readonly size: number;
  /** Position of its header. */
  readonly offset: number;
}

/** Adds members to an empty open file, one after another; `finish` must be the last call. */
export class ZipWriter {
  readonly #file: FileHandle;
  readonly #members: Member[] = [];
  #end = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Adds a member. Throws `RangeError` when it has 4 GiB or more. */
  async add(name: string, pieces: readonly Uint8Array[]): Promise<void> {
    const size = pieces.reduce((sum, { length }) => sum + length, 0);
    if (size >= LIMIT) throw new RangeError(`"${name}" has ${size} bytes; a member has less than 4 GiB`);
    const checksum = pieces.reduce((sum, piece) => crc32(piece, sum), 0);
    const member = { name: new TextEncoder().encode(name), checksum, size, offset: this.#end };
    this.#members.push(member);
    const before = 30 + member.name.length + 4;
    const filling = (ALIGNMENT - ((this.#end + before) % ALIGNMENT)) % ALIGNMENT;
    await this.#write(
      fields([4, 0x04034b50], [2, 20], ...common(member), [2, 4 + filling]),
      member.name,
      fields([2, FILLING], [2, filling]),
      new Uint8Array(filling),
      ...pieces,
    );
  }

  /** Writes the directory. */
  async finish(): Promise<void> {
    const start = this.#end;
    for (const member of this.#members) {
      const far = member.offset >= LIMIT;
      await this.#write(
        fields(
          [4, 0x02014b50],
          [2, 45],
          [2, far ? 45 : 20],
          ...common(member),
          [2, far ? 12 : 0], // extra field
          [2, 0], // comment
          [2, 0], // disk
          [2, 0], // attributes
          [4, 0],
          [4, far ? LIMIT : member.offset],
        ),
        member.name,
        far ? fields([2, 1], [2, 8], [8, member.offset]) : fields(),
      );
    }
    const [count, size, end] = [this.#members.length, this.#end - start, this.#end];
    const large = count >= 0xffff || end >= LIMIT;
    if (large) {
      await this.#write(
        fields([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0]),
        fields([8, count], [8, count], [8, size], [8, start]),
        fields([4, 0x07064b50], [4, 0], [8, end], [4, 1]),
      );
    }
    const shown = large ? [0xffff, LIMIT, LIMIT] : [count, size, start];
    await this.#write(
      fields(
        [4, 0x06054b50],
        [2, 0],
        [2, 0],
        [2, shown[0]!],
        [2, shown[0]!],
        [4, shown[1]!],
        [4, shown[2]!],
        [2, 0],
      ),
    );
  }

  async #write(...pieces: readonly Uint8Array[]): Promise<void> {
    const size = pieces.reduce((sum, { length }) => sum + length, 0);
    // Small chunks are merged, since a system call costs more than a copy.
    for (const piece of size < COPIED_BYTES ? [Buffer.concat(pieces)] : pieces) {
      await writeBytes(this.#file, piece);
    }
    this.#end += size;
  }
}

type Field = readonly [size: 2 | 4 | 8, value: number];

/** Common fields of a member's local header and its directory entry. */
function common({ name, checksum, size }: Member): Field[] {
  return [
    [2, FLAGS],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, checksum],
    [4, size],
    [4, size],
    [2, name.length],
  ];
}

/** Consecutive little-endian integers. */
function fields(...values: readonly Field[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(values.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of values) {
    if (size === 2) bytes.setUint16(at, value, true);
    else if (size === 4) bytes.setUint32(at, value, true);
    else bytes.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return new Uint8Array(bytes.buffer);
}
