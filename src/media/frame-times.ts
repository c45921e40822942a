/** @file When the frames of a clip are shown: at a constant rate, or not. */

/** The rates between which a clip of variable rate moves, in frames a second. */
export interface RateRange {
  readonly slowest: number;
  readonly fastest: number;
}

/** A frame that stays much longer than the others. */
export interface Rest {
  /** Its number, counted from 0. */
  readonly frame: number;
  readonly seconds: number;
}

/** When the frames of a clip are shown. */
export interface ClipTiming {
  /** The usual rate: of most frames, in frames a second. */
  readonly framesPerSecond: number;
  /** Seconds after the first frame at which each is shown, where they are not evenly spaced at the usual rate. */
  readonly frameTimes?: readonly number[];
  /** Where more than a few frames are shown at another rate. */
  readonly variableRate?: RateRange;
  /** The frames that the clip rests on. On its last one it rests without end, and what comes then is not taken. */
  readonly rests?: readonly Rest[];
}

/** An interval this much longer or shorter than usual (share of the usual one) is another rate. */
const tolerance = 0.3;
/** File formats round times to milliseconds. */
const rounding = 0.0025;
/** A frame dropped here and there is not yet a variable rate. */
const oddShare = 0.05;
/** A frame that is shown so many times as long as usual, and so many seconds, is a rest. */
const restFactor = 3;
const leastRest = 0.4;
/** Frames are evenly spaced when none is off by more than this share of an interval. */
export const jitter = 0.4;

/**
 * What the times (in seconds, ascending) at which frames are shown say about a clip. `lastDuration` is how long the
 * last one stays, and `tick` to which all were rounded; 0: they were not.
 */
export function timingOf(times: readonly number[], lastDuration: number, tick: number): ClipTiming {
  const first = times[0]!;
  const framesPerSecond = usualRate(times, lastDuration, tick);
  const durations = [...intervalsOf(times), lastDuration].map(microseconds);
  const rests = findRests(durations, framesPerSecond);
  const resting = new Set(rests.map(({ frame }) => frame));
  const variable = variableRate(durations.slice(0, -1).filter((_, frame) => !resting.has(frame)));
  const isEven = times.every((time, i) => Math.abs((time - first) * framesPerSecond - i) <= jitter);
  const frameTimes = isEven ? undefined : times.map((time) => microseconds(time - first));
  return {
    framesPerSecond,
    ...(frameTimes && { frameTimes }),
    ...(variable && { variableRate: variable }),
    ...(rests.length > 0 && { rests }),
  };
}

/** Seconds to the microsecond: what is smaller is the noise of computing. */
export function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

function intervalsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - times[i]!);
}

/** The mean of the intervals that are as usual, as a rate. */
function usualRate(times: readonly number[], lastDuration: number, tick: number): number {
  const intervals = intervalsOf(times);
  const usual = median(intervals.filter((interval) => interval > 0));
  if (usual === undefined) return lastDuration > 0 ? 1 / lastDuration : 1;
  const allowed = Math.max(rounding, tolerance * usual, 1.01 * tick);
  const isUsual = (interval: number) => Math.abs(interval - usual) <= allowed;
  const taken = intervals.every(isUsual)
    ? intervals
    : intervals.filter((interval) => isUsual(interval) && interval > 0);
  const seconds =
    taken === intervals ? times.at(-1)! - times[0]! : taken.reduce((sum, interval) => sum + interval, 0);
  // Rounded intervals add up to the mean rate only where the last one counts as well.
  if (taken === intervals && tick > 0 && lastDuration > 0 && isUsual(lastDuration)) {
    const whole = seconds + lastDuration;
    return customaryRate((taken.length + 1) / whole, tick / whole);
  }
  return customaryRate(taken.length / seconds, tick / Math.max(seconds, lastDuration));
}

/**
 * A measured rate as the customary one it stands for (30, 24000/1001, …) when it lies within what rounded times allow
 * (`uncertainty`, a share of it), else the measured one.
 */
function customaryRate(rate: number, uncertainty: number): number {
  const candidates = [Math.round(rate), ...[24, 30, 48, 60, 120].map((whole) => (whole * 1000) / 1001)];
  const allowed = rate * Math.max(1e-9, uncertainty * 1.01);
  const near = candidates.find((each) => each > 0 && Math.abs(each - rate) <= allowed);
  return near ?? rate;
}

function findRests(durations: readonly number[], framesPerSecond: number): Rest[] {
  const longest = Math.max(leastRest, restFactor / framesPerSecond);
  return durations.flatMap((seconds, frame) =>
    durations.length > 1 && seconds >= longest ? [{ frame, seconds }] : [],
  );
}

/** The range of rates where more than a few intervals differ from the usual one, else `undefined`. */
export function variableRate(intervals: readonly number[]): RateRange | undefined {
  const sorted = [...intervals].sort((a, b) => a - b);
  const usual = median(sorted);
  if (usual === undefined) return undefined;
  const allowed = Math.max(rounding, tolerance * usual);
  const odd = sorted.filter((interval) => Math.abs(interval - usual) > allowed);
  if (odd.length <= oddShare * sorted.length) return undefined;
  const shortest = sorted.find((interval) => interval > 0) ?? usual;
  return { slowest: 1 / sorted.at(-1)!, fastest: 1 / shortest };
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
