/** @file How facts are shown: aligned lines for people, one JSON object for programs. */

import type { PassedOver } from '../media/find-clips.ts';

/** What is known about something: a title, rows of label and value, and the same as data. */
export interface Facts {
  readonly title: string;
  readonly rows: readonly (readonly [label: string, value: string])[];
  readonly data: Readonly<Record<string, unknown>>;
}

/** The facts as lines, values in one column. */
export function factLines({ title, rows }: Facts): string {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return [title, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)].join('\n');
}

/** Bytes as people read them: `1.4 GiB`. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return power === 0 ? `${bytes} bytes` : `${three(bytes / 1024 ** power)} ${units[power]}`;
}

/** A large number as people read it: `254 million`. */
export function countText(count: number): string {
  if (count >= 1e9) return `${three(count / 1e9)} billion`;
  if (count >= 1e6) return `${three(count / 1e6)} million`;
  return count.toLocaleString('en');
}

/** Arithmetic operations as people read them: `21.3 TFLOP`. */
export function flopText(flops: number): string {
  const units = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, flops)) / 3));
  return `${three(flops / 1000 ** power)} ${units[power]}`;
}

/** Any value of a JSON object on one line. */
export function valueText(value: unknown): string {
  if (value === '') return '(none)';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `learningRate` → `learning rate`. */
export function words(name: string): string {
  return name.replace(/[A-Z]+/g, (capitals) => ` ${capitals.toLowerCase()}`).trim();
}

/** Settings as rows, those inside others under both names. */
export function settingRows(settings: Readonly<Record<string, unknown>>, prefix = ''): [string, string][] {
  return Object.entries(settings).flatMap(([name, value]): [string, string][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? settingRows(value as Record<string, unknown>, `${prefix}${words(name)} `)
      : [[`${prefix}${words(name)}`, valueText(value)]],
  );
}

/** What is not taken, a row each, and how many more there are than can be shown. */
export function passedOverRows(passedOver: readonly PassedOver[]): [string, string][] {
  const shown = passedOver.slice(0, 10).map(({ path, reason }): [string, string] => {
    return ['not taken', `${path}: ${reason}`];
  });
  const more = passedOver.length - shown.length;
  return more > 0 ? [...shown, ['', `and ${more} more`]] : shown;
}

/** The text, broken at spaces into lines of at most `width` characters. */
export function wrapped(text: string, width: number): string[] {
  return text.match(new RegExp(`.{1,${width}}(?= |$)`, 'g'))?.map((line) => line.trim()) ?? [];
}

function three(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
