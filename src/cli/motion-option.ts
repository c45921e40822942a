/** @file The `--motion` option: one motion or several, each with how strongly it acts. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { baseHelp, someText } from './options.ts';

/** A motion as the user names it. */
export interface MotionChoice {
  /** A motion file or a run folder. */
  readonly path: string;
  /** 0 to 1. */
  readonly strength: number;
}

/** Adds `--motion`, whose value is a list of `MotionChoice`, and `--base`, the model that motions act in. */
export function withMotionOption(command: Command): Command {
  return command
    .option(
      '--motion <path>',
      'motion file, or the run folder of "lamp train"; path:0.7 for a strength from 0 to 1 (default: 1); several act at once',
      motionChoice,
    )
    .option('--base <folder>', `the model the motion was trained on: ${baseHelp}`, someText);
}

/**
 * Parses `path` or `path:strength`, and adds it to those before. What follows the last colon is a strength unless it
 * holds a slash or backslash (`C:\motions`). Throws commander's `InvalidArgumentError` for one that is no number from
 * 0 to 1.
 */
export function motionChoice(text: string, before: readonly MotionChoice[] | undefined): MotionChoice[] {
  const [, path = someText(text), strength = '1'] = /^(.+):([^:/\\]*)$/.exec(text) ?? [];
  const value = /^\d*\.?\d+$/.test(strength) ? Number(strength) : Number.NaN;
  if (!(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError(
      `found the strength "${strength}" in "${text}"; expected a number from 0 to 1, as in "${path}:0.7".`,
    );
  }
  return [...(before ?? []), { path, strength: value }];
}
