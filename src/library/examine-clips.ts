/** @file `examineClips`: checks clips before training, and splits them at cuts. */

import { extname } from 'node:path';
import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { CaptionNote } from '../media/caption-notes.ts';
import { type ClipNote, notesAbout } from '../media/clip-notes.ts';
import {
  type ExaminedClip,
  examineClipSet,
  type Proposal,
  type UnreadableClip,
} from '../media/clip-report.ts';
import { type ClipRate, framesAtRate } from '../media/clip-window.ts';
import { contactSheet } from '../media/contact-sheet.ts';
import { assertEmpty, planPieces, writePieces } from '../media/cut-clips.ts';
import { findClipSet, type PassedOver } from '../media/find-clips.ts';
import type { Picture } from '../media/picture.ts';
import { writePng } from '../media/picture-file.ts';
import type { AlikeClips, SetNote } from '../media/set-notes.ts';
import { shapeSettings } from '../media/shape-settings.ts';
import { phrase, setting } from '../phrases.ts';
import { concerning } from '../renamed-setting.ts';
import {
  declare,
  type GivenSettings,
  pick,
  redeclared,
  required,
  shapeWithDefaults,
  withDefaults,
} from '../settings.ts';
import { trainingSettings } from '../training/declared-settings.ts';
import { trainingDefaults as usual } from '../training/training-settings.ts';
import { field, workFields } from './shared-fields.ts';
import { assertStrideUsed } from './unused-options.ts';

const { clipParts, clipFps, stride, window, fit } = trainingSettings;
const taken = redeclared(
  { clipParts, clipFps, stride, window, fit },
  {
    stride: { recommendable: false },
    window: { recommendable: false },
    fit: { recommendable: false, default: undefined, usual: 'cover' },
  },
);

/** The settings of `examineClips`. */
export const examineClipsSettings = {
  clips: required(
    declare(z.array(field.path).min(1) as z.ZodType<readonly string[], readonly string[]>, {
      description: 'clips, or folders of clips',
    }),
  ),
  ...redeclared(shapeSettings, {
    frames: { description: trainingSettings.frames.description, default: usual.frames },
    width: {
      description: 'width of a training video, to check how the clips fit it',
      sizeOf: 'a training video, to check how the clips fit it',
    },
    height: { description: 'height of a training video, to check how the clips fit it' },
  }),
  ...taken,
  preview: declare(field.path, {
    description:
      'PNG file for a sheet with a row per clip: the frames of its training video, or of an example if videos begin anywhere',
  }),
  cut: declare(field.flag, {
    description: phrase`write every shot as a separate clip, without black bars, into ${setting('out')}`,
    default: false,
  }),
  out: declare(field.path, { description: phrase`for ${setting('cut')}: a new or empty folder` }),
  cache: declare(field.path, {
    description:
      'folder that keeps what is found: clips that have not changed since are not decoded again to be examined',
  }),
};

/** Options of `examineClips`. */
export interface ExamineClipsOptions extends GivenSettings<typeof examineClipsSettings>, WorkOptions {
  /** Called with the report before anything is written: what is known even if the preview or the cut clips fail. */
  readonly onReport?: ((report: ClipSetReport) => void) | undefined;
}

/** Facts about a clip, with notes. */
export interface ClipReport extends ExaminedClip {
  readonly notes: readonly ClipNote[];
  /** Whether it can be trained on, that is, has enough frames. */
  readonly usable: boolean;
  /** The largest stride at which it has enough frames; 0 if it is too short. */
  readonly largestStride: number;
}

/** Facts about a set of clips. */
export interface ClipSetReport {
  /** Number of frames of a training video, for which the clips were examined. */
  readonly frames: number;
  /** The clips that can be read. */
  readonly clips: readonly ClipReport[];
  readonly unreadable: readonly UnreadableClip[];
  /** Groups of clips with nearly the same content, with advice. */
  readonly alike: readonly AlikeClips[];
  /** Other contents of the clips' folders. */
  readonly passedOver: readonly PassedOver[];
  /** Captions that belong to no clip, or whose clip is named differently. */
  readonly captionNotes: readonly CaptionNote[];
  /** The rate at which frames are sampled; `frames` if clips have no rates. */
  readonly clipFps: ClipRate;
  /** Notes on the set: the rate at which frames are sampled, and why, and why no training is proposed. */
  readonly notes: readonly SetNote[];
  /** Proposed settings for training on the clips; `undefined` if none has enough frames, which a note says. */
  readonly proposal: Proposal | undefined;
}

/** What the clips are examined for. */
const wanted = z.object(
  shapeWithDefaults(
    pick(examineClipsSettings, ['clips', 'clipParts', 'frames', 'clipFps', 'stride', 'window']),
  ),
);

