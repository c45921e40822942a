#!/usr/bin/env node
/** @file The `lamp` command: its subcommands, its help, and how it ends. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Argument, Command, CommanderError, Help, type HelpConfiguration } from 'commander';
import { LampError } from '../errors.ts';
import { packageVersion } from '../versions.ts';
import { animateCommand } from './animate.ts';
import { clipsCommand } from './clips.ts';
import { convertCommand } from './convert.ts';
import { doctorCommand } from './doctor.ts';
import { editCommand } from './edit.ts';
import { evaluateCommand } from './evaluate.ts';
import { generateCommand } from './generate.ts';
import { imageCommand } from './image.ts';
import { inspectCommand } from './inspect.ts';
import { trainCommand } from './train.ts';

/** What the process ends with when something is wrong that is no fault of the user's (`EX_SOFTWARE`). */
const bugExitCode = 70;

const help = `
Examples:
  lamp train clips/jumps --prompt "a thing jumps" --out runs/jumps
  lamp generate --motion runs/jumps --prompt "a fox jumps in the snow" --out fox.mp4
  lamp animate photo.jpg --motion runs/jumps --out photo.mp4
  lamp image --prompt "a fox in the snow" --out fox.png
  lamp inspect fox.mp4
These use the small built-in model. With one of your own:
  lamp train clips/horse-runs --base stable-diffusion-v1-5 --prompt "a horse runs" --out runs/horse
  lamp generate --motion runs/horse --base stable-diffusion-v1-5 --prompt "a zebra runs on Mars" --out zebra.mp4

Exit codes:
    0  done                                     4  model or motion missing, damaged or not fitting
    1  failed for another reason                5  device unknown, not installed or out of memory
    2  wrong option or argument                 6  writing failed, or something is in the way
    3  clip or picture missing or unreadable   70  a bug of lamp: please report it
  130  stopped with Ctrl-C

"lamp help <command>" lists the options of a command. LAMP_DEBUG=1 shows stack traces.`;

/** The program with all its commands. It throws instead of ending the process. */
export function lampProgram(): Command {
  const program = new Command('lamp')
    .description(
      'Teach a text-to-image model a motion from a few short clips; make videos that move that way.',
    )
    .usage('<command> [options]')
    .version(packageVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', help);
  const commands = [
    trainCommand(),
    generateCommand(),
    animateCommand(),
    editCommand(),
    imageCommand(),
    inspectCommand(),
    clipsCommand(),
    evaluateCommand(),
    convertCommand(),
    doctorCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const each of [program, ...program.commands]) {
    each
      .exitOverride()
      .showSuggestionAfterError(true)
      .configureHelp(helpStyle)
      .configureOutput({ outputError: () => {} });
    each.helpOption('-h, --help', 'show help');
  }
  return program;
}

/** Commands without "[options]", which all have; default words without quotes. */
const helpStyle: HelpConfiguration = {
  subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(placeholder)].join(' '),
  optionDescription: (option) =>
    new Help().optionDescription(option).replace(/\(default: "(.*)"\)$/, '(default: $1)'),
};

function placeholder(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** Runs the command line (without `node` and the script's name) and returns the exit code. Never throws. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  const program = lampProgram();
  if (words.length === 0) {
    program.outputHelp({ error: true });
    return 2;
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, words);
  }
}

/** Tells about an error on one line and returns the exit code. */
function report(error: unknown, words: readonly string[]): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help and --version
  const { message, exitCode } = describeError(error);
  if (words.includes('--json')) {
    const kind = error instanceof Error ? error.name : 'Error';
    process.stdout.write(`${JSON.stringify({ type: 'error', kind, message, exitCode })}\n`);
  } else {
    process.stderr.write(`lamp: ${message}\n`);
  }
  if (process.env.LAMP_DEBUG && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
  return exitCode;
}

function describeError(error: unknown): { message: string; exitCode: number } {
  const message = oneLine(error instanceof Error ? error.message : String(error));
  if (error instanceof LampError) return { message, exitCode: error.exitCode };
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help')
      return { message: 'no command given; see "lamp --help"', exitCode: 2 };
    return { message: plainUsageMessage(message), exitCode: 2 };
  }
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  return {
    message: `${name}${message} (This is a bug of lamp ${packageVersion}: please report it, with what LAMP_DEBUG=1 shows.)`,
    exitCode: bugExitCode,
  };
}

/** Shortens what commander says: our parsers name the value themselves. */
function plainUsageMessage(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/^option '([^']*)' argument '.*' is invalid\. (?=found )/s, '$1: ');
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

/** Whether this file was started as the command, also through npm's link to it, rather than imported. */
function isCommand(): boolean {
  try {
    return realpathSync(process.argv[1] ?? '') === fileURLToPath(import.meta.url);
  } catch {
    return false;
  }
}

if (isCommand()) {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read our output has gone (`lamp inspect x | head`): there is nobody left to tell anything.
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  const words = process.argv.slice(2);
  process.on('uncaughtException', (error) => process.exit(report(error, words)));
  process.exitCode = await runCommandLine(words);
}
