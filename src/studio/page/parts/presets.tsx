/** @file Named sets of values, of which one is chosen; what was chosen besides stays. */
import { useId } from 'react';
import type { ApiSettings } from '../../api/setting-api.ts';
import { hasPreset, type SettingValues, withPreset } from '../core/setting-values.ts';
import { sentence } from '../core/wording.ts';

/** The presets. */
export function Presets({
  presets,
  values,
  onChange,
}: {
  readonly presets: ApiSettings['presets'];
  readonly values: SettingValues;
  readonly onChange: (values: SettingValues) => void;
}) {
  const group = useId();
  const all = presets.map(({ settings }) => settings as SettingValues);
  return (
    <fieldset className="presets">
      <legend className="hidden">Preset</legend>
      {presets.map(({ name, title, description, settings }) => (
        <label key={name} className="preset">
          <input
            type="radio"
            name={group}
            checked={hasPreset(values, all, settings as SettingValues)}
            onChange={() => onChange(withPreset(values, all, settings as SettingValues))}
          />
          <span>
            <strong>{title}</strong>
            <span className="quiet">{sentence(description)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
