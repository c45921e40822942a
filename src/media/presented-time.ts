/** @file Which part of a video track is shown, and when: what its edit list makes of its frames. */
import type { MovieTrack } from './movie-boxes.ts';

/** A part of a track that is shown in one go. All times in seconds. */
export interface ShownPart {
  /** Where it begins and ends in the track, by mediabunny's time stamps. */
  readonly from: number;
  readonly until: number;
  /** When it is shown. */
  readonly begins: number;
  /** How fast; 0: its first frame is held. */
  readonly rate: number;
  /** How far its bounds may be off, since they were rounded. */
  readonly tick: number;
}

/**
 * The parts that an edit list shows, in the order in which they are shown; `undefined` without an edit list.
 *
 * mediabunny 1.61 applies the first part's beginning to its time stamps (unless that part is slowed down or held),
 * and nothing else: here everything is counted from there.
 */
export function shownParts({ edits, timescale, movieTick }: MovieTrack): ShownPart[] | undefined {
  if (!edits) return undefined;
  const first = edits.findIndex(({ mediaTime }) => mediaTime !== -1);
  if (first < 0) return undefined; // Nothing at all is shown: players take no notice of such a list.
  const delay = edits.slice(0, first).reduce((sum, { duration }) => sum + duration, 0);
  const applied = edits[first]!.rate === 1 ? edits[first]!.mediaTime - Math.round(delay * timescale) : 0;
  const parts: ShownPart[] = [];
  let begins = 0;
  for (const { duration, mediaTime, rate } of edits) {
    if (mediaTime >= 0 && rate >= 0) {
      const from = (mediaTime - applied) / timescale;
      parts.push({ from, until: from + (rate === 0 ? 0 : duration * rate), begins, rate, tick: movieTick });
    }
    begins += duration;
  }
  return parts;
}

/** Whether a frame begins within a part. Bounds are rounded to a tick, which shows no frame; frames are longer. */
export function isShownIn(
  part: ShownPart,
  frame: { readonly timestamp: number; readonly duration: number },
): boolean {
  const slack = Math.min(part.tick, frame.duration > 0 ? frame.duration / 4 : part.tick);
  return frame.timestamp >= part.from - slack && frame.timestamp < part.until - slack;
}

/** When a part shows a frame. */
export function shownAt(part: ShownPart, timestamp: number): number {
  return part.rate === 0 ? part.begins : part.begins + Math.max(0, timestamp - part.from) / part.rate;
}
