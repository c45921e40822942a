/** @file Reports errors: one line, and an exit code. */
import { CommanderError } from 'commander';
import { LampError } from '../errors.ts';
import { type WordedParts, wordParts } from '../phrases.ts';
import { packageVersion } from '../versions.ts';
import { outputFailure } from './output-failure.ts';
import { commandVocabulary } from './vocabulary.ts';

/** Exit code for bugs (`EX_SOFTWARE`). */
const bugExitCode = 70;

/**
 * Prints an error on one line and returns the exit code. If the words request JSON, its parts are printed as well
 * (`found`, `expected`, `setting`, `advice`).
 */
export function report(error: unknown, words: readonly string[]): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help and --version
  const { exitCode, ...said } = describeError(error);
  // If nobody reads the JSON lines any more, the terminal may still be visible.
  if (words.includes('--json') && outputFailure()?.stream !== 'standard output') {
    const kind = error instanceof Error ? error.name : 'Error';
    process.stdout.write(`${JSON.stringify({ type: 'error', kind, ...said, exitCode })}\n`);
  } else {
    process.stderr.write(`lamp: ${said.message}\n`);
  }
  if (process.env.LAMP_DEBUG && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
  return exitCode;
}

function describeError(error: unknown): { message: string; exitCode: number } & Partial<WordedParts> {
  if (error instanceof LampError) {
    const said = wordParts(error, commandVocabulary);
    return { ...said, message: oneLine(said.message), exitCode: error.exitCode };
  }
  const message = oneLine(error instanceof Error ? error.message : String(error));
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  return {
    message: `${name}${message} (This is a bug of lamp ${packageVersion}; LAMP_DEBUG=1 shows where.)`,
    exitCode: bugExitCode,
  };
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
