/**
 * @file What the page must know of the library and of the command, without the server loading either: the settings of
 * each form, and the options of the equal commands. A process of its own makes it when the server starts.
 */
import { z } from 'zod';
import type { ClipPart } from '../../media/clip-part.ts';
import { clipPartText } from '../../media/clip-part-text.ts';
import { shellWord } from '../../shell-word.ts';
import { type ApiSetting, type ApiSettings, settingSchema } from '../api/setting-api.ts';
import { type JobKind, jobKinds } from '../jobs/job.ts';

/** An option of a command: the setting that it is for (`training.steps`), and how it is given. */
const optionSchema = z.object({
  key: z.string(),
  flag: z.string(),
  /** `on` and `off` take no value. */
  kind: z.enum(['value', 'on', 'off']),
});

const commandSchema = z.object({
  name: z.string(),
  /** The setting whose values are arguments without an option. */
  bare: z.string().optional(),
  options: z.array(optionSchema),
});

/** A command, as far as it is needed to write it. */
export type CommandWords = z.output<typeof commandSchema>;

/** See the file. `settings` are all settings of each kind of job's function, and of `examineClips`. */
export const catalogueSchema = z.object({
  settings: z.record(z.enum([...jobKinds, 'look']), z.array(settingSchema)),
  commands: z.record(z.enum(jobKinds), commandSchema),
});

/** See `catalogueSchema`. */
export type Catalogue = z.output<typeof catalogueSchema>;

/** Settings that forms have fields for, or that the server sets. */
const notInForms = new Set([
  ...['out', 'resume', 'fromStep', 'run', 'preview', 'cut', 'count', 'preset', 'useRecommended'],
  ...[
    'base',
    'clips',
    'clipParts',
    'heldOut',
    'clip',
    'prompt',
    'clipPrompt',
    'motion',
    'motions',
    'startFrom',
  ],
  ...['firstFrame', 'firstFrameBase', 'picture', 'from'],
]);

/** Whether a value of a setting may be a path: no form has it, whatever it is called. */
function namesFile(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  if ((schema as { format?: unknown }).format === 'path') return true;
  return Object.values(schema).some(namesFile);
}

/** The settings that a form may give. */
export function formSettings(settings: readonly ApiSetting[]): ApiSetting[] {
  return settings.filter(({ name, schema }) => !notInForms.has(name) && !namesFile(schema));
}

/** Named sets of values for learning. */
const presets: ApiSettings['presets'] = [
  {
    name: 'usual',
    title: 'Usual',
    description: 'what the base recommends, else the values of the paper',
    settings: {},
  },
  {
    name: 'quick',
    title: 'Quick',
    description:
      'a fifth of the steps that the built-in model recommends, to see whether it will become something',
    settings: { steps: 400, saveEvery: 100 },
  },
  {
    name: 'paper',
    title: 'Paper',
    description: 'what the authors’ implementation does, whatever the base recommends',
    settings: { preset: 'reference' },
  },
  {
    name: 'small',
    title: 'Small file',
    description: 'factors of rank 32 in place of whole matrices: a motion file of a tenth of the size',
    settings: { rank: 32 },
  },
];

/** The settings of all forms, for the page. */
export function pageSettings({ settings }: Catalogue): ApiSettings {
  const { learn, generate, animate, edit, draw, look } = settings;
  return {
    // A preset is chosen like a setting, though it is a set of them.
    learn: [...formSettings(learn), ...learn.filter(({ name }) => name === 'preset')],
    generate: formSettings(generate),
    animate: formSettings(animate),
    edit: formSettings(edit),
    draw: formSettings(draw),
    look: formSettings(look),
    presets,
  };
}

/**
 * The command that does the same as a call of the library with these options. What no option can say is named in a
 * comment at its end.
 */
export function commandFor(
  { commands }: Catalogue,
  kind: JobKind,
  options: Readonly<Record<string, unknown>>,
): string {
  const { name, bare, options: known } = commands[kind];
  const [words, unsaid]: [string[], string[]] = [[], []];
  const { [bare ?? '']: given, width, height, motion, motions, clipParts, ...others } = options;
  for (const value of asList(given)) words.push(shellWord(String(value)));
  const say = (key: string, value: unknown) => {
    if (value === undefined) return;
    const found = known.filter((option) => option.key === key);
    const flag = (kind: string) => found.find((option) => option.kind === kind)?.flag;
    const chosen = typeof value === 'boolean' ? flag(value ? 'on' : 'off') : flag('value');
    if (chosen !== undefined) {
      for (const each of asList(value)) {
        words.push(chosen, ...(typeof value === 'boolean' ? [] : [shellWord(shownValue(each))]));
      }
    } else if (isObject(value)) {
      for (const [inner, each] of Object.entries(value)) say(`${key}.${inner}`, each);
    } else if (!(value === false && flag('on') !== undefined)) unsaid.push(key);
  };
  for (const each of [...asList(motion), ...asList(motions)]) {
    say(known.some(({ key }) => key === 'motions') ? 'motions' : 'motion', motionWord(each));
  }
  for (const [clip, part] of Object.entries(clipParts ?? {})) {
    say('clipParts', `${clip}:${clipPartText(part as ClipPart)}`);
  }
  for (const [key, value] of Object.entries(others)) say(key, value);
  if (width !== undefined && height !== undefined) say('size', { width, height });
  else
    for (const [key, value] of Object.entries({ width, height })) if (value !== undefined) unsaid.push(key);
  const comment = unsaid.length > 0 ? `  # no option says: ${unsaid.join(', ')}` : '';
  return ['lamp', name, ...words].join(' ') + comment;
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function motionWord(choice: unknown): string {
  if (!isObject(choice)) return String(choice);
  const { motion, strength = 1 } = choice;
  return strength === 1 ? String(motion) : `${motion}:${strength}`;
}

function shownValue(value: unknown): string {
  if (isObject(value) && 'width' in value && 'height' in value) return `${value.width}x${value.height}`;
  return isObject(value) ? JSON.stringify(value) : String(value);
}
