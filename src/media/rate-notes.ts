/**
 * @file Notes on the rate at which frames are sampled from a set of clips, shared by training and the examination of
 * clips.
 */
import { basename } from 'node:path';
import { phrase, setting } from '../phrases.ts';
import type { ClipRate, ClipWindowKind, TimedClip } from './clip-window.ts';
import { type Remark, remark } from './remark.ts';

/** The requested rate, or `common`: the clips' own, the lowest if they differ. */
export interface AskedRate {
  readonly clipFps: ClipRate | 'common';
  readonly window: ClipWindowKind;
  readonly stride: number;
}

/** A note on the rate of a set of clips. */
export type RateNote = Remark<'rate' | 'rates differ' | 'no rate' | 'spread'>;

/** Notes on clips that are sampled at `clipFps` when `asked` was requested. */
export function rateNotes(
  clips: readonly TimedClip[],
  { clipFps: asked, window, stride }: AskedRate,
  clipFps: ClipRate,
): RateNote[] {
  const notes: RateNote[] = [];
  const timed = clips.filter(({ framesPerSecond }) => framesPerSecond !== null);
  const rates = [...new Set(timed.map(({ framesPerSecond }) => short(framesPerSecond!)))];
  const kind = rates.length > 1 ? 'rates differ' : 'rate';
  if (clipFps === 'frames' && (rates.length > 1 || timed.some(({ frameTimes }) => frameTimes))) {
    const several =
      rates.length > 1
        ? ` They have different rates (${listed(rates)}), so the motion is learned at different speeds.`
        : '';
    const found = `the clips are read frame by frame, regardless of display times.${several}`;
    notes.push(remark(kind, rates.length > 1, { found, setting: 'clipFps' }));
  }
  if (clipFps === 'frames' && typeof asked === 'number') {
    const found = phrase`${setting('clipFps')} has no effect: folders of pictures have no rate and are read frame by frame.`;
    notes.push(remark('no rate', false, { found, setting: 'clipFps' }));
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
    notes.push(remark(kind, false, { found, setting: 'clipFps' }));
  }
  if (window === 'spread' && stride > 1) {
    const spread = setting('window', 'spread');
    const found = phrase`frames are spread over the whole clip (${spread}): ${setting('stride')} has no effect.`;
    notes.push(remark('spread', false, { found, setting: 'stride' }));
  }
  return notes;
}

function listed(rates: readonly string[]): string {
  const sorted = [...rates].sort((a, b) => Number(a) - Number(b));
  return sorted.length > 4 ? `${sorted[0]} to ${sorted.at(-1)}` : sorted.join(', ');
}

/** A rate with at most three decimals. */
export function short(rate: number): string {
  return `${Number(rate.toFixed(3))}`;
}
