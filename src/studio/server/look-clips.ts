/** @file What is found about clips, and the frames that a training will see, as pictures; in a process of its own. */
import { join } from 'node:path';
import { makeFolders } from '../../checkpoints/make-folders.ts';
import { examineClips } from '../../library/examine-clips.ts';
import { describeCaptionNotes } from '../../media/caption-notes.ts';
import { type ReadFramesOptions, readFrames } from '../../media/clip.ts';
import type { FramesPart } from '../../media/clip-part.ts';
import { contactSheet } from '../../media/contact-sheet.ts';
import { writePng } from '../../media/picture-file.ts';
import { libraryVocabulary, type MessageParts, messageParts, wordParts } from '../../phrases.ts';
import type { ClipPart, LookAnswer } from '../api/clip-api.ts';
import { writeLoop } from './look-media.ts';

/** Clips to look at. */
export interface LookAtClips {
  readonly clips: readonly {
    readonly id: string;
    readonly path: string;
    /** Names the pictures in `folder`: `key.strip.png`, `key.loop.webp`. */
    readonly key: string;
  }[];
  /** Settings of `examineClips`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly folder: string;
  /** Addresses of a key's pictures. */
  readonly address: string;
}

/** Height of a strip, and most frames in it. */
const [stripHeight, stripFrames] = [96, 64];

/** See `lookAnswerSchema`. Throws `UsageError` for settings that make no sense, `MediaError` for damaged captions. */
export async function lookAtClips({ clips, settings, folder, address }: LookAtClips): Promise<LookAnswer> {
  await makeFolders(folder);
  const idOf = new Map(clips.map(({ path, id }) => [path, id]));
  const keyOf = new Map(clips.map(({ path, key }) => [path, key]));
  const report = await examineClips({ ...settings, clips: clips.map(({ path }) => path) });
  const looked: LookAnswer['clips'][number][] = [];
  for (const clip of report.clips) {
    const { path, frameCount, framesPerSecond, durationSeconds, window, caption, part } = clip;
    const key = keyOf.get(path)!;
    if (window)
      await writeSeen(
        { path, crop: part?.crop, frames: window.frames, settings, rate: framesPerSecond ?? customaryRate },
        join(folder, key),
      );
    looked.push({
      clip: idOf.get(path)!,
      width: clip.width,
      height: clip.height,
      frames: frameCount,
      ...(framesPerSecond !== null && { framesPerSecond }),
      ...(durationSeconds !== null && { seconds: durationSeconds }),
      ...(part && { part: partOf(part, frameCount) }),
      ...(caption !== undefined && { caption }),
      notes: clip.notes.map(worded),
      usable: clip.usable,
      largestStride: clip.largestStride,
      cuts: clip.shots.slice(1).map(({ start }) => start),
      ...(window && {
        sees: {
          frames: [...window.frames],
          starts: window.starts,
          strip: `${address}/${key}/strip`,
          loop: `${address}/${key}/loop`,
          stripFrames: Math.min(stripFrames, window.frames.length),
        },
      }),
    });
  }
  return {
    clips: looked,
    unreadable: report.unreadable.map(({ path, ...parts }) => ({
      clip: idOf.get(path)!,
      problem: { kind: 'MediaError', ...worded(parts) },
    })),
    alike: report.alike.map(({ paths, message }) => ({
      clips: paths.flatMap((path) => idOf.get(path) ?? []),
      message,
    })),
    notes: [...report.notes, ...describeCaptionNotes(report.captionNotes).map(messageParts)].map(worded),
    ...(report.proposal && { proposal: { ...report.proposal.settings } }),
  };
}

/** A part in frames as the page says it: the clip's own ends are no limits. */
function partOf({ first, end, crop }: FramesPart, frameCount: number): ClipPart {
  return {
    ...(first > 0 && { startFrame: first }),
    ...(end < frameCount && { endFrame: end }),
    ...(crop && { crop: { ...crop } }),
  };
}

/** Frames a second of folders of pictures, which have no rate. */
const customaryRate = 8;

interface Seen {
  readonly path: string;
  readonly crop: ReadFramesOptions['crop'];
  readonly frames: readonly number[];
  readonly settings: LookAtClips['settings'];
  /** Frames of the clip a second. */
  readonly rate: number;
}

async function writeSeen({ path, crop, frames, settings, rate }: Seen, place: string): Promise<void> {
  const { width, height, fit } = settings as { width?: number; height?: number; fit?: 'cover' | 'stretch' };
  const size =
    width !== undefined && height !== undefined ? { size: { width, height }, fit: fit ?? 'cover' } : {};
  const seen = await readFrames(path, { indices: frames, crop, ...size });
  const { width: w, height: h } = seen[0]!;
  const share = Math.min(1, stripHeight / h);
  const smaller = { width: Math.max(1, Math.round(share * w)), height: Math.max(1, Math.round(share * h)) };
  const strip = await readFrames(path, {
    indices: frames.slice(0, stripFrames),
    crop,
    ...(share < 1 || 'size' in size ? { size: smaller, fit: size.fit ?? 'stretch' } : {}),
  });
  await writePng(`${place}.strip.png`, contactSheet([strip], { gap: 0 }));
  // As fast as the motion in the clip, whichever frames are taken.
  const step = frames.length > 1 ? (frames.at(-1)! - frames[0]!) / (frames.length - 1) : 1;
  await writeLoop(`${place}.loop.webp`, seen, rate / Math.max(1, step));
}

function worded(parts: MessageParts): { message: string; advice?: string[] } {
  const { message, advice } = wordParts(parts, libraryVocabulary);
  return { message, ...(advice.length > 0 && { advice: [...advice] }) };
}
