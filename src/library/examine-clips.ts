/** @file Looking clips over before they are trained on, and taking them apart where they need it. */
import { extname } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { CaptionNote } from '../media/caption-notes.ts';
import { type ClipNote, notesAbout } from '../media/clip-notes.ts';
import {
  type AlikeClips,
  type ExaminedClip,
  examineClipSet,
  type Proposal,
  type UnreadableClip,
} from '../media/clip-report.ts';
import { type ClipRate, type ClipWindowKind, clipWindows, framesAtRate } from '../media/clip-window.ts';
import { contactSheet } from '../media/contact-sheet.ts';
import { assertEmpty, planPieces, writePieces } from '../media/cut-clips.ts';
import { findClipSet, type PassedOver } from '../media/find-clips.ts';
import type { Picture } from '../media/picture.ts';
import { writePng } from '../media/picture-file.ts';
import type { RateNote } from '../media/rate-notes.ts';
import type { Fit } from '../media/resize.ts';
import { phrase, setting } from '../phrases.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { wrongSetting } from '../wrong-settings.ts';
import { checkOptions, field, fieldsNamed, workFields } from './check-options.ts';

/** What `examineClips` takes. */
export interface ExamineClipsOptions extends WorkOptions {
  /** Clips, or folders of clips. */
  readonly clips: readonly string[];
  /** Frames of a training video, 2 to 10000; default 16. */
  readonly frames?: number;
  /** Width of a training video in pixels, together with `height`. Without them nothing is said of the clips' sizes. */
  readonly width?: number;
  /** Height of a training video in pixels, together with `width`. */
  readonly height?: number;
  /** How clips of another shape are fitted to that size: `cover`, the default, or `stretch`. */
  readonly fit?: Fit;
  /**
   * At which rate frames are taken, above 0 up to 1000 a second; `common`, the default: the clips' own rate, the lowest
   * where they differ; `frames`: each frame as one, whatever its time.
   */
  readonly clipFps?: ClipRate | 'common';
  /** Every n-th of these frames is taken; default 1. */
  readonly stride?: number;
  /** Where in a clip a training video begins; default `random`: anywhere. */
  readonly window?: ClipWindowKind;
  /**
   * Writes a PNG there with a row for each clip that can be read: the frames of the training video that it gives, or of
   * one example where videos begin anywhere.
   */
  readonly preview?: string;
  /** Writes every shot as a clip of its own, without black bars, into `out`; default false. */
  readonly cut?: boolean;
  /** With `cut`: a new or empty folder. */
  readonly out?: string;
}

/** What is known about a clip, and what is remarkable about it. */
export interface ClipReport extends ExaminedClip {
  readonly notes: readonly ClipNote[];
  /** Whether it can be trained on: it holds enough frames. */
  readonly usable: boolean;
  /** The largest stride at which it holds that many frames; 0 where it is too short. */
  readonly largestStride: number;
}

/** What is known about a set of clips. */
export interface ClipSetReport {
  /** Frames of a training video, for which they were examined. */
  readonly frames: number;
  /** Those that can be read. */
  readonly clips: readonly ClipReport[];
  readonly unreadable: readonly UnreadableClip[];
  /** Groups of clips that show nearly the same. */
  readonly alike: readonly AlikeClips[];
  /** What else lies in the folders of the clips. */
  readonly passedOver: readonly PassedOver[];
  /** Captions that belong to no clip, or whose clip is written otherwise. */
  readonly captionNotes: readonly CaptionNote[];
  /** The rate at which frames are taken, `frames` where clips have none. */
  readonly clipFps: ClipRate;
  /** What is remarkable about the set: at which rate frames are taken, and why. */
  readonly notes: readonly RateNote[];
  /** How the clips could be trained on; `undefined` where none holds enough frames. */
  readonly proposal: Proposal | undefined;
}

const pixels = z.int().min(1).max(99_999).optional();

const wanted = z.object({
  clips: z.array(z.string().min(1)).min(1),
  frames: z.int().min(2).max(10_000).default(usual.frames),
  width: pixels,
  height: pixels,
  fit: z.enum(['cover', 'stretch']).optional(),
  clipFps: z.union([z.number().positive().max(1000), z.enum(['common', 'frames'])]).default('common'),
  stride: z.int().min(1).default(1),
  window: z.enum(clipWindows).default('random'),
});

const fields = {
  ...fieldsNamed(Object.keys(wanted.shape) as (keyof typeof wanted.shape)[]),
  preview: field.path.optional(),
  cut: field.flag.optional(),
  out: field.path.optional(),
  ...workFields,
};

