/** @file Splits clips at shot cuts and crops black bars, into a folder that can be trained on. */

import { cp, readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { asStorageError, writeAtomically } from '../checkpoints/atomic-write.ts';
import { makeFolder } from '../checkpoints/place-to-write.ts';
import { InterruptedError, StorageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { phrase, setting } from '../phrases.ts';
import { type Bars, cropPicture, evenSize, sizeWithoutBars } from './black-bars.ts';
import { CAPTIONS_NAME } from './caption-files.ts';
import { captionTableLine } from './caption-lists.ts';
import { visitFrames } from './clip.ts';
import { croppedTo } from './clip-part.ts';
import type { ExaminedClip } from './clip-report.ts';
import { framesAtRate } from './clip-window.ts';
import type { Shot } from './examine-clip.ts';
import type { Picture } from './picture.ts';
import { videoEngine } from './video-engine.ts';
import { writeVideo } from './video-file.ts';

/** A piece of a clip to be written. */
export interface CutPiece {
  readonly clip: ExaminedClip;
  /** Its name in the output folder. */
  readonly name: string;
  /** The shot taken from the clip; absent if the clip is copied unchanged. */
  readonly shot?: Shot;
}

/**
 * Largest piece in decoded bytes; larger ones are split further, since a piece is held in memory while it is written.
 */
const MOST_BYTES = 2 ** 30;

/**
 * Plans the pieces: clips with nothing to cut, and of which all is used, are copied; of the others, every shot of at
 * least `frames` frames becomes a clip. Folders of pictures become folders of PNG frames, everything else MP4 of the
 * same rate, at a visually lossless quality.
 */
export function planPieces(
  clips: readonly ExaminedClip[],
  frames: number,
  mostBytes: number = MOST_BYTES,
): CutPiece[] {
  const pieces: CutPiece[] = [];
  const names = new Set<string>();
  const uniqueName = (name: string) => {
    const ending = extname(name);
    let unique = name;
    for (let i = 2; names.has(unique.toLowerCase()); i++) {
      unique = `${name.slice(0, name.length - ending.length)}-${i}${ending}`;
    }
    names.add(unique.toLowerCase());
    return unique;
  };
  for (const clip of clips) {
    const name = basename(clip.path);
    const whole = clip.shots.length === 1 && !clip.bars && !clip.part;
    if (whole) pieces.push({ clip, name: uniqueName(name) });
    if (whole) continue;
    const most = Math.max(frames, Math.floor(mostBytes / (clip.width * clip.height * 3)));
    const shots = clip.shots.flatMap((shot) => divided(shot, most)).filter(({ length }) => length >= frames);
    const stem = clip.kind === 'folder' ? name : name.slice(0, name.length - extname(name).length);
    for (const [i, shot] of shots.entries()) {
      const numbered = shots.length > 1 ? `${stem}_${i + 1}` : stem;
      pieces.push({ clip, shot, name: uniqueName(clip.kind === 'folder' ? numbered : `${numbered}.mp4`) });
    }
  }
  return pieces;
}

function divided({ start, length }: Shot, most: number): Shot[] {
  const parts = Math.ceil(length / most);
  const bound = (part: number) => Math.floor((part * length) / parts);
  return Array.from({ length: parts }, (_, part) => ({
    start: start + bound(part),
    length: bound(part + 1) - bound(part),
  }));
}

/**
 * Writes the pieces into `folder`, with a `captions.tsv` if the clips have captions. Nothing is overwritten: throws
 * `StorageError` unless the folder is new or empty. Throws `InterruptedError` when stopped, and, before anything is
 * written, `LampError` if a piece becomes MP4 and the video codecs are missing.
 */
export async function writePieces(
  pieces: readonly CutPiece[],
  folder: string,
  { signal, onEvent }: WorkOptions = {},
): Promise<void> {
  if (pieces.some(({ clip, shot }) => shot && clip.kind !== 'folder')) await videoEngine();
  await assertEmpty(folder);
  const progress = (done: number) =>
    onEvent?.({ type: 'progress', stage: 'cutting', done, total: pieces.length });
  progress(0);
  for (const [index, piece] of pieces.entries()) {
    if (signal?.aborted) {
      throw new InterruptedError({
        found: `stopped after ${index} of ${pieces.length} clips in "${folder}"`,
        advice: 'To begin again, remove them or choose another folder.',
      });
    }
    await writePiece(piece, join(folder, piece.name));
    progress(index + 1);
  }
  const lines = pieces.flatMap(({ clip, name }) =>
    clip.caption ? [captionTableLine(name, clip.caption)] : [],
  );
  if (lines.length === 0) return;
  await writeAtomically(join(folder, CAPTIONS_NAME), (file) => file.writeFile(lines.join('')));
}

/** Throws `StorageError` unless `folder` does not exist or is empty. */
export async function assertEmpty(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    const [name] = await readdir(folder);
    if (name === undefined) return;
    throw new StorageError({
      found: `"${folder}" is not empty (it holds "${name}"), and nothing is overwritten`,
      setting: 'out',
      advice: phrase`Give another ${setting('out')}.`,
    });
  } catch (error) {
    throw asStorageError(error, folder);
  }
}

async function writePiece({ clip, shot }: CutPiece, path: string): Promise<void> {
  if (!shot) {
    await cp(clip.path, path, { recursive: true, force: false, errorOnExist: true }).catch((error) => {
      throw asStorageError(error, path);
    });
    return;
  }
  // Unevenly spaced frames are resampled by time, so that the piece, which has one rate, moves like the clip.
  const taken = framesAtRate(clip, clip.framesPerSecond ?? 'frames').filter(
    (frame) => frame >= shot.start && frame < shot.start + shot.length,
  );
  const found = new Map<number, Picture>();
  await visitFrames(clip.path, new Set(taken), async (frame, index) => {
    found.set(index, trimmed(croppedTo(frame, clip.part?.crop), clip.bars ?? noBars, clip.kind !== 'folder'));
  });
  const frames = taken.flatMap((frame) => found.get(frame) ?? []);
  // A folder stores no rate; any value will do.
  await writeVideo(path, frames, { framesPerSecond: clip.framesPerSecond ?? 1 });
}

const noBars: Bars = { top: 0, bottom: 0, left: 0, right: 0 };

/** The picture without bars and, if a codec requires even sizes, without an odd row or column. */
function trimmed(frame: Picture, bars: Bars, even: boolean): Picture {
  const inner = sizeWithoutBars(frame, bars);
  const size = even ? evenSize(inner) : inner;
  const whole = size.width === frame.width && size.height === frame.height;
  return whole ? frame : cropPicture(frame, bars.left, bars.top, size);
}
