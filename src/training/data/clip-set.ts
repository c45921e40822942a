/** @file The clips of a training: finding them, inspecting them, and identifying them by content and caption. */

import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fingerprint } from '../../checkpoints/weight-file.ts';
import { UsageError } from '../../errors.ts';
import { notice, type OnEvent } from '../../events.ts';
import { describeCaptionNotes } from '../../media/caption-notes.ts';
import { type ClipCaptions, readCaptions } from '../../media/captions.ts';
import { type ClipInfo, clipKind, inspectClip } from '../../media/clip.ts';
import { aboutClip, madeByLamp } from '../../media/clip-notes.ts';
import { framesOfPart, partsByPath } from '../../media/clip-part.ts';
import { type ClipRate, clipWindow, framesAtRate, rateOf } from '../../media/clip-window.ts';
import { describePassedOver, findClipSet } from '../../media/find-clips.ts';
import { notesOnNumbers } from '../../media/frame-numbers.ts';
import { isMadeByLamp } from '../../media/lamp-made.ts';
import { listFrames } from '../../media/picture-folder.ts';
import { refuseMedia } from '../../media/refuse-media.ts';
import { type GivenParts, type MessageParts, messageParts, phrase, setting } from '../../phrases.ts';
import type { TrainingSettings } from '../training-settings.ts';
import { tellOfClipTimes } from './clip-times.ts';
import type { TrainingClip } from './training-clip.ts';

/** Assumed frame rate of folders of pictures, in frames a second; the reference's. */
const CUSTOMARY_RATE = 8;

/**
 * The settings that decide which clips are used, and which of their frames. Without captions, lists of captions are not
 * read, nor the parts of clips in them.
 */
export type ClipChoice = Pick<
  TrainingSettings,
  'clips' | 'frames' | 'stride' | 'clipRange' | 'clipFps' | 'window'
> &
  Partial<Pick<TrainingSettings, 'captions' | 'clipParts'>>;

/**
 * Finds and inspects the clips, and reads their captions unless `captions` is false. A clip whose content is among
 * `known` is not decoded again. Notices report files that are skipped, and anything unusual about a clip or its timing.
 * Throws `MediaError` if a clip is missing, unreadable or too short for a video, or if a caption file is damaged.
 */
export async function findTrainingClips(
  settings: ClipChoice,
  known: readonly TrainingClip[] = [],
  onEvent?: OnEvent,
): Promise<TrainingClip[]> {
  const { clips: paths, passedOver, folders } = await findClipSet(settings.clips);
  const { captions, parts, notes } =
    settings.captions === false ? noCaptions : await readCaptions(paths, folders);
  const tell = (said: string | GivenParts) => onEvent?.(notice(said));
  for (const said of [...describePassedOver(passedOver), ...describeCaptionNotes(notes)]) tell(said);
  const given = partsByPath(settings.clipParts ?? {}, paths);
  const clips: TrainingClip[] = [];
  const inspected: ClipInfo[] = [];
  for (const path of paths) {
    const identity = await clipFingerprint(path);
    const same = known.find((clip) => clip.fingerprint === identity);
    const info = same ? undefined : await inspectClip(path);
    if (info) inspected.push(info);
    for (const note of await notesOnClip(path)) onEvent?.(notice(aboutClip(path, note)));
    const caption = captions.get(path);
    const part = given.get(path) ?? parts.get(path);
    clips.push({
      ...timeOf((same ?? info)!),
      path: resolve(path),
      fingerprint: identity,
      ...(part && { part: framesOfPart(part, { ...(same ?? info)!, path }) }),
      ...(caption !== undefined && { caption }),
    });
  }
  tellOfClipTimes(inspected, settings, onEvent);
  const clipFps = clipRate(settings, clips);
  for (const [i, clip] of clips.entries()) clipWindow({ ...clip, path: paths[i]! }, { ...settings, clipFps });
  return clips;
}

const noCaptions: ClipCaptions = { captions: new Map(), parts: new Map(), notes: [] };

/** Notes on a clip that need no look at its frames: gaps in their numbering, and whether lamp made it. */
async function notesOnClip(path: string): Promise<MessageParts[]> {
  const onNumbers =
    (await clipKind(path)) === 'folder'
      ? notesOnNumbers((await listFrames(path)).map((frame) => basename(frame)))
      : [];
  return (await isMadeByLamp(path)) ? [...onNumbers, messageParts(madeByLamp)] : onNumbers;
}

/** The timing of a clip, as `run.json` keeps it. */
function timeOf(facts: TrainingClip | ClipInfo) {
  const { frameCount, framesPerSecond, frameTimes, storedFrames, firstField } = facts;
  return {
    frameCount,
    framesPerSecond,
    ...(frameTimes && { frameTimes: [...frameTimes] }),
    ...(storedFrames !== undefined && { storedFrames }),
    ...(firstField && { firstField }),
  };
}

