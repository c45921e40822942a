/** @file What is found about clips, and the frames that a training will see, as pictures; in a process of its own. */
import { join } from 'node:path';
import { exists } from '../../checkpoints/exists.ts';
import { makeFolders } from '../../checkpoints/make-folders.ts';
import { examineClips } from '../../library/examine-clips.ts';
import { describeCaptionNotes } from '../../media/caption-notes.ts';
import { type ReadFramesOptions, readFrames } from '../../media/clip.ts';
import type { FramesPart } from '../../media/clip-part.ts';
import { contactSheet } from '../../media/contact-sheet.ts';
import { writePng } from '../../media/picture-file.ts';
import type { Fit } from '../../media/shape-settings.ts';
import type { Size } from '../../media/size.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { readMotionInfo } from '../../motion/file/motion-file.ts';
import { findMotionFile } from '../../motion/file/motion-path.ts';
import { type MessageParts, messageParts, wordParts } from '../../phrases.ts';
import { newSettings } from '../../pipelines/train/prepare-training.ts';
import { settingsOfStart } from '../../pipelines/train/start-from.ts';
import { presets } from '../../training/training-settings.ts';
import type { ClipPart, LookAnswer } from '../api/clip-api.ts';
import { itemId } from './item-id.ts';
import { writeLoop } from './look-media.ts';
import { pageVocabulary } from './page-vocabulary.ts';

/** A training, as far as it decides what is seen of clips. */
export interface SeeingTraining {
  /** Path of the base, or `built-in`; absent if it is not on this machine. */
  readonly base?: string;
  /** Name of a preset of training. */
  readonly preset?: string;
  /** File of the motion that it begins with. */
  readonly startFrom?: string;
}

/** Clips to look at. */
export interface LookAtClips {
  readonly clips: readonly {
    readonly id: string;
    readonly path: string;
    /** What it is, and its state: with other content it has another key. */
    readonly key: string;
  }[];
  /** Settings of `examineClips`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The training whose settings the others are. */
  readonly training?: SeeingTraining;
  /** Keeps what is found, and pictures, so that only what has changed is read again: `id.strip.png`, `id.loop.webp`. */
  readonly folder: string;
  /** Addresses of pictures, which `/id/strip` and `/id/loop` follow. */
  readonly address: string;
}

/** Height of a strip, and most frames in it. */
const [stripHeight, stripFrames] = [96, 64];

/** See `lookAnswerSchema`. Throws `UsageError` for settings that make no sense, `MediaError` for damaged captions. */
export async function lookAtClips({
  clips,
  settings: given,
  training,
  folder,
  address,
}: LookAtClips): Promise<LookAnswer> {
  await makeFolders(folder);
  const settings = training ? await settingsOfTraining(training, given, clips) : given;
  const idOf = new Map(clips.map(({ path, id }) => [path, id]));
  const keyOf = new Map(clips.map(({ path, key }) => [path, key]));
  const report = await examineClips({ ...settings, clips: clips.map(({ path }) => path), cache: folder });
  const { size } = sizeOf(settings);
  const looked: LookAnswer['clips'][number][] = [];
  for (const clip of report.clips) {
    const { path, frameCount, framesPerSecond, durationSeconds, window, caption, part } = clip;
    const pictures =
      window &&
      (await picturesOf(folder, keyOf.get(path)!, {
        ...{ path, crop: part?.crop, frames: window.frames, rate: framesPerSecond ?? customaryRate },
        ...sizeOf(settings),
      }));
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
          strip: `${address}/${pictures}/strip`,
          loop: `${address}/${pictures}/loop`,
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
    ...(size && { size }),
    clipFps: report.clipFps,
  };
}

/** What the training has for what is not given. Throws as the training would. */
async function settingsOfTraining(
  { base, preset, startFrom }: SeeingTraining,
  given: LookAtClips['settings'],
  clips: LookAtClips['clips'],
): Promise<LookAtClips['settings']> {
  const values = preset === undefined ? undefined : presets[preset as keyof typeof presets];
  const all = await newSettings({
    settings: {
      ...some(given, seeing),
      ...(base !== undefined && { base: base === 'built-in' ? builtInBase() : base }),
      clips: clips.map(({ path }) => path),
      prompt: '',
    },
    preset: values,
    useRecommended: base !== undefined && values === undefined,
    ...(startFrom !== undefined && {
      ofStart: settingsOfStart({ info: await readMotionInfo(await findMotionFile(startFrom)) }),
    }),
  });
  // Frames that are spread over a clip have no stride.
  return {
    ...given,
    ...some(all, all.window === 'spread' ? seeing.filter((name) => name !== 'stride') : seeing),
  };
}

/** Settings that decide what is seen. */
const seeing = ['frames', 'width', 'height', 'clipFps', 'stride', 'window', 'fit'];

function some(values: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
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
  /** Size of the training, and how a clip is fitted to it; absent: the clip's own. */
  readonly size?: Size;
  readonly fit?: Fit;
  /** Frames of the clip a second. */
  readonly rate: number;
}

function sizeOf({ width, height, fit = 'cover' }: LookAtClips['settings']): Pick<Seen, 'size' | 'fit'> {
  if (typeof width !== 'number' || typeof height !== 'number') return {};
  return { size: { width, height }, fit: fit as Fit };
}

/** The identifier of pictures of what is seen, which are made unless they are there. */
async function picturesOf(folder: string, key: string, seen: Seen): Promise<string> {
  const { path: _, ...shown } = seen;
  const id = itemId(JSON.stringify([key, shown]));
  // The loop is written last.
  if (!(await exists(join(folder, `${id}.loop.webp`)))) await writeSeen(seen, join(folder, id));
  return id;
}

async function writeSeen({ path, crop, frames, size, fit, rate }: Seen, place: string): Promise<void> {
  const fitted = size && fit ? { size, fit } : {};
  const seen = await readFrames(path, { indices: frames, crop, ...fitted });
  const { width: w, height: h } = seen[0]!;
  const share = Math.min(1, stripHeight / h);
  const smaller = { width: Math.max(1, Math.round(share * w)), height: Math.max(1, Math.round(share * h)) };
  const strip = await readFrames(path, {
    indices: frames.slice(0, stripFrames),
    crop,
    ...(share < 1 || size ? { size: smaller, fit: fit ?? 'stretch' } : {}),
  });
  await writePng(`${place}.strip.png`, contactSheet([strip], { gap: 0 }));
  // As fast as the motion in the clip, whichever frames are taken.
  const step = frames.length > 1 ? (frames.at(-1)! - frames[0]!) / (frames.length - 1) : 1;
  await writeLoop(`${place}.loop.webp`, seen, rate / Math.max(1, step));
}

function worded(parts: MessageParts): { message: string; advice?: string[] } {
  const { message, advice } = wordParts(parts, pageVocabulary);
  return { message, ...(advice.length > 0 && { advice: [...advice] }) };
}
