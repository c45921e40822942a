/** @file Which control a setting has, and how its text is read: all from the declaration of the settings. */
import type { ApiSetting } from '../../api/setting-api.ts';
import type { SettingValue, SettingValues } from './setting-values.ts';

/** How a setting is given. */
export type Control =
  | { readonly kind: 'switch' }
  | { readonly kind: 'choice' }
  | {
      readonly kind: 'number';
      readonly whole: boolean;
      readonly least: number | undefined;
      readonly most: number | undefined;
      /** Words that stand for a value, such as `common`. */
      readonly words: readonly string[];
    }
  | { readonly kind: 'text' }
  /** A text a line. */
  | { readonly kind: 'lines' }
  | { readonly kind: 'group'; readonly settings: readonly ApiSetting[] };

interface Schema {
  readonly type?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

/** The control of a setting; `undefined` for what a form cannot give. */
export function controlOf({ schema, choices, settings }: ApiSetting): Control | undefined {
  const { type, items, anyOf } = schema as Schema;
  if (settings && settings.length > 0) return { kind: 'group', settings };
  if (type === 'boolean') return { kind: 'switch' };
  const number = [schema as Schema, ...(anyOf ?? [])].find(
    (each) => each.type === 'number' || each.type === 'integer',
  );
  if (number) {
    return {
      kind: 'number',
      whole: number.type === 'integer',
      least: number.minimum ?? number.exclusiveMinimum,
      most: number.maximum ?? number.exclusiveMaximum,
      words: choices?.map(({ value }) => value) ?? [],
    };
  }
  if (choices && choices.length > 0) return { kind: 'choice' };
  if (type === 'array' && items?.type === 'string') return { kind: 'lines' };
  if (type === 'string') return { kind: 'text' };
  return undefined;
}

/** What a text says: a value, nothing (the usual value), or why it says none. */
export type ReadSetting = { readonly value?: SettingValue; readonly wrong?: string };

/** Reads the text of a control. */
export function readSetting(setting: ApiSetting, control: Control, text: string): ReadSetting {
  if (control.kind === 'lines') {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.length > 0 ? { value: lines } : {};
  }
  if (text.trim() === '') return {};
  if (control.kind === 'switch') return { value: text === 'on' };
  if (control.kind !== 'number' || control.words.includes(text.trim())) {
    return { value: control.kind === 'number' ? text.trim() : text };
  }
  const value = Number(text.replace(',', '.'));
  const { whole, least, most } = control;
  const fits =
    Number.isFinite(value) &&
    (!whole || Number.isSafeInteger(value)) &&
    (least === undefined || value >= least) &&
    (most === undefined || value <= most);
  return fits ? { value } : { wrong: `Expected ${setting.expected}.` };
}

/** The text of a control for a value. */
export function writeSetting(value: SettingValue | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.map((each) => writeSetting(each)).join('\n');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What a setting is if nothing is given, in words: what the base recommends, else the usual value. */
export function usualText(setting: ApiSetting, recommended: SettingValues = {}): string {
  const value = recommended[setting.name];
  if (value !== undefined && typeof value !== 'object') return writeSetting(value);
  if (setting.usual !== undefined) return setting.usual;
  const usual = setting.default;
  return usual === undefined || typeof usual === 'object' ? '' : writeSetting(usual as SettingValue);
}
