/** @file Which control a setting has, and how its text is read: all from the declaration of the settings. */
import type { ApiSetting } from '../../api/setting-api.ts';

/** A value as a form sends it. */
export type SettingValue =
  | string
  | number
  | boolean
  | readonly SettingValue[]
  | { readonly [name: string]: SettingValue };

/** Values of a form's settings by name; those that are left out are the usual ones. */
export type SettingValues = Readonly<Record<string, SettingValue>>;

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

/** The values with one of them changed; `undefined` leaves it out, and an empty group is left out as well. */
export function withSetting(
  values: SettingValues,
  name: string,
  value: SettingValue | undefined,
): SettingValues {
  const { [name]: _, ...others } = values;
  const isEmpty = typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
  return value === undefined || isEmpty ? others : { ...others, [name]: value };
}

/** What a setting is if nothing is given, in words: what the base recommends, else the usual value. */
export function usualText(setting: ApiSetting, recommended: SettingValues = {}): string {
  const value = recommended[setting.name];
  if (value !== undefined && typeof value !== 'object') return writeSetting(value);
  if (setting.usual !== undefined) return setting.usual;
  const usual = setting.default;
  return usual === undefined || typeof usual === 'object' ? '' : writeSetting(usual as SettingValue);
}

/** Of values from elsewhere, those that a form can give. */
export function formValues(
  settings: readonly ApiSetting[],
  values: Readonly<Record<string, unknown>>,
): SettingValues {
  const known = settings.flatMap(({ name }): [string, SettingValue][] => {
    const value = values[name];
    return value === undefined || value === null ? [] : [[name, value as SettingValue]];
  });
  return Object.fromEntries(known);
}