/**
 * Looks clips over before they are trained on: too few frames, shot cuts inside a clip, black bars, what players hide
 * or show at uneven times, interlacing, stills, repeated frames, clips that show nearly the same, captions of no clip,
 * missing numbers among frames, several rates, videos that lamp made, and what else is in the folders. Proposes a rate
 * and a stride for training. A clip that cannot be read is part of the report. Each clip is decoded three times. Throws
 * `UsageError` for an option that makes no sense, `MediaError` where there is no clip or a caption file is damaged,
 * `StorageError` where the preview or the cut clips cannot be written, and `InterruptedError` when stopped.
 *
 * @example import { examineClips } from 'lamp-video';
 *
 * const { clips, alike, proposal } = await examineClips({ clips: ['clips/jumps'], preview: 'sheet.png' }); for (const {
 * path, notes } of clips) for (const note of notes) console.log(path, note.message); for (const { paths } of alike)
 * console.log('nearly the same:', ...paths); console.log(proposal?.stride); // for learnMotion
 */
export async function examineClips(options: ExamineClipsOptions): Promise<ClipSetReport> {
  const { onEvent, signal, preview, cut, out, ...given } = checkOptions('examineClips', options, fields);
  const work = { onEvent, signal };
  const settings = settingsOf(given);
  const folder = assertPlaces({ preview, cut, out });
  if (folder !== undefined) await assertEmpty(folder);
  const found = await findClipSet(settings.clips);
  const { strips, rateNotes, ...report } = await examineClipSet(found, {
    ...work,
    ...settings,
    strip: preview === undefined ? undefined : stripSize(settings.frames, found.clips.length),
  });
  const { frames, size, fit } = settings;
  const clips = report.clips.map((clip): ClipReport => {
    const notes = notesAbout(clip, { frames, clipFps: report.clipFps, size, fit });
    const taken = framesAtRate(clip, report.clipFps).length;
    return {
      ...clip,
      notes,
      usable: notes.every(({ kind }) => kind !== 'short'),
      largestStride: Math.floor((taken - 1) / (frames - 1)),
    };
  });
  if (preview !== undefined && strips.length > 0) await writePreview(preview, strips, work);
  if (folder !== undefined) {
    await writePieces(planPieces(report.clips, frames), folder, work);
    onEvent?.({ type: 'written', path: folder });
  }
  return { frames, ...report, clips, notes: rateNotes };
}

/** What the clips are examined for. Throws `UsageError`. */
function settingsOf(given: object) {
  const read = wanted.safeParse(given);
  if (!read.success) throw new UsageError(wrongSetting(read.error, wanted, given));
  const { width, height, fit, ...settings } = read.data;
  if ((width === undefined) !== (height === undefined)) {
    const missing = width === undefined ? 'width' : 'height';
    const found = phrase`${setting(missing)} is missing: a size has two sides`;
    throw new UsageError({ found, setting: missing });
  }
  const size = width !== undefined && height !== undefined ? { width, height } : undefined;
  if (fit !== undefined && size === undefined) {
    const found = phrase`${setting('fit')} says how clips meet a size, and there is none`;
    throw new UsageError({
      found,
      setting: 'fit',
      advice: phrase`Give ${setting('size')}, or leave it out.`,
    });
  }
  return { ...settings, size, fit };
}

/** The folder for cut clips, if they are asked for. Throws `UsageError` for places that make no sense. */
function assertPlaces({
  preview,
  cut = false,
  out,
}: {
  readonly preview?: string | undefined;
  readonly cut?: boolean | undefined;
  readonly out?: string | undefined;
}): string | undefined {
  if (cut && out === undefined) {
    const found = phrase`${setting('cut', true)} needs ${setting('out')}: a new or empty folder.`;
    throw new UsageError({ found, setting: 'out' });
  }
  if (out !== undefined && !cut) {
    const found = phrase`${setting('out')} is for ${setting('cut', true)}`;
    const advice = phrase`Add ${setting('cut', true)}, or leave ${setting('out')} out.`;
    throw new UsageError({ found, setting: 'out', advice });
  }
  if (preview !== undefined && extname(preview).toLowerCase() !== '.png') {
    const found = phrase`${setting('preview')} is "${preview}"`;
    throw new UsageError({ found, expected: 'a name that ends in .png', setting: 'preview' });
  }
  return out;
}

/** The largest side of a PNG that every program opens. */
const largestSheet = 16_000;

/** The place that the frames of a clip have on the sheet. */
function stripSize(frames: number, clips: number) {
  const height = Math.max(8, Math.min(96, Math.floor(largestSheet / clips) - 2));
  return { width: largestSheet - 4 * frames, height };
}

async function writePreview(
  path: string,
  strips: readonly (readonly Picture[])[],
  { onEvent }: WorkOptions,
): Promise<void> {
  await writePng(path, contactSheet(strips, { gap: 2, background: [64, 64, 64] }));
  onEvent?.({ type: 'written', path });
}
