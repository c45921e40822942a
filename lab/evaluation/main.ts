/**
 * @file `npm run evaluate -- --suite base|motion|sampling --out <folder>`: measures a base model, how well motions are
 * learned on it, or ways of sampling. Errors end as those of `lamp` do: one line, and the same exit codes.
 */
import { report } from '../../src/cli/report.ts';
import { evaluateCommand } from './evaluate-command.ts';

const words = process.argv.slice(2);
try {
  await evaluateCommand()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .parseAsync(words, { from: 'user' });
} catch (error) {
  process.exitCode = report(error, words);
}
