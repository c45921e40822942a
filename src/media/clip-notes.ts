/** @file Notes on clips that are to be trained on, with advice. */

import { type GivenParts, type MessageParts, phrase, setting } from '../phrases.ts';
import { sizeWithoutBars } from './black-bars.ts';
import { type ExaminedClip, shotLengths } from './clip-report.ts';
import type { ClipRate } from './clip-window.ts';
import type { NumberNote } from './frame-numbers.ts';
import { type Remark, remark } from './remark.ts';
import type { Fit } from './shape-settings.ts';
import type { Size } from './size.ts';
import { type TimeNote, timeNotes } from './time-notes.ts';

/** A note on a clip. */
export type ClipNote = Remark<
  | 'short'
  | 'cuts'
  | 'bars'
  | 'small'
  | 'cropped'
  | 'stretched'
  | 'still'
  | 'repeats'
  | 'made by lamp'
  | NumberNote['kind']
  | TimeNote['kind']
>;

/** The training videos for which clips are examined. */
export interface WantedVideos {
  readonly frames: number;
  /** The rate at which frames are sampled; default one by one. */
  readonly clipFps?: ClipRate;
  /** Their size; without it there are no notes on the clip's size. */
  readonly size?: Size | undefined;
  /** How a clip of another aspect ratio is fitted to it; default `cover`. */
  readonly fit?: Fit | undefined;
}

/** The note on a clip that was made by this program. */
export const madeByLamp: GivenParts = {
  found: 'made by lamp: a motion learned from it would inherit its faults',
  advice: 'Leave it out unless this is intended.',
};

/** A note on a clip, with its name. */
export function aboutClip(path: string, { found, expected, setting, advice }: MessageParts): GivenParts {
  return { found: phrase`clip "${path}": ${found}`, expected, setting, advice };
}

/** If a smaller fraction of the picture moves, the clip is a still. */
const leastMoving = 0.005;
/** A larger fraction of repeated frames is noted. */
const mostRepeated = 0.2;

/** Notes on a clip that is to give training videos. */
export function notesAbout(clip: ExaminedClip, wanted: WantedVideos): ClipNote[] {
  const { frames, clipFps = 'frames', size, fit } = wanted;
  const notes: ClipNote[] = [];
  const note = (kind: ClipNote['kind'], serious: boolean, said: string | GivenParts) =>
    notes.push(remark(kind, serious, said));
  const longest = Math.max(...shotLengths(clip, clipFps));
  if (longest < frames) {
    const part = clip.shots.length > 1 ? `its longest shot has ${longest}` : `it has ${longest}`;
    const isSlowed = clipFps !== 'frames' && clip.framesPerSecond !== null && clipFps < clip.framesPerSecond;
    const rate = isSlowed ? ` at ${Number(clipFps.toFixed(3))} a second` : '';
    const faster = isSlowed ? phrase`, a higher ${setting('clipFps')},` : '';
    const advice =
      longest > 1 ? phrase`Use ${setting('frames', longest)}${faster} or leave it out.` : 'Leave it out.';
    note('short', true, {
      found: `too short: ${part} of ${frames} frames${rate}`,
      setting: 'frames',
      advice,
    });
  }
  if (clip.shots.length > 1) {
    const cuts = clip.shots.slice(1).map(({ start }) => start);
    const which = cuts.length === 1 ? `frame ${cuts[0]}` : `frames ${someOf(cuts)}`;
    note('cuts', true, {
      found: `${clip.shots.length} shots: a new one begins at ${which} (counted from 0)`,
      advice: phrase`Split it with ${setting('cut', true)}.`,
    });
  }
  if (clip.bars) {
    const sides = Object.entries(clip.bars).filter(([, thickness]) => thickness > 0);
    const { width, height } = sizeWithoutBars(clip.part?.crop ?? clip, clip.bars);
    const found = `black bars (${sides.map(([side, thickness]) => `${side} ${thickness}`).join(', ')} pixels)`;
    const advice = phrase`${setting('cut', true)} removes them, which leaves ${width}x${height}.`;
    note('bars', true, { found, advice });
  }
  if (size) notes.push(...notesOnSize(clip.part?.crop ?? clip, size, fit));
  notes.push(...timeNotes(clip), ...clip.onNumbers);
  if (clip.madeByLamp) note('made by lamp', false, madeByLamp);
  if (clip.moving < leastMoving) {
    note('still', true, { found: 'nothing moves: there is no motion to learn', advice: 'Leave it out.' });
  } else if (clip.repeated > mostRepeated) {
    const share = `${Math.round(100 * clip.repeated)} %`;
    note('repeats', false, {
      found: `${share} of its frames repeat the previous one`,
      setting: 'stride',
      advice: phrase`A larger ${setting('stride')} loses nothing.`,
    });
  }
  return notes;
}

/** Enlargement by more than this factor is noted. */
const MOST_ENLARGED = 1.25;
/** Fraction of a picture that may be cropped or stretched without a note. */
const MOST_CHANGED = 0.1;

/** Notes on what happens to a clip's pictures at the size of training videos. */
function notesOnSize({ width, height }: Size, size: Size, fit: Fit = 'cover'): ClipNote[] {
  const notes: ClipNote[] = [];
  const at = `${size.width}x${size.height}`;
  const [wide, high] = [size.width / width, size.height / height];
  const scale = Math.max(wide, high);
  if (scale > MOST_ENLARGED) {
    const found = `smaller than the training videos: enlarged ${scale.toFixed(1)} times for ${at}`;
    notes.push(
      remark('small', false, { found, setting: 'size', advice: phrase`Use a smaller ${setting('size')}.` }),
    );
  }
  const kept = Math.min(wide, high) / scale;
  const share = `${Math.round(100 * (1 - kept))} %`;
  const another = phrase`give a ${setting('size')} of another shape`;
  if (1 - kept > MOST_CHANGED && fit === 'cover') {
    const sides = wide < high ? 'left and right' : 'top and bottom';
    const found = `another shape than ${at}: ${share} of the picture is cut off (${sides})`;
    const advice = phrase`To keep it, use ${setting('fit', 'stretch')} or ${another}.`;
    notes.push(remark('cropped', false, { found, setting: 'size', advice }));
  } else if (1 - kept > MOST_CHANGED) {
    const side = wide < high ? 'narrower' : 'flatter';
    const found = `another shape than ${at}: things become ${share} ${side}`;
    const advice = phrase`To avoid that, use ${setting('fit', 'cover')} or ${another}.`;
    notes.push(remark('stretched', false, { found, setting: 'size', advice }));
  }
  return notes;
}

function someOf(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 8).join(', ');
  return numbers.length > 8 ? `${shown} and ${numbers.length - 8} more` : shown;
}
