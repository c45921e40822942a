/** @file Notices about the timing of the clips and the rate at which their frames are sampled. */

import { basename } from 'node:path';
import { notice, type OnEvent } from '../events.ts';
import type { ClipInfo } from '../media/clip.ts';
import type { ClipRate } from '../media/clip-window.ts';
import { type TimeNote, timeNotes } from '../media/time-notes.ts';
import { call, phrase, setting } from '../phrases.ts';
import type { TrainingClip } from './clip-set.ts';
import type { TrainingSettings } from './training-settings.ts';

/** Number of clips named for each kind of note. */
const NAMED = 3;

/**
 * Reports what is unusual about the timing of the clips, as `lamp clips` does: the first few notes of each kind, and
 * the number of further ones. Display times do not matter if frames are taken one by one.
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

/** Reports in a notice the rate at which frames are sampled from the clips, and why, if the clips have rates. */
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
      rates.length > 1
        ? ` They have different rates (${listed(rates)}), so the motion is learned at different speeds.`
        : '';
    const message = `the clips are read frame by frame, regardless of display times.${several}`;
    onEvent?.(notice(message));
  }
  if (clipFps === 'frames' && typeof asked === 'number') {
    const found = phrase`${setting('clipFps')} has no effect: folders of pictures have no rate and are read frame by frame.`;
    onEvent?.(notice({ found, setting: 'clipFps' }));
  }
  if (clipFps !== 'frames') {
    const why =
      asked !== 'common'
        ? phrase`as set by ${setting('clipFps')}`
        : rates.length > 1
          ? phrase`the lowest of their rates (${listed(rates)}); ${setting('clipFps')} sets another`
          : phrase`their own rate`;
    const slower = timed.find(({ framesPerSecond }) => framesPerSecond! < clipFps - 1e-9);
    const repeated = slower
      ? ` "${basename(slower.path)}" has only ${short(slower.framesPerSecond!)}: its frames are repeated.`
      : '';
    const folders =
      timed.length < clips.length ? ' Folders of pictures have no rate and are read frame by frame.' : '';
    const found = phrase`the clips are sampled at ${short(clipFps)} frames a second, ${why}.${repeated}${folders}`;
    onEvent?.(notice({ found, setting: 'clipFps' }));
  }
  if (window === 'spread' && stride > 1) {
    const spread = setting('window', 'spread');
    const found = phrase`frames are spread over the whole clip (${spread}): ${setting('stride')} has no effect.`;
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
