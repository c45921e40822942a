/** @file Runs a reader on many bad inputs: it must read or refuse each one, quickly, and never fail in another way. */
import fc from 'fast-check';
import { LampError } from '../../src/errors.ts';

/** A reader of untrusted input. */
export interface FuzzedReader<Input> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Longer than this for one input (milliseconds) is a failure; 1000 by default. */
  readonly mostTime?: number;
  /**
   * Reads an input and checks that what was read is consistent. Throws `LampError` when it refuses the input. Any other
   * error is a bug. `path` makes paths in a folder that is the reader's own.
   */
  read(input: Input, path: (name: string) => string): Promise<void>;
}

/** What a run found. */
export interface FuzzResult {
  readonly inputs: number;
  readonly refused: number;
  readonly accepted: number;
  /** Milliseconds that the slowest input took. */
  readonly slowest: number;
  /** Most bytes of resident memory above those at the start. */
  readonly growth: number;
  /** The smallest input found that fails, with the error; absent when none does. */
  readonly failure?: string;
}

/** How a run goes. */
export interface FuzzOptions {
  readonly runs: number;
  readonly seed: number;
  readonly path: (name: string) => string;
  /** Called before every input: a run that hangs can be noticed from elsewhere. */
  readonly onInput?: (count: number) => void;
}

/** See `FuzzedReader.mostTime`. */
const MOST_TIME = 1000;
/** Counterexamples can be long; the seed and path make them again. */
const MOST_REPORT = 6000;
/** A refusal is one line that a person can read. */
const MOST_TEXT = 2000;

/** A reader of inputs of any kind, ready to be run. */
export interface Fuzzing {
  readonly name: string;
  /** Runs the reader on `runs` inputs, the same ones for the same seed. */
  run(options: FuzzOptions): Promise<FuzzResult>;
}

/** Makes a reader ready to be run. */
export function fuzzing<Input>(reader: FuzzedReader<Input>): Fuzzing {
  return { name: reader.name, run: (options) => fuzz(reader, options) };
}

async function fuzz<Input>(
  { inputs, read, mostTime = MOST_TIME }: FuzzedReader<Input>,
  { runs, seed, path, onInput }: FuzzOptions,
): Promise<FuzzResult> {
  const before = process.memoryUsage.rss();
  let [count, refused, accepted, slowest, growth] = [0, 0, 0, 0, 0];
  const property = fc.asyncProperty(inputs, async (input) => {
    count++;
    onInput?.(count);
    const started = performance.now();
    try {
      await read(input, path);
      accepted++;
    } catch (error) {
      if (!(error instanceof LampError)) throw error;
      assertReadable(error.message);
      refused++;
    } finally {
      const time = performance.now() - started;
      slowest = Math.max(slowest, time);
      if (count % 64 === 0) growth = Math.max(growth, process.memoryUsage.rss() - before);
    }
    const time = performance.now() - started;
    if (time > mostTime) throw new Error(`took ${Math.round(time)} ms`);
  });
  const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: false });
  const failure = details.failed
    ? { failure: `${details.errorInstance}\n${fc.defaultReportMessage(details)}`.slice(0, MOST_REPORT) }
    : {};
  return { inputs: count, refused, accepted, slowest, growth, ...failure };
}

function assertReadable(message: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(message)) throw new Error(`not one plain line: ${message}`);
  if (message.length > MOST_TEXT) throw new Error(`a message of ${message.length} characters: ${message}`);
}
