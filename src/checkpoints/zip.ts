/**
 * @file Reads the directory of a zip file, with 64-bit extensions: its members and the positions of their bytes.
 * Nothing is decompressed. Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

import type { FileHandle } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import { onOneLine } from './one-line.ts';
import { ReadWindow, readView } from './read-range.ts';

/** One file in a zip file. */
export interface ZipMember {
  readonly name: string;
  /** Position of its first stored byte in the zip file. */
  readonly offset: number;
  /** Bytes it takes in the zip file. */
  readonly byteLength: number;
  /** Why the stored bytes differ from the content; `undefined` when they do not. */
  readonly packed: 'compressed' | 'encrypted' | undefined;
}

/** Limits far above what weights need; a hostile directory cannot exhaust memory. */
const MAX_DIRECTORY_BYTES = 256 * 2 ** 20;
const MAX_MEMBERS = 1_000_000;

const END = 0x06054b50;
const END_BYTES = 22;
const END64 = 0x06064b50;
const END64_BYTES = 56;
const LOCATOR64 = 0x07064b50;
const LOCATOR64_BYTES = 20;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const utf8 = new TextDecoder();
/** The longest comment after a zip file's end. */
const MAX_COMMENT = 0xffff;

/**
 * The members by name, in the order of their bytes. Throws `CheckpointError` when the directory is missing or damaged.
 */
export async function readZipDirectory(
  file: FileHandle,
  path: string,
): Promise<ReadonlyMap<string, ZipMember>> {
  const { size } = await file.stat();
  const directory = await findDirectory(file, size, path);
  const bytes = await readView(file, directory.offset, directory.byteLength, path);
  const entries = parseEntries(bytes, directory.count, path).sort((a, b) => a.local - b.local);
  const members = new Map<string, ZipMember>();
  const window = new ReadWindow(file, path);
  for (const { name, local, byteLength, packed } of entries) {
    if (members.has(name)) throw damaged(path, `holds "${name}" twice`);
    if (local + LOCAL_BYTES > directory.offset) throw damaged(path, `has "${name}" outside of its data`);
    const header = await window.view(local, LOCAL_BYTES);
    if (header.getUint32(0, true) !== LOCAL) throw damaged(path, `has nothing where "${name}" should be`);
    // Names and extra fields here may differ in length from those in the directory.
    const offset = local + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    if (offset + byteLength > directory.offset) {
      throw damaged(path, `gives "${name}" ${byteLength} bytes, which it does not have`);
    }
    members.set(name, { name, offset, byteLength, packed });
  }
  return members;
}

interface Directory {
  readonly offset: number;
  readonly byteLength: number;
  readonly count: number;
}

/** Finds the end record of the file, which locates the directory. */
async function findDirectory(file: FileHandle, size: number, path: string): Promise<Directory> {
  const start = Math.max(0, size - END_BYTES - MAX_COMMENT - LOCATOR64_BYTES);
  const bytes = await readView(file, start, size - start, path);
  let at = bytes.byteLength - END_BYTES;
  while (at >= 0 && !(bytes.getUint32(at, true) === END && endsAt(bytes, at))) at--;
  if (at < 0) {
    throw new CheckpointError({
      found: `weights file "${path}" is cut off: it is a zip file of ${size} bytes without the directory that ends one`,
      advice: 'Download it again.',
    });
  }
  if (bytes.getUint16(at + 4, true) !== 0) throw damaged(path, 'is one part of a divided zip file');
  let directory: Directory = {
    count: bytes.getUint16(at + 10, true),
    byteLength: bytes.getUint32(at + 12, true),
    offset: bytes.getUint32(at + 16, true),
  };
  let end = start + at;
  const locator = at - LOCATOR64_BYTES;
  if (locator >= 0 && bytes.getUint32(locator, true) === LOCATOR64) {
    end = wholeNumber(bytes, locator + 8, path);
    if (end + END64_BYTES > size) throw damaged(path, 'points beyond its end');
    const record = await readView(file, end, END64_BYTES, path);
    if (record.getUint32(0, true) !== END64) throw damaged(path, 'has no directory where it says');
    directory = {
      count: wholeNumber(record, 32, path),
      byteLength: wholeNumber(record, 40, path),
      offset: wholeNumber(record, 48, path),
    };
  }
  if (directory.offset + directory.byteLength > end) throw damaged(path, 'has a directory that does not fit');
  if (directory.byteLength > MAX_DIRECTORY_BYTES || directory.count > MAX_MEMBERS) {
    throw damaged(path, `has a directory of ${directory.count} members in ${directory.byteLength} bytes`);
  }
  return directory;
}

/** Whether the end record at `at` is followed by exactly its comment. */
function endsAt(bytes: DataView, at: number): boolean {
  return at + END_BYTES + bytes.getUint16(at + 20, true) === bytes.byteLength;
}

interface Entry extends Omit<ZipMember, 'offset'> {
  /** Position of the member's local header. */
  readonly local: number;
}

function parseEntries(bytes: DataView, count: number, path: string): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > bytes.byteLength || bytes.getUint32(at, true) !== ENTRY) {
      throw damaged(path, `has ${i} members in a directory of ${count}`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      bytes.getUint16(at + field, true),
    ) as [number, number, number];
    const end = at + ENTRY_BYTES + nameLength + extraLength + commentLength;
    if (end > bytes.byteLength) throw damaged(path, 'has a directory that is cut off');
    const nameStart = bytes.byteOffset + at + ENTRY_BYTES;
    const name = utf8.decode(new Uint8Array(bytes.buffer, nameStart, nameLength));
    const extra = new DataView(bytes.buffer, nameStart + nameLength, extraLength);
    const [size, packedSize, local] = largeNumbers(
      [bytes.getUint32(at + 24, true), bytes.getUint32(at + 20, true), bytes.getUint32(at + 42, true)],
      extra,
      path,
    );
    const encrypted = (bytes.getUint16(at + 8, true) & 1) !== 0;
    const compressed = bytes.getUint16(at + 10, true) !== 0 || size !== packedSize;
    const packed = encrypted ? 'encrypted' : compressed ? 'compressed' : undefined;
    entries.push({ name, local, byteLength: packedSize, packed });
    at = end;
  }
  return entries;
}

/** Replaces 32-bit numbers of all ones by the 64-bit ones of extra field 1, which are in the same order. */
function largeNumbers(
  small: [number, number, number],
  extra: DataView,
  path: string,
): [number, number, number] {
  if (!small.includes(0xffffffff)) return small;
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const end = Math.min(extra.byteLength, next + extra.getUint16(at + 2, true));
    return small.map((value) => {
      if (value !== 0xffffffff) return value;
      if (next + 8 > end) throw damaged(path, 'lacks the size of a large member');
      next += 8;
      return wholeNumber(extra, next - 8, path);
    }) as [number, number, number];
  }
  return small;
}

function wholeNumber(bytes: DataView, at: number, path: string): number {
  const value = Number(bytes.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw damaged(path, 'names an impossible place');
  return value;
}

function damaged(path: string, found: string): CheckpointError {
  return new CheckpointError({
    found: `weights file "${path}" ${onOneLine(found)}: the zip file is damaged`,
    advice: 'Download it again.',
  });
}
