/** @file When the frames of a clip are shown: at a constant rate, or not. */
import { frameDelays } from './animated-picture.ts';
import type { ClipKind } from './clip.ts';
import { withVideoTrack } from './video-decoding.ts';
import { videoEngine } from './video-engine.ts';

/** The rates between which a clip of variable rate moves, in frames a second. */
export interface RateRange {
  readonly slowest: number;
  readonly fastest: number;
}

/** Seconds from each frame to the next; `undefined` for folders of pictures, which have no times. */
export async function frameIntervals(path: string, kind: ClipKind): Promise<number[] | undefined> {
  if (kind === 'folder') return undefined;
  // How long the last frame stays says nothing about the rate: animations often rest on it.
  if (kind === 'animation') return (await frameDelays(path)).slice(0, -1);
  const times = await withVideoTrack(path, async (track) => {
    const { EncodedPacketSink } = await videoEngine();
    const found: number[] = [];
    const packets = new EncodedPacketSink(track).packets(undefined, undefined, { metadataOnly: true });
    for await (const { timestamp } of packets) found.push(timestamp);
    return found.sort((a, b) => a - b);
  });
  return times.slice(1).map((time, i) => time - times[i]!);
}

/** An interval this much longer or shorter than usual (share of the usual one) is another rate. */
const tolerance = 0.3;
/** File formats round times to milliseconds. */
const rounding = 0.0025;
/** A frame dropped here and there is not yet a variable rate. */
const oddShare = 0.05;

/** The range of rates where more than a few intervals differ from the usual one, else `undefined`. */
export function variableRate(intervals: readonly number[]): RateRange | undefined {
  const sorted = [...intervals].sort((a, b) => a - b);
  const usual = sorted[sorted.length >> 1];
  if (usual === undefined) return undefined;
  const allowed = Math.max(rounding, tolerance * usual);
  const odd = sorted.filter((interval) => Math.abs(interval - usual) > allowed);
  if (odd.length <= oddShare * sorted.length) return undefined;
  const shortest = sorted.find((interval) => interval > 0) ?? usual;
  return { slowest: 1 / sorted.at(-1)!, fastest: 1 / shortest };
}
