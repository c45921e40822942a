/** @file The settings of a form: those that matter most at first, and all others on request. */
import { useState } from 'react';
import type { Problem } from '../../api/problem-api.ts';
import type { ApiSetting } from '../../api/setting-api.ts';
import { settingTitle } from '../../api/setting-title.ts';
import { type SettingValue, type SettingValues, withSetting } from '../core/setting-values.ts';
import { countOf } from '../core/wording.ts';
import { SettingField } from './setting-field.tsx';

/** `main` are the names of the settings that are shown at once, in this order. */
export function SettingFields({
  settings,
  main,
  values,
  recommended,
  problems = [],
  onChange,
}: {
  readonly settings: readonly ApiSetting[];
  readonly main: readonly string[];
  readonly values: SettingValues;
  readonly recommended: SettingValues;
  readonly problems?: readonly Problem[];
  readonly onChange: (values: SettingValues) => void;
}) {
  const [sought, setSought] = useState('');
  const field = (setting: ApiSetting) => (
    <SettingField
      key={setting.name}
      setting={setting}
      value={values[setting.name]}
      recommended={recommended}
      problem={problems.find((each) => each.setting === setting.name)?.message}
      onChange={(value: SettingValue | undefined) => onChange(withSetting(values, setting.name, value))}
    />
  );
  const atOnce = main.flatMap((name) => settings.find((setting) => setting.name === name) ?? []);
  const others = settings.filter((setting) => !atOnce.includes(setting));
  const changed = others.filter(({ name }) => values[name] !== undefined).length;
  const words = sought.toLowerCase();
  const found = others.filter(({ name, description }) =>
    `${settingTitle(name)} ${name} ${description}`.toLowerCase().includes(words),
  );
  const groups = [...new Set(found.map(({ group }) => group ?? 'General'))];
  return (
    <div className="stack">
      <div className="fields">{atOnce.map(field)}</div>
      {others.length > 0 && (
        <details className="details all-settings">
          <summary>
            All other settings ({others.length}
            {changed > 0 && `, ${countOf(changed, 'change')}`})
          </summary>
          <input
            type="search"
            className="input"
            aria-label="Search the settings"
            placeholder="Search the settings"
            value={sought}
            onChange={(event) => setSought(event.target.value)}
          />
          {groups.map((group) => (
            <fieldset key={group} className="field-group">
              <legend>{group}</legend>
              <div className="fields">
                {found.filter((each) => (each.group ?? 'General') === group).map(field)}
              </div>
            </fieldset>
          ))}
          {found.length === 0 && <p className="quiet">No setting is called that.</p>}
        </details>
      )}
    </div>
  );
}