/**
 * Checks clips before they are used for training. Reports clips with too few frames, cuts inside a clip, black bars,
 * edit lists, variable frame rates, interlacing, still and repeated frames, clips that are nearly identical,
 * captions that match no clip, gaps in numbered frames, clips of different rates, videos made by lamp, and files
 * that are not clips. Proposes a frame rate and a stride for training. A clip that cannot be read is part of the
 * report. Each clip is decoded three times; with `cache`, one that has not changed only for what is written. Throws
 * `UsageError` for an invalid option, `MediaError` if there is no clip or a caption file is damaged, `StorageError` if
 * the preview, the cut clips or what is found cannot be written, and `InterruptedError` when stopped.
 *
 * @example
 * import { examineClips } from 'lamp-video';
 *
 * const { clips, alike, proposal } = await examineClips({ clips: ['clips/jumps'], preview: 'sheet.png' });
 * for (const { path, notes } of clips) for (const note of notes) console.log(path, note.message);
 * for (const { message } of alike) console.log(message);
 * console.log(proposal?.settings); // for learnMotion: { frames: 16, stride: 1 }
 */
export async function examineClips(options: ExamineClipsOptions): Promise<ClipSetReport> {
  const checkedOptions = checkOptions('examineClips', options, {
    ...examineClipsSettings,
    ...workFields,
    onReport: field.function.optional(),
  });
  const {
    onEvent,
    onPreview: _,
    signal,
    onReport,
    preview,
    cut,
    out,
    cache,
    ...given
  } = withDefaults(pick(examineClipsSettings, ['cut']), checkedOptions);
  const work = { onEvent, signal };
  const settings = settingsOf(given);
  const folder = assertPlaces({ preview, cut, out });
  if (folder !== undefined) await concerning('out', () => assertEmpty(folder));
  const found = await concerning('clips', () => findClipSet(settings.clips));
  const { strips, setNotes, ...report } = await concerning('clips', () =>
    examineClipSet(found, {
      ...work,
      ...settings,
      cache,
      strip: preview === undefined ? undefined : stripSize(settings.frames, found.clips.length),
    }),
  );
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
  const whole = { frames, ...report, clips, notes: setNotes };
  onReport?.(whole);
  if (preview !== undefined && strips.length > 0) {
    await concerning('preview', () => writePreview(preview, strips, work));
  }
  if (folder !== undefined) {
    await concerning({ MediaError: 'clips', StorageError: 'out' }, () =>
      writePieces(planPieces(report.clips, frames), folder, work),
    );
    onEvent?.({ type: 'written', path: folder });
  }
  return whole;
}

/** What the clips are examined for. Throws `UsageError`. */
function settingsOf(given: Omit<ExamineClipsOptions, 'preview' | 'cut' | 'out' | 'cache' | 'onReport'>) {
  const { width, height, fit } = given;
  if ((width === undefined) !== (height === undefined)) {
    const missing = width === undefined ? 'width' : 'height';
    const found = phrase`${setting(missing)} is missing: a size has two sides`;
    throw new UsageError({ found, setting: missing });
  }
  const size = width !== undefined && height !== undefined ? { width, height } : undefined;
  if (fit !== undefined && size === undefined) {
    const found = phrase`${setting('fit')} fits clips to a size, but none is given`;
    throw new UsageError({
      found,
      setting: 'fit',
      advice: phrase`Give ${setting('size')}, or omit it.`,
    });
  }
  assertStrideUsed(given);
  return { ...wanted.parse(given), size, fit };
}

/** The folder for cut clips, if requested. Throws `UsageError` for invalid combinations. */
function assertPlaces({
  preview,
  cut,
  out,
}: {
  readonly preview?: string | undefined;
  readonly cut: boolean;
  readonly out?: string | undefined;
}): string | undefined {
  if (cut && out === undefined) {
    const found = phrase`${setting('cut', true)} needs ${setting('out')}`;
    throw new UsageError({ found, expected: 'a new or empty folder', setting: 'out' });
  }
  if (out !== undefined && !cut) {
    const found = phrase`${setting('out')} is for ${setting('cut', true)}`;
    const advice = phrase`Add ${setting('cut', true)}, or omit ${setting('out')}.`;
    throw new UsageError({ found, setting: 'out', advice });
  }
  if (preview !== undefined && extname(preview).toLowerCase() !== '.png') {
    const found = phrase`${setting('preview')} is "${preview}"`;
    throw new UsageError({ found, expected: 'a name that ends in .png', setting: 'preview' });
  }
  return out;
}

/** Largest side of a PNG that every program can open. */
const largestSheet = 16_000;

/** The space for the frames of a clip on the sheet. */
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
