/**
 * @file `npm run evaluate -- --suite base|motion|sampling|curve --out <folder>`: measures a base model, how well and
 * how fast motions are learned on it, or ways of sampling. Errors end as those of `lamp` do: one line, and the same
 * exit codes.
 */
import { CommanderError } from 'commander';
import { userError } from '../../src/cli/commander-error.ts';
import { report } from '../../src/cli/report.ts';
import { evaluateCommand } from './evaluate-command.ts';

const words = process.argv.slice(2);
const command = evaluateCommand();
try {
  await command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .parseAsync(words, { from: 'user' });
} catch (error) {
  process.exitCode = report(error instanceof CommanderError ? userError(error, command) : error, words);
}
