/** @file What the numbers in the names of a folder's frames tell: gaps in them, and several sequences in one folder. */
import { extname } from 'node:path';
import { type Remark, remark } from './remark.ts';

/** What is remarkable about the numbers of frames. */
export interface FrameNumbers {
  /** Pictures that belong together by their names, in the order of the first of each. One in most folders. */
  readonly sequences: readonly { readonly first: string; readonly count: number }[];
  /** Numbers that no frame has, in rising order, from the first sequence with any; at most {@link MOST_LISTED}. */
  readonly missing: readonly number[];
  /** How many there are in all sequences. */
  readonly missingCount: number;
  /** The lowest and the highest number of the sequence that `missing` is of. */
  readonly range: readonly [lowest: number, highest: number];
  /** Two frames of one number, the first such pair. */
  readonly twice: readonly [string, string] | undefined;
}

/** More missing numbers are counted, not listed. */
const MOST_LISTED = 100;

interface Numbered {
  readonly name: string;
  readonly number: number;
}

/**
 * What the numbers in these names tell; the names are those of numbered pictures, in natural order. The number that
 * counts is the last one that is not the same in all names (`walk_0001_640x480.png`). Every n-th number is an even
 * step and no gap.
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

/** The names, divided by all that is in them besides the counting number. */
function sequencesOf(names: readonly string[]): Numbered[][] {
  const parts = names.map((name) => {
    const stem = name.slice(0, name.length - extname(name).length);
    return { name, ending: extname(name).toLowerCase(), pieces: stem.split(/(\d+)/) };
  });
  const bySkeleton = groups(parts, ({ pieces }) => pieces.filter((_, i) => i % 2 === 0).join('\0'));
  const divided = bySkeleton.flatMap((alike) => {
    const counting = countingPiece(alike.map(({ pieces }) => pieces));
    const bySequence = groups(alike, ({ pieces }) => pieces.filter((_, i) => i !== counting).join('\0'));
    // Numbers of which none counts on: times, or names made by chance.
    const single = bySequence.length > 1 && bySequence.every(({ length }) => length === 1);
    return (single ? [alike] : bySequence).flatMap((group) => {
      const frames = group.map((part) => ({ ...part, number: Number(part.pieces[counting]) }));
      const isTwice = new Set(frames.map(({ number }) => number)).size < frames.length;
      return isTwice && !single ? groups(frames, ({ ending }) => ending) : [frames];
    });
  });
  // Names that have nothing in common with any other are one sequence, as far as anyone can tell.
  return divided.length > 1 && divided.every(({ length }) => length === 1) ? [divided.flat()] : divided;
}

/** Which piece counts the frames: the last number that is not always the same. */
function countingPiece(names: readonly (readonly string[])[]): number {
  const [first] = names as [readonly string[]];
  const last = first.length - 2;
  for (let i = last; i > 0; i -= 2) {
    if (names.some((pieces) => Number(pieces[i]) !== Number(first[i]))) return i;
  }
  return last;
}

/** The numbers that are missing where the numbers have one step. */
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

/** The step that most numbers keep to, or `undefined`: numbers may be times. */
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

/** What is to be said of a folder's numbers. */
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
    notes.push(remark('sequences', true, { found, advice: 'Remove one, or number them anew.' }));
  }
  if (missingCount > 0) {
    const listed = missing.slice(0, 3).join(', ');
    const more = missingCount > 3 ? ', …' : '';
    const found = `${missingCount} frame${missingCount === 1 ? ' is' : 's are'} missing between numbers ${range[0]} and ${range[1]} (${listed}${more}): what moves jumps there.`;
    notes.push(remark('gaps', false, found));
  }
  return notes;
}
