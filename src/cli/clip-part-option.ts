/** @file The `--clip-part` option: a part of a clip in place of all of it. */
import { type Command, Option } from 'commander';
import type { ClipPart } from '../media/clip-part.ts';
import { clipPartOf, clipPartWords } from '../media/clip-part-text.ts';
import { parsedBy, WrongValue } from './options.ts';
import { called } from './setting-options.ts';

const description =
  'a part of a clip to use, such as "walk.mp4:start=1.5,end=4" or ' +
  '"walk.mp4:startFrame=3,endFrame=40,crop=640x400+100+0"; may be given for several clips ' +
  '(default: what a list of captions says under "lamp", else whole clips)';

/** Adds `--clip-part`, whose value is the setting `clipParts`, under a heading of the help. */
export function withClipPartOption(command: Command, group: string): Command {
  const option = called(
    'clipParts',
    parsedBy(new Option('--clip-part <clip:part>', description), 'clipParts', clipPartChoice),
  );
  return command.addOption(option.helpGroup(`${group}:`));
}

/** Adds the part of one more clip, `name:part`. Throws `WrongValue` for what is none, and for a clip with two. */
export function clipPartChoice(
  text: string,
  before: Readonly<Record<string, ClipPart>> = {},
): Record<string, ClipPart> {
  const [, clip, words = ''] = /^(.+):([^:/\\]*)$/.exec(text) ?? [];
  const part = clipPartOf(words);
  if (clip === undefined || !part) {
    throw new WrongValue(
      `is "${text}"`,
      `the name of a clip, a colon, and what is used of it: ${clipPartWords}`,
    );
  }
  if (Object.hasOwn(before, clip)) throw new WrongValue(`names "${clip}" twice`, 'one part of each clip');
  return { ...before, [clip]: part };
}
