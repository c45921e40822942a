/** @file Notices about the timing of the clips and the rate at which their frames are sampled. */

import { notice, type OnEvent } from '../../events.ts';
import type { ClipInfo } from '../../media/clip.ts';
import { aboutClip } from '../../media/clip-notes.ts';
import type { ClipRate } from '../../media/clip-window.ts';
import { rateNotes } from '../../media/rate-notes.ts';
import { type TimeNote, timeNotes } from '../../media/time-notes.ts';
import { call, phrase } from '../../phrases.ts';
import type { TrainingSettings } from '../training-settings.ts';
import type { TrainingClip } from './training-clip.ts';

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
    for (const note of ofKind.slice(0, NAMED)) onEvent?.(notice(aboutClip(note.path, note)));
    const more = ofKind.length - NAMED;
    const found = phrase`${more} more note${more === 1 ? '' : 's'} of this kind (${kind}); "${call('examineClips')}" lists all.`;
    if (more > 0) onEvent?.(notice({ found }));
  }
}

/** Reports in a notice the rate at which frames are sampled from the clips, and why, if the clips have rates. */
export function tellOfRate(
  clips: readonly TrainingClip[],
  asked: Pick<TrainingSettings, 'clipFps' | 'window' | 'stride'>,
  clipFps: ClipRate,
  onEvent: OnEvent | undefined,
): void {
  for (const note of rateNotes(clips, asked, clipFps)) onEvent?.(notice(note));
}
