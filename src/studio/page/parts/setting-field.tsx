/** @file A setting in a form: its name, control, explanation and usual value. */
import { useEffect, useId, useState } from 'react';
import type { ApiSetting } from '../../api/setting-api.ts';
import { settingTitle } from '../../api/setting-title.ts';
import { type Control, controlOf, readSetting, usualText, writeSetting } from '../core/setting-control.ts';
import { type SettingValue, type SettingValues, withSetting } from '../core/setting-values.ts';
import { sentence, settingText } from '../core/wording.ts';
import { useFieldMark } from '../core/wrong-fields.ts';
import { Button } from './button.tsx';

/** `onChange` is called with `undefined` for the usual value. */
export function SettingField({
  setting,
  value,
  recommended,
  problem,
  onChange,
}: {
  readonly setting: ApiSetting;
  readonly value: SettingValue | undefined;
  readonly recommended?: SettingValues | undefined;
  /** What the server found wrong with it. */
  readonly problem?: string | undefined;
  readonly onChange: (value: SettingValue | undefined) => void;
}) {
  const id = useId();
  const control = controlOf(setting);
  const [text, setText] = useState(writeSetting(value));
  const [wrong, setWrong] = useState<string>();
  useEffect(() => {
    // A value that came from elsewhere, such as a preset, replaces the text; what is being typed stays.
    setText((now) => {
      const known = controlOf(setting);
      const read = known ? readSetting(setting, known, now) : {};
      return read.wrong === undefined && writeSetting(read.value) === writeSetting(value)
        ? now
        : writeSetting(value);
    });
    setWrong(undefined);
  }, [setting, value]);
  const title = settingTitle(setting.name);
  useFieldMark(title, wrong !== undefined);
  if (!control) return null;
  if (control.kind === 'group') {
    const values = (value as SettingValues | undefined) ?? {};
    return (
      <details className="details setting-group">
        <summary>{title}</summary>
        <p className="quiet">{sentence(settingText(setting.description))}</p>
        <div className="fields">
          {control.settings.map((each) => (
            <SettingField
              key={each.name}
              setting={each}
              value={values[each.name]}
              recommended={recommended?.[setting.name] as SettingValues | undefined}
              onChange={(changed) => {
                const next = withSetting(values, each.name, changed);
                onChange(Object.keys(next).length > 0 ? next : undefined);
              }}
            />
          ))}
        </div>
      </details>
    );
  }
  const type = (typed: string) => {
    setText(typed);
    const read = readSetting(setting, control, typed);
    setWrong(read.wrong);
    if (read.wrong === undefined) onChange(read.value);
  };
  const words = usualText(setting, recommended);
  // What does not fit into the control is said below it.
  const isLong = words.length > 16;
  const usual = isLong ? '' : words;
  const said = wrong ?? problem;
  return (
    <div className={value === undefined ? 'field' : 'field field-set'}>
      <div className="field-head">
        <label htmlFor={id}>{title}</label>
        {value !== undefined && (
          <Button
            look="plain"
            icon="repeat"
            label={`${title}: back to the usual value`}
            onClick={() => type('')}
          />
        )}
      </div>
      <Input
        {...{ id, setting, control, text, usual, type }}
        invalid={said !== undefined}
        described={`${id}-about`}
      />
      {said !== undefined && (
        <p className="field-wrong" role="alert">
          {sentence(said)}
        </p>
      )}
      <p className="field-about" id={`${id}-about`}>
        {sentence(settingText(setting.description))}
        {isLong && <>. As usual: {settingText(words)}</>}
      </p>
    </div>
  );
}

function Input({
  id,
  setting,
  control,
  text,
  usual,
  invalid,
  described,
  type,
}: {
  readonly id: string;
  readonly setting: ApiSetting;
  readonly control: Control;
  readonly text: string;
  readonly usual: string;
  readonly invalid: boolean;
  readonly described: string;
  readonly type: (text: string) => void;
}) {
  const common = { id, value: text, 'aria-describedby': described, 'aria-invalid': invalid || undefined };
  if (control.kind === 'switch' || control.kind === 'choice') {
    const choices = control.kind === 'switch' ? [{ value: 'on' }, { value: 'off' }] : (setting.choices ?? []);
    const chosen = setting.choices?.find(({ value }) => value === text)?.description;
    return (
      <>
        <select {...common} className="input" onChange={(event) => type(event.target.value)}>
          <option value="">{usual === '' ? 'As usual' : `As usual: ${usual}`}</option>
          {choices.map(({ value }) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
          {text !== '' && !choices.some(({ value }) => value === text) && (
            <option value={text}>{text}</option>
          )}
        </select>
        {chosen && <p className="field-choice">{sentence(settingText(chosen))}</p>}
      </>
    );
  }
  if (control.kind === 'lines') {
    return (
      <textarea
        {...common}
        className="input"
        rows={2}
        placeholder={usual === '' ? 'One a line' : `As usual: ${usual}`}
        onChange={(event) => type(event.target.value)}
      />
    );
  }
  const words = control.kind === 'number' ? control.words : [];
  return (
    <span className="input-unit">
      <input
        {...common}
        className="input"
        inputMode={control.kind === 'number' && words.length === 0 ? 'decimal' : undefined}
        autoComplete="off"
        placeholder={usual}
        list={words.length > 0 ? `${id}-words` : undefined}
        onChange={(event) => type(event.target.value)}
      />
      {words.length > 0 && (
        <datalist id={`${id}-words`}>
          {words.map((word) => (
            <option key={word} value={word} />
          ))}
        </datalist>
      )}
      {setting.unit && <span className="quiet">{setting.unit}</span>}
    </span>
  );
}
