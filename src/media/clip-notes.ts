/** @file What is remarkable about a clip that shall be trained on, and what can be done. */
import { type GivenParts, type MessageParts, messageParts, phrase, setting } from '../phrases.ts';
import { sizeWithoutBars } from './black-bars.ts';
import { type ClipReport, shotLengths } from './clip-report.ts';
import type { ClipRate } from './clip-window.ts';
import { type TimeNote, timeNotes } from './time-notes.ts';

/** Something remarkable about a clip. */
export interface ClipNote extends MessageParts {
  readonly kind:
    | 'short'
    | 'cuts'
    | 'bars'
    | 'still'
    | 'repeats'
    | 'sequences'
    | 'gaps'
    | 'made by lamp'
    | TimeNote['kind'];
  /** Whether training refuses the clip, or learns something that is not meant; else it is only worth knowing. */
  readonly serious: boolean;
}

/** What is said of a clip that this program made. */
export const madeByLamp: GivenParts = {
  found: 'lamp made it: a motion that is learned from it has its faults too',
  advice: 'Leave it out unless it is meant.',
};

/** Less than this share of the picture moving is a still. */
const leastMoving = 0.005;
/** More repeated frames than this share are worth knowing. */
const mostRepeated = 0.2;

/** Notes about a clip that shall give training videos of `frames` frames, taken at `clipFps`. */
export function notesAbout(clip: ClipReport, frames: number, clipFps: ClipRate = 'frames'): ClipNote[] {
  const notes: ClipNote[] = [];
  const note = (kind: ClipNote['kind'], serious: boolean, said: string | GivenParts) =>
    notes.push({ kind, serious, ...messageParts(said) });
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
      advice: phrase`Take it apart with ${setting('cut', true)}.`,
    });
  }
  if (clip.bars) {
    const sides = Object.entries(clip.bars).filter(([, thickness]) => thickness > 0);
    const { width, height } = sizeWithoutBars(clip, clip.bars);
    const found = `black bars (${sides.map(([side, thickness]) => `${side} ${thickness}`).join(', ')} pixels)`;
    const advice = phrase`${setting('cut', true)} takes them off and leaves ${width}x${height}.`;
    note('bars', true, { found, advice });
  }
  for (const { kind, serious, message } of timeNotes(clip)) note(kind, serious, message);
  for (const { kind, serious, message } of clip.onNumbers) note(kind, serious, message);
  if (clip.madeByLamp) note('made by lamp', false, madeByLamp);
  if (clip.moving < leastMoving) {
    note('still', true, { found: 'nothing moves: there is no motion to learn', advice: 'Leave it out.' });
  } else if (clip.repeated > mostRepeated) {
    const share = `${Math.round(100 * clip.repeated)} %`;
    note('repeats', false, {
      found: phrase`${share} of its frames repeat the one before: a larger ${setting('stride')} loses nothing.`,
      setting: 'stride',
    });
  }
  return notes;
}

function someOf(numbers: readonly number[]): string {
  const shown = numbers.slice(0, 8).join(', ');
  return numbers.length > 8 ? `${shown} and ${numbers.length - 8} more` : shown;
}
