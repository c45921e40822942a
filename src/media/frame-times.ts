/** @file The timing of a clip's frames, constant or variable. */

/** The range of rates of a variable-rate clip, in frames a second. */
export interface RateRange {
  readonly slowest: number;
  readonly fastest: number;
}

/** A frame that is shown much longer than the others. */
export interface Rest {
  /** Its index, counted from 0. */
  readonly frame: number;
  readonly seconds: number;
}

/** The timing of a clip's frames. */
export interface ClipTiming {
  /** The most common rate, in frames a second. */
  readonly framesPerSecond: number;
  /** Display time of each frame in seconds after the first, if they are not evenly spaced at that rate. */
  readonly frameTimes?: readonly number[];
  /** The range of rates, if more than a few frames have another rate. */
  readonly variableRate?: RateRange;
  /** The frames on which the clip rests. A rest on the last frame has no end and is not sampled. */
  readonly rests?: readonly Rest[];
}

/** An interval that deviates by more than this fraction from the common one has another rate. */
const tolerance = 0.3;
/** Rounding of times in file formats, in seconds. */
const rounding = 0.0025;
/** Up to this fraction of odd intervals (dropped frames) is not a variable rate. */
const oddShare = 0.05;
/** A frame is a rest if it is shown this many times as long as usual, and at least this many seconds. */
const restFactor = 3;
const leastRest = 0.4;
/** Frames are evenly spaced if none deviates by more than this fraction of an interval. */
export const jitter = 0.4;

/**
 * Derives a clip's timing from the display times of its frames (in seconds, ascending). `lastDuration` is the duration
 * of the last frame, `tick` the unit to which all times were rounded (0: not rounded).
 */
export function timingOf(times: readonly number[], lastDuration: number, tick: number): ClipTiming {
  const first = times[0]!;
  const framesPerSecond = usualRate(times, lastDuration, tick);
  const durations = [...intervalsOf(times), lastDuration].map(microseconds);
  const rests = findRests(durations, framesPerSecond);
  const resting = new Set(rests.map(({ frame }) => frame));
  const moving = durations.slice(0, -1).filter((_, frame) => !resting.has(frame));
  const variable = variableRate(moving, tick);
  const isEven = times.every((time, i) => Math.abs((time - first) * framesPerSecond - i) <= jitter);
  const frameTimes = isEven ? undefined : times.map((time) => microseconds(time - first));
  return {
    framesPerSecond,
    ...(frameTimes && { frameTimes }),
    ...(variable && { variableRate: variable }),
    ...(rests.length > 0 && { rests }),
  };
}

/** Rounds seconds to microseconds; smaller differences are numerical noise. */
export function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

function intervalsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - times[i]!);
}

/** The rate of the mean common interval. */
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
  // Rounded intervals add up to the mean rate only if the last one is included.
  if (taken === intervals && tick > 0 && lastDuration > 0 && isUsual(lastDuration)) {
    const whole = seconds + lastDuration;
    return customaryRate((taken.length + 1) / whole, tick / whole);
  }
  return customaryRate(taken.length / seconds, tick / Math.max(seconds, lastDuration));
}

/**
 * The standard rate (30, 24000/1001, …) within the rounding error of a measured rate (`uncertainty`, a fraction of it),
 * else the measured rate.
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

/**
 * The range of rates, if more than a few intervals differ from the common one by more than rounding to `tick` seconds
 * explains, else `undefined`.
 */
export function variableRate(intervals: readonly number[], tick = 0): RateRange | undefined {
  const sorted = [...intervals].sort((a, b) => a - b);
  const usual = median(sorted);
  if (usual === undefined) return undefined;
  const allowed = Math.max(rounding, tolerance * usual, 1.01 * tick);
  const odd = sorted.filter((interval) => Math.abs(interval - usual) > allowed);
  if (odd.length <= oddShare * sorted.length) return undefined;
  const shortest = sorted.find((interval) => interval > 0) ?? usual;
  return { slowest: 1 / sorted.at(-1)!, fastest: 1 / shortest };
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
