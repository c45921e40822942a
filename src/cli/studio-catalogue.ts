/** @file A program for `lamp studio`: tells its parent the settings of the library, and how commands say them. */
import type { Command } from 'commander';
import { listSettings } from '../library/list-settings.ts';
import type { ApiSetting } from '../studio/api/setting-api.ts';
import { type JobKind, jobCalls, jobKinds } from '../studio/jobs/job.ts';
import type { Catalogue, CommandWords } from '../studio/server/catalogue.ts';
import { animateCommand } from './animate.ts';
import { editCommand } from './edit.ts';
import { generateCommand } from './generate.ts';
import { imageCommand } from './image.ts';
import { trainCommand } from './train.ts';

const commands: Readonly<Record<JobKind, [command: Command, bare?: string]>> = {
  learn: [trainCommand(), 'clips'],
  generate: [generateCommand()],
  animate: [animateCommand(), 'picture'],
  edit: [editCommand(), 'clip'],
  draw: [imageCommand()],
};

/** The options of a command by the settings that they are for. */
function wordsOf([command, bare]: [Command, string?]): CommandWords {
  const options = command.options.flatMap((option) => {
    if (!option.long) return [];
    const kind = option.required || option.optional ? 'value' : option.negate ? 'off' : 'on';
    return [{ key: option.attributeName(), flag: option.long, kind } as const];
  });
  return { name: command.name(), ...(bare !== undefined && { bare }), options };
}

const each = <T>(make: (kind: JobKind) => T) =>
  Object.fromEntries(jobKinds.map((kind) => [kind, make(kind)])) as Record<JobKind, T>;

/** What the studio's server must know of the library and the command. */
export const catalogue: Catalogue = {
  settings: {
    ...each((kind) => listSettings(jobCalls[kind]) as ApiSetting[]),
    look: listSettings('examineClips') as ApiSetting[],
  },
  commands: each((kind) => wordsOf(commands[kind])),
};

process.send?.(catalogue);
