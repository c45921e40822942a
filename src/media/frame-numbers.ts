/** @file Checks the numbering of a folder's frames for gaps and for several sequences in one folder. */
import { extname } from 'node:path';
import { type Remark, remark } from './remark.ts';

/** Findings about the numbering of frames. */
export interface FrameNumbers {
  /** Sequences of pictures with related names, ordered by their first pictures. Most folders have one. */
  readonly sequences: readonly { readonly first: string; readonly count: number }[];
  /** Missing numbers in ascending order, from the first sequence with any; at most {@link MOST_LISTED}. */
  readonly missing: readonly number[];
  /** Number of missing numbers in all sequences. */
  readonly missingCount: number;
  /** The lowest and highest number of the sequence to which `missing` belongs. */
  readonly range: readonly [lowest: number, highest: number];
  /** The first pair of frames with the same number. */
  readonly twice: readonly [string, string] | undefined;
}

/** Number of missing numbers listed; more are only counted. */
const MOST_LISTED = 100;

interface Numbered {
  readonly name: string;
  readonly number: number;
}

/**
 * Checks the numbering in names of numbered pictures, given in natural order. The frame number is the last number that
 * is not the same in all names (`walk_0001_640x480.png`). Every n-th number is an even step, not a gap.
 */
export function frameNumbers(names: readonly string[]): FrameNumbers {
  const sequences = sequencesOf(names);
  let missing: number[] = [];
  let missingCount = 0;
  let range: readonly [number, number] = [0, 0];
  let twice: readonly [string, string] | undefined;
  for (const frames of sequences) {
    const numbers = [...new Set(frames.map(({ number }) => number))].sort((a, b) => a - b);
    const gaps = gapsIn(numbers);
    if (gaps.count > 0 && missingCount === 0) {
      missing = gaps.listed;
      range = [numbers[0]!, numbers.at(-1)!];
    }
    missingCount += gaps.count;
    twice ??= pairOf(frames);
  }
  return {
    sequences: sequences.map((frames) => ({ first: frames[0]!.name, count: frames.length })),
    missing,
    missingCount,
    range,
    twice,
  };
}

/** Groups the names by everything in them except the frame number. */
function sequencesOf(names: readonly string[]): Numbered[][] {
  const parts = names.map((name) => {
    const stem = name.slice(0, name.length - extname(name).length);
    return { name, ending: extname(name).toLowerCase(), pieces: stem.split(/(\d+)/) };
  });
  const bySkeleton = groups(parts, ({ pieces }) => pieces.filter((_, i) => i % 2 === 0).join('\0'));
  const divided = bySkeleton.flatMap((alike) => {
    const counting = countingPiece(alike.map(({ pieces }) => pieces));
    const bySequence = groups(alike, ({ pieces }) => pieces.filter((_, i) => i !== counting).join('\0'));
    // Numbers that are never consecutive: times, or random names.
    const single = bySequence.length > 1 && bySequence.every(({ length }) => length === 1);
    return (single ? [alike] : bySequence).flatMap((group) => {
      const frames = group.map((part) => ({ ...part, number: Number(part.pieces[counting]) }));
      const isTwice = new Set(frames.map(({ number }) => number)).size < frames.length;
      return isTwice && !single ? groups(frames, ({ ending }) => ending) : [frames];
    });
  });
  // Names that have nothing in common count as one sequence.
  return divided.length > 1 && divided.every(({ length }) => length === 1) ? [divided.flat()] : divided;
}

/** The index of the part with the frame number: the last number that is not always the same. */
function countingPiece(names: readonly (readonly string[])[]): number {
  const [first] = names as [readonly string[]];
  const last = first.length - 2;
  for (let i = last; i > 0; i -= 2) {
    if (names.some((pieces) => Number(pieces[i]) !== Number(first[i]))) return i;
  }
  return last;
}

/** The missing numbers, if the numbers have a constant step. */
function gapsIn(numbers: readonly number[]): { listed: number[]; count: number } {
  const steps = numbers.slice(1).map((number, i) => number - numbers[i]!);
  const step = evenStep(numbers, steps);
  const listed: number[] = [];
  let count = 0;
  if (step === undefined) return { listed, count };
  for (const [i, width] of steps.entries()) {
    const absent = Math.max(0, Math.round(width / step) - 1);
    count += absent;
    for (let k = 1; k <= absent && listed.length < MOST_LISTED; k++) listed.push(numbers[i]! + k * step);
  }
  return { listed, count };
}

/** The step between most numbers, or `undefined` if there is none, as for times. */
function evenStep(numbers: readonly number[], steps: readonly number[]): number | undefined {
  if (steps.length === 0) return undefined;
  const common = steps.reduce(greatestDivisor);
  const expected = (numbers.at(-1)! - numbers[0]!) / common + 1;
  if (numbers.length >= expected / 2) return common;
  const [most] = groups(steps, String).sort((a, b) => b.length - a.length);
  return most && most.length > steps.length / 2 ? most[0] : undefined;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function pairOf(frames: readonly Numbered[]): readonly [string, string] | undefined {
  const seen = new Map<number, string>();
  for (const { name, number } of frames) {
    const other = seen.get(number);
    if (other !== undefined) return [other, name];
    seen.set(number, name);
  }
  return undefined;
}

function groups<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = found.get(key);
    if (group) group.push(value);
    else found.set(key, [value]);
  }
  return [...found.values()];
}

/** A note on a folder's numbering. */
export type NumberNote = Remark<'sequences' | 'gaps'>;

/** What is remarkable about the numbers of these frames; `names` as for {@link frameNumbers}. */
export function notesOnNumbers(names: readonly string[]): NumberNote[] {
  const { sequences, missing, missingCount, range, twice } = frameNumbers(names);
  const notes: NumberNote[] = [];
  if (sequences.length > 1) {
    const some = sequences.slice(0, 3).map(({ first, count }) => `${count} from "${first}" on`);
    const rest = sequences.length > 3 ? ` and ${sequences.length - 3} more` : '';
    const found = `${sequences.length} sequences of frames in one folder (${some.join(', ')}${rest}) are taken as one clip`;
    notes.push(remark('sequences', true, { found, advice: 'Put each into a folder of its own.' }));
  }
  if (twice) {
    const found = `two frames have the same number, "${twice[0]}" and "${twice[1]}"`;
    notes.push(remark('sequences', true, { found, advice: 'Remove one, or renumber them.' }));
  }
  if (missingCount > 0) {
    const listed = missing.slice(0, 3).join(', ');
    const more = missingCount > 3 ? ', …' : '';
    const found = `${missingCount} frame${missingCount === 1 ? ' is' : 's are'} missing between numbers ${range[0]} and ${range[1]} (${listed}${more}): the motion jumps there.`;
    notes.push(remark('gaps', false, found));
  }
  return notes;
}
