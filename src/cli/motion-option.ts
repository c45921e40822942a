/** @file The `--motion` option: one motion or several, each with its strength. */
import { type Command, Option } from 'commander';
import { type LoadMotionOptions, loadMotionSettings, motionSetting } from '../library/load-motion.ts';
import { describeSetting } from '../settings.ts';
import { expectationOf } from '../wrong-settings.ts';
import { parsedBy, someText, WrongValue } from './options.ts';
import { called } from './setting-options.ts';
import { commandVocabulary } from './vocabulary.ts';

/** Adds `--motion`, whose value is the setting `motions`. */
export function withMotionOption(command: Command): Command {
  const { description: ofMotion } = describeSetting('motion', motionSetting, commandVocabulary);
  const strength = describeSetting('strength', loadMotionSettings.strength, commandVocabulary);
  const ofStrength = `path:0.7 for ${strength.description} (default: ${strength.usual})`;
  const description = `${ofMotion}; ${ofStrength}; may be given several times to combine motions`;
  return command.addOption(
    called('motions', parsedBy(new Option('--motion <path>', description), 'motions', motionChoice)),
  );
}

/** Makes `--motion` of an edit refuse a second motion and a strength, which an edit does not take. */
export function withOneMotion(command: Command): Command {
  const option = command.options.find(({ long }) => long === '--motion')!;
  parsedBy(option, 'motion', oneMotion);
  return command;
}

/** The path of the only motion. Throws `WrongValue` for a second one, and for a strength other than 1. */
export function oneMotion(text: string, before: string | undefined): string {
  if (before !== undefined) throw new WrongValue('is given twice', 'one motion, since an edit takes one');
  const { motion, strength } = motionChoice(text, undefined)[0]!;
  if (strength === 1) return motion;
  throw new WrongValue(`has the strength ${strength} in "${text}"`, 'full strength, which an edit needs');
}

/**
 * Parses `path` or `path:strength`, and appends it to earlier ones. Text after the last colon is a strength unless it
 * contains a slash or backslash (`C:\motions`). Throws `WrongValue` for a strength that is not a number from 0 to 1.
 */
export function motionChoice(
  text: string,
  before: readonly LoadMotionOptions[] | undefined,
): LoadMotionOptions[] {
  const [, motion = someText(text), strength = '1'] = /^(.+):([^:/\\]*)$/.exec(text) ?? [];
  const { schema } = loadMotionSettings.strength;
  const value = schema.safeParse(/^\d*\.?\d+$/.test(strength) ? Number(strength) : undefined);
  if (!value.success) {
    const found = `has the strength "${strength}" in "${text}"`;
    throw new WrongValue(found, `${expectationOf(schema)}, as in "${motion}:0.7"`);
  }
  return [...(before ?? []), { motion, strength: value.data }];
}
