/** @file Says in which way the time of the clips is taken. */

import { basename } from 'node:path';
import { notice, type OnEvent } from '../events.ts';
import type { ClipInfo } from '../media/clip.ts';
import type { ClipRate } from '../media/clip-window.ts';
import { type TimeNote, timeNotes } from '../media/time-notes.ts';
import { call, phrase, setting } from '../phrases.ts';
import type { TrainingClip } from './clip-set.ts';
import type { TrainingSettings } from './training-settings.ts';

/** So many clips with the same kind of note are named. */
const NAMED = 3;

/**
 * Says what is remarkable about the time of clips, as `lamp clips` does: of each kind the first few, and how many more. When frames
 * are shown does not matter where each counts as one.
 */
export function tellOfClipTimes(
  clips: readonly ClipInfo[],
  { clipFps }: Pick<TrainingSettings, 'clipFps'>,
  onEvent: OnEvent | undefined,
): void {
  const matters = (kind: TimeNote['kind']) =>
    clipFps !== 'frames' || kind === 'edit list' || kind === 'interlaced';
  const notes = clips.flatMap((clip) =>
    timeNotes(clip)
      .filter(({ kind }) => matters(kind))
      .map((note) => ({ ...note, path: clip.path })),
  );
  for (const kind of new Set(notes.map((note) => note.kind))) {
    const ofKind = notes.filter((note) => note.kind === kind);
    for (const { path, message } of ofKind.slice(0, NAMED)) {
      onEvent?.(notice(`clip "${path}": ${message}`));
    }
    const more = ofKind.length - NAMED;
    const found = phrase`${more} more note${more === 1 ? '' : 's'} of this kind (${kind}); "${call('examineClips')}" lists all.`;
    if (more > 0) onEvent?.(notice({ found }));
  }
}

/** Says with a notice at which rate frames of the clips are taken, where they have rates, and why. */
export function tellOfRate(
  clips: readonly TrainingClip[],
  { clipFps: asked, window, stride }: Pick<TrainingSettings, 'clipFps' | 'window' | 'stride'>,
  clipFps: ClipRate,
  onEvent: OnEvent | undefined,
): void {
  const timed = clips.filter(({ framesPerSecond }) => framesPerSecond !== null);
  const rates = [...new Set(timed.map(({ framesPerSecond }) => short(framesPerSecond!)))];
  if (clipFps === 'frames' && (rates.length > 1 || timed.some(({ frameTimes }) => frameTimes))) {
    const several =
      rates.length > 1 ? ` They have several rates (${listed(rates)}) and teach several speeds.` : '';
    const message = `every frame of the clips counts as one, whatever its time.${several}`;
    onEvent?.(notice(message));
  }
  if (clipFps === 'frames' && typeof asked === 'number') {
    const found = phrase`${setting('clipFps')} does not count: folders of pictures have no rate and are taken frame by frame.`;
    onEvent?.(notice({ found, setting: 'clipFps' }));
  }
  if (clipFps !== 'frames') {
    const why =
      asked !== 'common'
        ? phrase`as ${setting('clipFps')} says`
        : rates.length > 1
          ? phrase`the lowest of their rates (${listed(rates)}); ${setting('clipFps')} takes another`
          : phrase`their own rate`;
    const slower = timed.find(({ framesPerSecond }) => framesPerSecond! < clipFps - 1e-9);
    const repeated = slower
      ? ` "${basename(slower.path)}" has only ${short(slower.framesPerSecond!)}: frames of it are repeated.`
      : '';
    const folders =
      timed.length < clips.length ? ' Folders of pictures have no rate and are taken frame by frame.' : '';
    const found = phrase`the clips are taken at ${short(clipFps)} frames a second, ${why}.${repeated}${folders}`;
    onEvent?.(notice({ found, setting: 'clipFps' }));
  }
  if (window === 'spread' && stride > 1) {
    const spread = setting('window', 'spread');
    const found = phrase`frames are spread over the whole clip (${spread}): ${setting('stride')} does not count.`;
    onEvent?.(notice({ found, setting: 'stride' }));
  }
}

function listed(rates: readonly string[]): string {
  const sorted = [...rates].sort((a, b) => Number(a) - Number(b));
  return sorted.length > 4 ? `${sorted[0]} to ${sorted.at(-1)}` : sorted.join(', ');
}

function short(rate: number): string {
  return `${Number(rate.toFixed(3))}`;
}
