/** @file The clips of a training: found, inspected, identified by their content and captions. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { fingerprint } from '../checkpoints/weight-file.ts';
import { UsageError } from '../errors.ts';
import type { OnEvent } from '../events.ts';
import { type ClipCaptions, describeUnused, readCaptions } from '../media/captions.ts';
import { assertLongEnough, inspectClip } from '../media/clip.ts';
import { madeByLampText } from '../media/clip-notes.ts';
import { describePassedOver, findClipSet } from '../media/find-clips.ts';
import { notesOnNumbers } from '../media/frame-numbers.ts';
import { isMadeByLamp } from '../media/lamp-made.ts';
import { listFrames } from '../media/picture-folder.ts';
import type { TrainingSettings } from './settings.ts';

/** A clip as `run.json` describes it. */
export const trainingClipSchema = z.object({
  /** Absolute path. */
  path: z.string(),
  /** Identity of the content (see `fingerprint`). */
  fingerprint: z.string(),
  frameCount: z.int().positive(),
  /** Mean rate; `null` for a folder of pictures. */
  framesPerSecond: z.number().positive().nullable(),
  /** What it shows, where it has a caption of its own; absent: the prompt says it. */
  caption: z.string().optional(),
});

/** See `trainingClipSchema`. */
export type TrainingClip = z.infer<typeof trainingClipSchema>;

/** Rate at which folders of pictures are taken to play: the reference's. */
const CUSTOMARY_RATE = 8;

/**
 * Finds and inspects the clips. Those among `known` by their content are not decoded again. Their captions are read
 * unless `captions` is false. Notices tell what in their folders is not taken, and what is remarkable about a clip. Throws
 * `MediaError` when a clip is missing, unreadable or too short for `frames` at `stride`, or captions are damaged.
 */
export async function findTrainingClips(
  settings: Pick<TrainingSettings, 'clips' | 'frames' | 'stride' | 'clipRange'> & { captions?: boolean },
  known: readonly TrainingClip[] = [],
  onEvent?: OnEvent,
): Promise<TrainingClip[]> {
  const { clips: paths, passedOver, folders } = await findClipSet(settings.clips);
  const { captions, unused } = settings.captions === false ? noCaptions : await readCaptions(paths, folders);
  const tell = (message: string) => onEvent?.({ type: 'notice', message });
  for (const message of [...describePassedOver(passedOver), ...describeUnused(unused)]) tell(message);
  const clips: TrainingClip[] = [];
  for (const path of paths) {
    const identity = await clipFingerprint(path);
    const same = known.find((clip) => clip.fingerprint === identity);
    const { frameCount, framesPerSecond } = same ?? (await inspectClip(path));
    for (const message of await notesOnClip(path)) tell(`clip "${path}": ${message}`);
    // The reference never takes a clip's last frames: it needs as many as one frame more at the stride would.
    const spare = settings.clipRange === 'reference' ? 1 : 0;
    assertLongEnough({ path, frameCount }, settings.frames + spare, settings.stride);
    const caption = captions.get(path);
    clips.push({
      path: resolve(path),
      fingerprint: identity,
      frameCount,
      framesPerSecond,
      ...(caption !== undefined && { caption }),
    });
  }
  return clips;
}

const noCaptions: ClipCaptions = { captions: new Map(), unused: [] };

/** What is remarkable about a clip without looking at its frames: gaps in their numbers, and that lamp made it. */
async function notesOnClip(path: string): Promise<string[]> {
  const onNumbers = (await stat(path)).isDirectory()
    ? notesOnNumbers((await listFrames(path)).map((frame) => basename(frame))).map(({ message }) => message)
    : [];
  return (await isMadeByLamp(path)) ? [...onNumbers, madeByLampText] : onNumbers;
}

/** Identity of a clip's content: of the file, or of all pictures of a folder. */
async function clipFingerprint(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return fingerprint(path);
  const hash = createHash('sha256');
  for (const picture of await listFrames(path)) hash.update(`${await fingerprint(picture)}\n`);
  return hash.digest('hex');
}

/** Throws `UsageError` naming the first difference unless the clips have the same content and captions in the same order. */
export function assertSameClips(begun: readonly TrainingClip[], found: readonly TrainingClip[]): void {
  for (let i = 0; i < Math.max(begun.length, found.length); i++) {
    const [was, is] = [begun[i], found[i]];
    if (was?.fingerprint === is?.fingerprint) {
      assertSameCaption(was!, is!);
      continue;
    }
    const difference = !is
      ? `"${basename(was!.path)}" is not among them any more`
      : !was
        ? `"${is.path}" was not among them`
        : `"${is.path}" stands where "${basename(was.path)}" with other content was`;
    throw new UsageError(
      `the clips are not those the run was begun with: ${difference}. Give the same clips in the same order, or train under another --out.`,
    );
  }
}

function assertSameCaption(was: TrainingClip, is: TrainingClip): void {
  if (was.caption === is.caption) return;
  const quoted = (caption: string | undefined) => (caption === undefined ? 'no caption' : `"${caption}"`);
  throw new UsageError(
    `the captions are not those the run was begun with: "${basename(is.path)}" has ${quoted(is.caption)} in place of ${quoted(was.caption)}. Put it back (--no-captions: no clip has one), or train under another --out.`,
  );
}

/** How many frames of a clip can be a video's first. */
export function startsOf(
  { frameCount }: Pick<TrainingClip, 'frameCount'>,
  { frames, stride, clipRange }: Pick<TrainingSettings, 'frames' | 'stride' | 'clipRange'>,
): number {
  return clipRange === 'reference' ? frameCount - frames * stride : frameCount - (frames - 1) * stride;
}

/** Rate at which the training videos play: the median of the clips' rates, divided by the stride. */
export function trainingRate(clips: readonly TrainingClip[], stride: number): number {
  const rates = clips.map((clip) => clip.framesPerSecond ?? CUSTOMARY_RATE).sort((a, b) => a - b);
  return rates[Math.floor(rates.length / 2)]! / stride;
}
