/** @file `lamp studio`: serves the studio in a folder to a browser. It loads nothing that computes. */
import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import type { RunningStudio } from '../studio/server/start-studio.ts';
import { parsedBy, repeated, someText, wholeNumber } from './options.ts';

const help = `
A studio is a folder that anything can read: motions/ (run folders, also those that lamp train makes there), videos/,
clips/, pictures/, bases/ and jobs/. It is made if it is missing. What is deleted is in trash/ until it is emptied.
Jobs (training, videos, pictures) run one after another, each in a process of its own that goes on when this command
ends. Whoever opens the printed link is let in, and stays so in that browser. Other machines are let in only with --host
and --password: the password and all that is shown then travel the network unencrypted.
What the page offers, and what is kept where: docs/studio.md.

Examples:
  lamp studio
  lamp studio my-studio --bases ~/models --no-open
  lamp studio my-studio --host 0.0.0.0 --password "a long password"`;

interface StudioCommandOptions {
  readonly port: number;
  readonly open: boolean;
  readonly bases?: readonly string[];
  readonly jobs: number;
  readonly host?: string;
  readonly password?: string;
}

/** The `studio` command. */
export function studioCommand(): Command {
  const number = (
    flags: string,
    key: string,
    description: string,
    range: Parameters<typeof wholeNumber>[0],
  ) => parsedBy(new Option(flags, description), key, wholeNumber(range));
  const port = { least: 0, most: 65_535 };
  return new Command('studio')
    .description('serve a folder of motions, videos and jobs to a browser on this machine')
    .argument('[folder]', 'folder of the studio (default: studio)')
    .addOption(
      number('--port <number>', 'port', 'port to listen on; 0: any that is free', port).default(7860),
    )
    .option('--no-open', 'do not open the link in a browser')
    .addOption(
      parsedBy(
        new Option('--bases <folder>', 'folder of base models to choose from; may be given several times'),
        'bases',
        repeated,
      ),
    )
    .addOption(
      number('--jobs <number>', 'jobs', 'jobs that run at the same time, each with its own memory', {
        least: 1,
        most: 64,
      }).default(1),
    )
    .addOption(
      parsedBy(
        new Option('--host <address>', 'address to listen on (default: 127.0.0.1, this machine only)'),
        'host',
        someText,
      ),
    )
    .addOption(
      parsedBy(
        new Option('--password <text>', 'what other machines must give; needed with --host'),
        'password',
        someText,
      ),
    )
    .addHelpText('after', help)
    .action(async (folder: string | undefined, _: object, command: Command) => {
      const { open, ...options } = command.opts<StudioCommandOptions>();
      const { startStudio } = await import('../studio/server/start-studio.ts');
      const studio = await startStudio({ ...options, folder: folder ?? 'studio', catalogue, page });
      process.stdout.write(`${studio.link}\n`);
      process.stderr.write('lamp studio serves this link until Ctrl-C; jobs go on without it.\n');
      if (open) openInBrowser(studio.link);
      await untilStopped(studio);
    });
}

const catalogue = fileURLToPath(new URL(`./studio-catalogue${extname(import.meta.url)}`, import.meta.url));

/** The built page, which is in `dist/`, also for the command from source. */
const page = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/studio/page' : '../studio/page', import.meta.url),
);

/** Waits for a signal, and ends the server. */
async function untilStopped(studio: RunningStudio): Promise<void> {
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop());
  });
  await studio.close();
}

/** Opens a link; where there is no browser, nothing happens. */
function openInBrowser(link: string): void {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const programs = { darwin: 'open', win32: 'explorer' } as Readonly<Record<string, string>>;
  if (programs[process.platform] === undefined && !DISPLAY && !WAYLAND_DISPLAY) return;
  const child = spawn(programs[process.platform] ?? 'xdg-open', [link], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
