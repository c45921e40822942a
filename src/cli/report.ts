/** @file Reports errors: one line, and an exit code. */
import { CommanderError } from 'commander';
import { LampError, UsageError } from '../errors.ts';
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
  const known = error instanceof CommanderError ? usageError(error) : error;
  const { exitCode, ...said } = describeError(known);
  // If nobody reads the JSON lines any more, the terminal may still be visible.
  if (words.includes('--json') && outputFailure()?.stream !== 'standard output') {
    const kind = known instanceof Error ? known.name : 'Error';
    process.stdout.write(`${JSON.stringify({ type: 'error', kind, ...said, exitCode })}\n`);
  } else {
    process.stderr.write(`lamp: ${said.message}\n`);
  }
  if (process.env.LAMP_DEBUG && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
  return exitCode;
}

/** Our error in place of commander's, whose message begins with "error: ". */
function usageError(error: CommanderError): UsageError {
  if (error.code === 'commander.help') {
    return new UsageError({ found: 'no command given', advice: 'See "lamp --help".' });
  }
  return new UsageError(error.message.replace(/^error: /, ''), { cause: error });
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
