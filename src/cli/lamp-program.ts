/** @file The `lamp` command's program: its subcommands and its help. */
import { type Argument, Command, Help, type HelpConfiguration } from 'commander';
import { packageVersion } from '../versions.ts';
import { animateCommand } from './animate.ts';
import { clipsCommand } from './clips.ts';
import { userError } from './commander-error.ts';
import { controlCommand } from './control.ts';
import { convertCommand } from './convert.ts';
import { doctorCommand } from './doctor.ts';
import { editCommand } from './edit.ts';
import { generateCommand } from './generate.ts';
import { imageCommand } from './image.ts';
import { inspectCommand } from './inspect.ts';
import { report } from './report.ts';
import { studioCommand } from './studio.ts';
import { trainCommand } from './train.ts';

const help = `
Examples:
  lamp train clips/jumps --prompt "a thing jumps" --out runs/jumps
  lamp generate --motion runs/jumps --prompt "a fox jumps in the snow" --out fox.mp4
  lamp animate photo.jpg --motion runs/jumps --out photo.mp4
  lamp image --prompt "a fox in the snow" --out fox.png
  lamp inspect fox.mp4
These use the small built-in model. With another model:
  lamp train clips/horse-runs --base stable-diffusion-v1-5 --prompt "a horse runs" --out runs/horse
  lamp generate --motion runs/horse --base stable-diffusion-v1-5 --prompt "a zebra runs on Mars" --out zebra.mp4

Exit codes:
    0  done                                     4  model or motion missing, damaged or unsuitable
    1  failed for another reason                5  device unknown, not installed or out of memory
    2  wrong option or argument                 6  writing failed, or something is in the way
    3  clip or picture missing or unreadable   70  a bug of lamp; LAMP_DEBUG=1 shows where
  130  stopped with Ctrl-C or another signal (SIGTERM, SIGHUP, SIGQUIT, SIGUSR2, SIGXCPU …); work that can be
       resumed is saved. A second SIGINT, SIGTERM, SIGHUP or SIGQUIT stops at once with 128 plus its number.
       With nohup, closing the terminal stops nothing.
If the reader of the output exits (lamp train --json | head), long work saves, stops, and exits with 6;
short commands exit with 0.

"lamp help <command>" lists the options of a command. LAMP_DEBUG=1 prints stack traces;
LAMP_THREADS=2 limits computations to two threads, as --threads 2 does.`;

/** The program with all its commands. It throws instead of exiting. */
export function lampProgram(): Command {
  const program = new Command('lamp')
    .description('Teach a text-to-image model a motion from a few short clips, and generate videos with it.')
    .usage('<command> [options]')
    .version(packageVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('after', help);
  const commands = [
    trainCommand(),
    controlCommand(),
    generateCommand(),
    animateCommand(),
    editCommand(),
    imageCommand(),
    inspectCommand(),
    clipsCommand(),
    convertCommand(),
    doctorCommand(),
    studioCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const each of [program, ...program.commands]) {
    each
      .exitOverride((error) => {
        throw userError(error, each);
      })
      .showSuggestionAfterError(true)
      .configureHelp(helpStyle)
      .configureOutput({ outputError: () => {} });
    each.helpOption('-h, --help', 'show help');
  }
  return program;
}

/** Help style: omits "[options]", which every command has, and quotes and brackets around default values. */
const helpStyle: HelpConfiguration = {
  subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(placeholder)].join(' '),
  optionDescription: (option) =>
    new Help()
      .optionDescription(option)
      .replace(/\(default: "(.*)"\)$/, '(default: $1)')
      .replace(/\(default: \["(.*)"\]\)$/, (_, list: string) => `(default: ${list.replaceAll('","', ',')})`),
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
