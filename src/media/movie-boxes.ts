/** @file Reads facts about a video track from MP4 and MOV boxes: the edit list, and the order of fields. */

import type { FileHandle } from 'node:fs/promises';
import { withUserFile } from '../checkpoints/user-file.ts';
import { refuseMedia } from './refuse-media.ts';

/** An entry of an edit list: the part of the track that is shown next. */
export interface EditLine {
  /** Duration in seconds; `Infinity` if unspecified: to the end. */
  readonly duration: number;
  /** Start in the track's own time, in ticks of its time scale; −1: nothing is shown for this duration. */
  readonly mediaTime: number;
  /** Playback rate: 1 as stored; ½ half as fast; 0 a single held frame. */
  readonly rate: number;
}

/** The result of {@link readMovieTrack}. */
export interface MovieTrack {
  /** Ticks per second of the track's time. */
  readonly timescale: number;
  /** Length in seconds of the tick that durations of edits are measured in. */
  readonly movieTick: number;
  /** The edit list; `undefined` if there is none. */
  readonly edits: readonly EditLine[] | undefined;
  /** The `fiel` box: number of fields per picture (1 or 2), and their order. */
  readonly fields: { readonly count: number; readonly order: number } | undefined;
}

/** Upper bound of the number of edits; no editor writes more. */
const MOST_EDITS = 1000;
/** Upper bound of the number of frames, more than a week at 25 a second. */
const MOST_FRAMES = 2 ** 24;
/** Upper bound of the number of boxes in one, against hostile files with millions of empty boxes. */
const MOST_BOXES = 1_000_000;

/**
 * Reads facts about the video track with this id from an MP4 or MOV file (ISO/IEC 14496-12; QuickTime File Format);
 * `undefined` if there is no such track. Throws `RangeError` for an edit list of more than a thousand entries, and for
 * an index of impossibly many frames, which would keep the media library busy for minutes.
 */
export async function readMovieTrack(path: string, trackId: number): Promise<MovieTrack | undefined> {
  return withUserFile(path, refuseMedia('clip', path), async (file, size) => {
    const movie = await child(file, { start: 0, end: size }, 'moov');
    if (!movie) return undefined;
    const movieTick = 1 / (await timescaleIn(file, movie, 'mvhd'));
    for await (const { type, ...track } of boxes(file, movie)) {
      if (type !== 'trak' || (await idOf(file, track)) !== trackId) continue;
      const media = await child(file, track, 'mdia');
      if (!media) return undefined;
      const timescale = await timescaleIn(file, media, 'mdhd');
      await assertFewFrames(file, media);
      return {
        timescale,
        movieTick,
        edits: await editsIn(file, track, movieTick),
        fields: await fieldsIn(file, media),
      };
    }
    return undefined;
  });
}

/** Range of a box's content in the file. */
interface Range {
  readonly start: number;
  readonly end: number;
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, at);
  return bytes;
}

async function* boxes(file: FileHandle, within: Range): AsyncGenerator<Range & { readonly type: string }> {
  let at = within.start;
  for (let count = 0; at + 8 <= within.end && count < MOST_BOXES; count++) {
    const header = await bytesAt(file, at, 16);
    const small = header.readUInt32BE(0);
    const size = small === 1 ? Number(header.readBigUInt64BE(8)) : small === 0 ? within.end - at : small;
    const headerSize = small === 1 ? 16 : 8;
    if (size < headerSize) return;
    const end = Math.min(within.end, at + size);
    yield { type: header.toString('latin1', 4, 8), start: at + headerSize, end };
    at += size;
  }
}

async function child(
  file: FileHandle,
  within: Range,
  ...path: readonly string[]
): Promise<Range | undefined> {
  let range: Range = within;
  for (const name of path) {
    let found: Range | undefined;
    for await (const box of boxes(file, range)) {
      if (box.type !== name) continue;
      found = box;
      break;
    }
    if (!found) return undefined;
    range = found;
  }
  return range;
}

