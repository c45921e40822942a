/** @file Runs a reader on many bad inputs: it must read or refuse each one, quickly, and never fail in another way. */
import fc from 'fast-check';
import { LampError } from '../../src/errors.ts';

/** A reader of untrusted input. */
export interface FuzzedReader<Input> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Time limit for one input in milliseconds; default 1000. */
  readonly mostTime?: number;
  /**
   * Reads an input and checks that what was read is consistent. Throws `LampError` when it refuses the input. Any other
   * error is a bug. `path` makes paths in the reader's own folder.
   */
  read(input: Input, path: (name: string) => string): Promise<void>;
}

/** Result of a run. */
export interface FuzzResult {
  readonly inputs: number;
  readonly refused: number;
  readonly accepted: number;
  /** Time of the slowest input in milliseconds. */
  readonly slowest: number;
  /** Peak increase of resident memory in bytes. */
  readonly growth: number;
  /** The smallest failing input that was found, with the error; absent if there is none. */
  readonly failure?: string;
}

/** Options of a run. */
export interface FuzzOptions {
  readonly runs: number;
  readonly seed: number;
  readonly path: (name: string) => string;
  /** Called before every input, so that a watchdog can notice a run that hangs. */
  readonly onInput?: (count: number) => void;
}

/** See `FuzzedReader.mostTime`. */
const MOST_TIME = 1000;
/** Counterexamples can be long; seed and path reproduce them. */
const MOST_REPORT = 6000;
/** Checks that a refusal is one printable line. */
const MOST_TEXT = 2000;

/** A reader of inputs of any type, ready to run. */
export interface Fuzzing {
  readonly name: string;
  /** Runs the reader on `runs` inputs, the same ones for the same seed. */
  run(options: FuzzOptions): Promise<FuzzResult>;
}

/** Prepares a reader for runs. */
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
