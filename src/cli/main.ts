#!/usr/bin/env node
/**
 * @file Entry point of the `lamp` command. The program is loaded dynamically, so that if the native engine cannot be
 * loaded there is a plain one-line message, and `lamp doctor` still works and says why. `lamp studio` is started
 * without it: the server stays small and quick, and others compute.
 */
import { Command } from 'commander';
import { DeviceError } from '../errors.ts';
import { userError } from './commander-error.ts';
import { startAsComputing } from './computing-process.ts';
import { leaveDeadTerminals } from './dead-terminal.ts';
import { doctorCommand } from './doctor.ts';
import { hangupIsIgnored } from './hangup.ts';
import { watchOutput } from './output-failure.ts';
import { report } from './report.ts';

const words = process.argv.slice(2);

async function run(): Promise<number> {
  if (words[0] === 'studio') return alone((await import('./studio.ts')).studioCommand());
  try {
    const { runCommandLine } = await import('./lamp-program.ts');
    return await runCommandLine(words);
  } catch (error) {
    // The program itself never throws, so it could not be loaded.
    if (words[0] === 'doctor') return alone(doctorCommand());
    const [found] = String(error instanceof Error ? error.message : error).split('\n');
    const said = {
      found: `what lamp computes with cannot be loaded: ${found}`,
      advice: '"lamp doctor" says what this machine lacks.',
    };
    return report(new DeviceError(said, { cause: error }), words);
  }
}

/** Runs a command without the others. */
async function alone(command: Command): Promise<number> {
  try {
    const program = new Command('lamp').addCommand(command);
    for (const each of [program, command]) {
      each
        .exitOverride((error) => {
          throw userError(error, each);
        })
        .configureOutput({ outputError: () => {} });
    }
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, words);
  }
}

startAsComputing(words);
leaveDeadTerminals();
watchOutput();
// Restores what Node has reset from `nohup`.
if (hangupIsIgnored()) process.on('SIGHUP', () => {});
process.on('uncaughtException', (error) => process.exit(report(error, words)));
process.exitCode = await run();