/** The rate at which frames are sampled from these clips. */
export function clipRate(
  { clipFps }: Pick<TrainingSettings, 'clipFps'>,
  clips: readonly Pick<TrainingClip, 'framesPerSecond'>[],
): ClipRate {
  return rateOf(clipFps, clips);
}

/** Identity of a clip's content: of the file, or of all pictures of a folder. */
export async function clipFingerprint(path: string): Promise<string> {
  if ((await clipKind(path)) !== 'folder') return fingerprint(path, refuseMedia('clip', path));
  const hash = createHash('sha256');
  for (const picture of await listFrames(path)) {
    hash.update(`${await fingerprint(picture, refuseMedia('picture', picture))}\n`);
  }
  return hash.digest('hex');
}

/**
 * Checks that the clips have the same content and captions, in the same order, as when the run was begun. Throws
 * `UsageError` naming the first difference.
 */
export function assertSameClips(begun: readonly TrainingClip[], found: readonly TrainingClip[]): void {
  for (let i = 0; i < Math.max(begun.length, found.length); i++) {
    const [was, is] = [begun[i], found[i]];
    if (was?.fingerprint === is?.fingerprint) {
      assertSameCaption(was!, is!);
      assertSamePart(was!, is!);
      continue;
    }
    const difference = !is
      ? `"${basename(was!.path)}" is missing`
      : !was
        ? `"${is.path}" is new`
        : `"${is.path}" is in place of "${basename(was.path)}", whose content differs`;
    throw new UsageError({
      found: `the clips are not those the run was begun with: ${difference}`,
      setting: 'clips',
      advice: phrase`Give the same clips in the same order, or train under another ${setting('out')}.`,
    });
  }
}

function assertSameCaption(was: TrainingClip, is: TrainingClip): void {
  if (was.caption === is.caption) return;
  const quoted = (caption: string | undefined) => (caption === undefined ? 'no caption' : `"${caption}"`);
  throw new UsageError({
    found: `the captions are not those the run was begun with: "${basename(is.path)}" has ${quoted(is.caption)} in place of ${quoted(was.caption)}`,
    setting: 'captions',
    advice: phrase`Put it back (${setting('captions', false)}: no clip has one), or train under another ${setting('out')}.`,
  });
}

function assertSamePart(was: TrainingClip, is: TrainingClip): void {
  if (isDeepStrictEqual(was.part, is.part)) return;
  const described = ({ part }: TrainingClip) => (part ? JSON.stringify(part) : 'all of it');
  throw new UsageError({
    found: `the parts of the clips are not those the run was begun with: of "${basename(is.path)}" it is ${described(is)} in place of ${described(was)}`,
    setting: 'clipParts',
    advice: phrase`Put it back, or train under another ${setting('out')}.`,
  });
}

/**
 * Checks that a run begun by an earlier version would use the same frames as this version. Earlier versions read frames
 * as the file stores them, regardless of edit lists, and both fields of an interlaced frame at once. Throws
 * `UsageError` if the frames differ.
 */
export function assertFramesOfEarlierVersion(
  begun: readonly TrainingClip[],
  found: readonly TrainingClip[],
): void {
  const other = found.find(
    (clip, i) =>
      clip.frameCount !== begun[i]?.frameCount ||
      clip.storedFrames !== undefined ||
      clip.firstField !== undefined,
  );
  if (!other) return;
  const why = other.firstField
    ? 'both fields of its interlaced frames at once'
    : 'frames that its edit list does not show';
  throw new UsageError({
    found: `the run was begun by an earlier version, which took of "${basename(other.path)}" ${why}: this one cannot go on with it`,
    setting: 'out',
    advice: phrase`Train under another ${setting('out')}.`,
  });
}

/**
 * Frame rate of the training videos: the rate of the sampled frames divided by the stride; the median if clips differ.
 */
export function trainingRate(
  clips: readonly TrainingClip[],
  settings: Pick<TrainingSettings, 'frames' | 'stride' | 'clipRange' | 'window'> & {
    readonly clipFps: ClipRate;
  },
): number {
  const { clipFps, window, stride, frames } = settings;
  const rates = clips.map((clip) => {
    const rate = clipFps === 'frames' ? (clip.framesPerSecond ?? CUSTOMARY_RATE) : clipFps;
    if (window !== 'spread') return rate / stride;
    return (rate * (frames - 1)) / Math.max(1, framesAtRate(clip, clipFps).length - 1);
  });
  return rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)]!;
}
