/** @file Reads the interlacing flags of a video track in Matroska and WebM files (RFC 9559, 5.1.4.1.28). */

import type { FileHandle } from 'node:fs/promises';
import { withUserFile } from '../checkpoints/user-file.ts';
import { refuseMedia } from './refuse-media.ts';

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TRACKS = 0x1654ae6b;
const TRACK = 0xae;
const TRACK_NUMBER = 0xd7;
const VIDEO = 0xe0;
const FLAG_INTERLACED = 0x9a;
const FIELD_ORDER = 0x9d;

/** The interlacing flags of a track; 0 where unspecified. */
export interface MatroskaFields {
  /** `FlagInterlaced`: 0 unknown, 1 interlaced, 2 progressive. */
  readonly flag: number;
  /** `FieldOrder`: 1 and 9 for the top field first, 6 and 14 for the bottom field first. */
  readonly order: number;
}

/** Reads the flags of the track with this number; `undefined` if there is no such track. */
export async function readMatroskaFields(path: string, number: number): Promise<MatroskaFields | undefined> {
  return withUserFile(path, refuseMedia('clip', path), async (file, size) => {
    const whole = { start: 0, end: size };
    const tracks = await child(file, whole, SEGMENT, TRACKS);
    if (!tracks) return undefined;
    for await (const { id, ...track } of elements(file, tracks)) {
      if (id !== TRACK || (await numberIn(file, track, TRACK_NUMBER)) !== number) continue;
      const video = await child(file, track, VIDEO);
      if (!video) return undefined;
      return {
        flag: (await numberIn(file, video, FLAG_INTERLACED)) ?? 0,
        order: (await numberIn(file, video, FIELD_ORDER)) ?? 0,
      };
    }
    return undefined;
  });
}

/** Range of an element's content in the file. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Iterates over the elements up to the first cluster of frames. */
async function* elements(file: FileHandle, within: Range): AsyncGenerator<Range & { readonly id: number }> {
  let at = within.start;
  while (at + 2 <= within.end) {
    const header = Buffer.alloc(12);
    await file.read(header, 0, header.length, at);
    const idLength = Math.clz32(header[0]!) - 23;
    const sizeLength = Math.clz32(header[idLength] ?? 0) - 23;
    if (idLength > 4 || sizeLength > 8) return;
    const id = header.readUIntBE(0, idLength);
    if (id === CLUSTER) return;
    let size = header[idLength]! & (255 >> sizeLength);
    let isUnknown = size === 255 >> sizeLength;
    for (let i = 1; i < sizeLength; i++) {
      const byte = header[idLength + i]!;
      size = 256 * size + byte;
      isUnknown &&= byte === 255;
    }
    const start = at + idLength + sizeLength;
    const end = isUnknown ? within.end : Math.min(within.end, start + size);
    yield { id, start, end };
    at = end;
  }
}

async function child(
  file: FileHandle,
  within: Range,
  ...path: readonly number[]
): Promise<Range | undefined> {
  let range: Range = within;
  for (const id of path) {
    let found: Range | undefined;
    for await (const element of elements(file, range)) {
      if (element.id !== id) continue;
      found = element;
      break;
    }
    if (!found) return undefined;
    range = found;
  }
  return range;
}

async function numberIn(file: FileHandle, within: Range, id: number): Promise<number | undefined> {
  const range = await child(file, within, id);
  if (!range || range.end - range.start > 6) return undefined;
  const bytes = Buffer.alloc(range.end - range.start);
  await file.read(bytes, 0, bytes.length, range.start);
  return bytes.length === 0 ? 0 : bytes.readUIntBE(0, bytes.length);
}
