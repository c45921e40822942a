/** @file Displays facts: aligned lines for people, one JSON object for programs. */

import type { PassedOver } from '../media/find-clips.ts';

/** A label (empty if the row continues the one above) and a value. */
export type Row = readonly [label: string, value: string];

/** Facts: a title, rows of label and value, and the same as data. */
export interface Facts {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly data: Readonly<Record<string, unknown>>;
}

/** Formats facts as lines, with values in one column. */
export function factLines({ title, rows }: Facts): string {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return [title, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join('\n');
}

/** Formats any JSON value on one line. */
function valueText(value: unknown): string {
  if (value === '') return '(none)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `learningRate` → `learning rate`. */
function words(name: string): string {
  return name.replace(/[A-Z]+/g, (capitals) => ` ${capitals.toLowerCase()}`).trim();
}

/** Formats settings as rows, nested ones under both names. */
export function settingRows(settings: Readonly<Record<string, unknown>>, prefix = ''): [string, string][] {
  return Object.entries(settings).flatMap(([name, value]): [string, string][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? settingRows(value as Record<string, unknown>, `${prefix}${words(name)} `)
      : [[`${prefix}${words(name)}`, valueText(value)]],
  );
}

/** Rows for what is not used, and how many more there are. */
export function passedOverRows(passedOver: readonly PassedOver[]): [string, string][] {
  const shown = passedOver.slice(0, 10).map(({ path, reason, advice }): [string, string] => {
    return ['not used', `${path}: ${advice === undefined ? reason : `${reason}. ${advice}`}`];
  });
  const more = passedOver.length - shown.length;
  return more > 0 ? [...shown, ['', `and ${more} more`]] : shown;
}

/** Wraps a text at spaces into lines of at most `width` characters. */
export function wrapped(text: string, width: number): string[] {
  return text.match(new RegExp(`.{1,${width}}(?= |$)`, 'g'))?.map((line) => line.trim()) ?? [];
}