/** In `mvhd` and `mdhd` the time scale follows two dates, which are longer in version 1. */
async function timescaleIn(file: FileHandle, within: Range, name: string): Promise<number> {
  const header = await child(file, within, name);
  if (!header) return 1;
  const bytes = await bytesAt(file, header.start, 24);
  return bytes.readUInt32BE(bytes[0] === 1 ? 20 : 12) || 1;
}

async function idOf(file: FileHandle, track: Range): Promise<number | undefined> {
  const header = await child(file, track, 'tkhd');
  if (!header) return undefined;
  const bytes = await bytesAt(file, header.start, 24);
  return bytes.readUInt32BE(bytes[0] === 1 ? 20 : 12);
}

async function editsIn(file: FileHandle, track: Range, tick: number): Promise<EditLine[] | undefined> {
  const list = await child(file, track, 'edts', 'elst');
  if (!list) return undefined;
  const header = await bytesAt(file, list.start, 8);
  const isLong = header[0] === 1;
  const lineSize = isLong ? 20 : 12;
  const count = Math.min(header.readUInt32BE(4), Math.floor((list.end - list.start - 8) / lineSize));
  if (count > MOST_EDITS) throw new RangeError(`its edit list has ${count} lines`);
  const bytes = await bytesAt(file, list.start + 8, count * lineSize);
  return Array.from({ length: count }, (_, line) => {
    const at = line * lineSize;
    const ticks = isLong ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at);
    const mediaTime = isLong ? Number(bytes.readBigInt64BE(at + 8)) : bytes.readInt32BE(at + 4);
    const rate = bytes.readInt32BE(at + lineSize - 4) / 65_536;
    return {
      duration: ticks === 0 && rate !== 0 && mediaTime >= 0 ? Infinity : ticks * tick,
      mediaTime,
      rate,
    };
  });
}

/**
 * Throws `RangeError` unless the time tables (`stts`, `ctts`) have a plausible number of frames, and no chunk (`stsc`)
 * has more than there are in all (`stsz`): the reader counts through each.
 */
async function assertFewFrames(file: FileHandle, media: Range): Promise<void> {
  for (const name of ['stts', 'ctts']) {
    const table = await child(file, media, 'minf', 'stbl', name);
    if (!table) continue;
    const bytes = await bytesAt(file, table.start, Math.min(table.end - table.start, 8 + 8 * MOST_FRAMES));
    let frames = 0;
    for (let at = 8; at + 8 <= bytes.length; at += 8) frames += bytes.readUInt32BE(at);
    if (frames > MOST_FRAMES) throw new RangeError(`its index lists ${frames} frames`);
  }
  const [sizes, chunks] = [
    await child(file, media, 'minf', 'stbl', 'stsz'),
    await child(file, media, 'minf', 'stbl', 'stsc'),
  ];
  if (!sizes || !chunks) return;
  const all = (await bytesAt(file, sizes.start, 12)).readUInt32BE(8);
  const bytes = await bytesAt(file, chunks.start, Math.min(chunks.end - chunks.start, 8 + 12 * MOST_FRAMES));
  for (let at = 8; at + 12 <= bytes.length; at += 12) {
    const inChunk = bytes.readUInt32BE(at + 4);
    if (inChunk > all) throw new RangeError(`its index lists ${inChunk} frames in a chunk, ${all} in all`);
  }
}

/** Bytes of a video track's sample entry before the boxes in it. */
const SAMPLE_ENTRY = 78;

async function fieldsIn(file: FileHandle, media: Range): Promise<MovieTrack['fields']> {
  const descriptions = await child(file, media, 'minf', 'stbl', 'stsd');
  if (!descriptions) return undefined;
  const entries = { ...descriptions, start: descriptions.start + 8 };
  for await (const entry of boxes(file, entries)) {
    const box = await child(file, { start: entry.start + SAMPLE_ENTRY, end: entry.end }, 'fiel');
    if (!box || box.end - box.start < 2) return undefined;
    const [count, order] = await bytesAt(file, box.start, 2);
    return { count: count!, order: order! };
  }
  return undefined;
}
