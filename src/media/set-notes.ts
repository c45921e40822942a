/** @file Notes on a set of clips: those that are alike, and that no training is proposed for it. */
import { basename } from 'node:path';
import { phrase, setting } from '../phrases.ts';
import type { ClipRate } from './clip-window.ts';
import { type RateNote, short } from './rate-notes.ts';
import { type Remark, remark } from './remark.ts';

/** A note on a set of clips. */
export type SetNote = RateNote | Remark<'no proposal'>;

/** A group of clips with nearly the same content, each of which resembles at least one other; as a note. */
export interface AlikeClips extends Remark<'alike'> {
  /** Two or more paths, in the order of the set. */
  readonly paths: readonly string[];
  /** Fraction of the shorter of two clips that also occurs in the other, 0 to 1; the lowest among the similar pairs. */
  readonly share: number;
}

/** Number of clips named in a note. */
const mostNamed = 5;

/** The group of these clips, as a note. */
export function alikeClips(paths: readonly string[], share: number): AlikeClips {
  const names = paths.map((path) => `"${basename(path)}"`);
  const percent = `${Math.round(100 * share)} %`;
  const named = names.slice(0, mostNamed).join(', ');
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  const said =
    names.length === 2
      ? {
          found: `${names[0]} and ${names[1]} show nearly the same (${percent} of the shorter)`,
          advice: 'Leave one out.',
        }
      : {
          found: `${names.length} clips show nearly the same (of two alike, ${percent} of the shorter or more): ${named}${more}`,
          advice: 'Keep one.',
        };
  return { paths, share, ...remark('alike', false, { ...said, setting: 'clips' }) };
}

/**
 * The note that no clip has `frames` frames without a cut. `longest` is the largest number that one has; `clipFps` is
 * given if it decides on that.
 */
export function noProposal(
  frames: number,
  longest: number,
  clipFps: Exclude<ClipRate, 'frames'> | undefined,
): Remark<'no proposal'> {
  if (longest < 2) {
    const found = 'no clip has more than one frame';
    return remark('no proposal', true, { found, setting: 'clips', advice: 'Give longer clips.' });
  }
  const taken = clipFps === undefined ? '' : ` at ${short(clipFps)} a second`;
  const fewer = phrase`Use ${setting('frames', longest)} or fewer`;
  return remark('no proposal', true, {
    found: `no clip has ${frames} frames${taken}`,
    setting: 'frames',
    advice: clipFps === undefined ? phrase`${fewer}.` : phrase`${fewer}, or a higher ${setting('clipFps')}.`,
  });
}
