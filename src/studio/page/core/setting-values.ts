/** @file Values of settings: those that somebody chose, those that a form uses, and those of presets. */
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

/** The values with one of them changed; `undefined` leaves it out, and an empty group is left out as well. */
export function withSetting(
  values: SettingValues,
  name: string,
  value: SettingValue | undefined,
): SettingValues {
  const { [name]: _, ...others } = values;
  const isEmpty = isGroup(value) && Object.keys(value).length === 0;
  return value === undefined || isEmpty ? others : { ...others, [name]: value };
}

/** The values with others in their place; what a group has besides stays. */
export function withValues(values: SettingValues, others: SettingValues): SettingValues {
  const entries = Object.entries(others).map(([name, value]): [string, SettingValue] => {
    const before = values[name];
    return [name, isGroup(value) && isGroup(before) ? { ...before, ...value } : value];
  });
  return { ...values, ...Object.fromEntries(entries) };
}

function isGroup(value: SettingValue | undefined): value is SettingValues {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Of settings, those that are used beside what a form gives, which `given` names: `motion`, `firstFrame`. */
export function usedSettings(settings: readonly ApiSetting[], given: readonly string[]): ApiSetting[] {
  const isUsed = ({ onlyWith, onlyWithout }: ApiSetting) =>
    (onlyWith === undefined || given.includes(onlyWith)) &&
    (onlyWithout === undefined || !given.includes(onlyWithout));
  return settings.filter(isUsed).flatMap((setting) => {
    if (!setting.settings) return [setting];
    const inner = usedSettings(setting.settings, given);
    return inner.length > 0 ? [{ ...setting, settings: inner }] : [];
  });
}

/** The values of these settings alone. */
export function valuesOf(settings: readonly ApiSetting[], values: SettingValues): SettingValues {
  return settings.reduce<SettingValues>((all, { name, settings: inner }) => {
    const value = values[name];
    return withSetting(all, name, inner && isGroup(value) ? valuesOf(inner, value) : value);
  }, {});
}

/** Values with those of a preset in the place of those of another one; what presets say nothing of stays. */
export function withPreset(
  values: SettingValues,
  presets: readonly SettingValues[],
  preset: SettingValues,
): SettingValues {
  const names = presets.flatMap((each) => Object.keys(each));
  const others = Object.entries(values).filter(([name]) => !names.includes(name));
  return { ...Object.fromEntries(others), ...preset };
}

/** Whether values are those of a preset, as far as presets say something of them. */
export function hasPreset(
  values: SettingValues,
  presets: readonly SettingValues[],
  preset: SettingValues,
): boolean {
  const names = new Set(presets.flatMap((each) => Object.keys(each)));
  return [...names].every((name) => values[name] === preset[name]);
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
