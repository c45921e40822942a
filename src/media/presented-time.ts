/** @file Applies edit lists: which parts of a video track are shown, and when. */
import type { MovieTrack } from './movie-boxes.ts';

/** A part of a track that is shown continuously. All times are in seconds. */
export interface ShownPart {
  /** Start and end within the track, in mediabunny's timestamps. */
  readonly from: number;
  readonly until: number;
  /** Start of its display. */
  readonly begins: number;
  /** Playback rate; 0: its first frame is held. */
  readonly rate: number;
  /** Possible rounding error of its bounds. */
  readonly tick: number;
}

/**
 * The parts that an edit list shows, in order of display; `undefined` without an edit list.
 *
 * mediabunny 1.61 applies the first part's start to its timestamps (unless that part is slowed down or held) and
 * nothing else, so everything here is relative to that.
 */
export function shownParts({ edits, timescale, movieTick }: MovieTrack): ShownPart[] | undefined {
  if (!edits) return undefined;
  const first = edits.findIndex(({ mediaTime }) => mediaTime !== -1);
  if (first < 0) return undefined; // Nothing would be shown: players ignore such a list.
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

/** Whether a frame begins within a part. Bounds are rounded to a tick, which is shorter than any frame. */
export function isShownIn(
  part: ShownPart,
  frame: { readonly timestamp: number; readonly duration: number },
): boolean {
  const slack = Math.min(part.tick, frame.duration > 0 ? frame.duration / 4 : part.tick);
  return frame.timestamp >= part.from - slack && frame.timestamp < part.until - slack;
}

/** The display time of a frame in a part. */
export function shownAt(part: ShownPart, timestamp: number): number {
  return part.rate === 0 ? part.begins : part.begins + Math.max(0, timestamp - part.from) / part.rate;
}
