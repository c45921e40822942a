import { expect, test } from 'vitest';
import type { ApiSetting } from '../../api/setting-api.ts';
import { controlOf, readSetting, usualText, writeSetting } from './setting-control.ts';

const setting = (schema: Record<string, unknown>, more: Partial<ApiSetting> = {}): ApiSetting => ({
  name: 'x',
  description: '',
  expected: 'a whole number from 1 to 9',
  schema,
  required: false,
  recommendable: false,
  ...more,
});
const common = { value: 'common' };

test('a control follows from the schema', () => {
  expect(controlOf(setting({ type: 'boolean' }))).toEqual({ kind: 'switch' });
  expect(controlOf(setting({ type: 'string', enum: ['a'] }, { choices: [{ value: 'a' }] }))).toEqual({
    kind: 'choice',
  });
  expect(controlOf(setting({ type: 'array', items: { type: 'string' } }))).toEqual({ kind: 'lines' });
  expect(controlOf(setting({ type: 'object' }, { settings: [setting({ type: 'boolean' })] }))?.kind).toBe(
    'group',
  );
  const rate = { anyOf: [{ type: 'number', exclusiveMinimum: 0 }, { type: 'string' }] };
  expect(controlOf(setting(rate, { choices: [common] }))).toEqual({
    kind: 'number',
    whole: false,
    least: 0,
    most: undefined,
    words: ['common'],
  });
  expect(controlOf(setting({ description: 'a picture' }))).toBeUndefined();
});

test('a text is a value, the usual one, or wrong in words', () => {
  const steps = setting({ type: 'integer', minimum: 1, maximum: 9 });
  const control = controlOf(steps)!;
  expect(readSetting(steps, control, ' 7 ')).toEqual({ value: 7 });
  expect(readSetting(steps, control, '')).toEqual({});
  for (const wrong of ['0', '10', '1.5', 'many']) {
    expect(readSetting(steps, control, wrong)).toEqual({ wrong: 'Expected a whole number from 1 to 9.' });
  }
  const rate = setting({ anyOf: [{ type: 'number' }] }, { choices: [common] });
  expect(readSetting(rate, controlOf(rate)!, 'common')).toEqual({ value: 'common' });
  expect(readSetting(rate, controlOf(rate)!, '12,5')).toEqual({ value: 12.5 });
  const lines = setting({ type: 'array', items: { type: 'string' } });
  expect(readSetting(lines, controlOf(lines)!, 'a fox\n\na cat')).toEqual({ value: ['a fox', 'a cat'] });
  expect(writeSetting(['a fox', 'a cat'])).toBe('a fox\na cat');
  const flag = setting({ type: 'boolean' });
  expect(readSetting(flag, controlOf(flag)!, writeSetting(false))).toEqual({ value: false });
});

test('the usual value is what the base recommends, else the declared one', () => {
  const steps = setting({ type: 'integer' }, { name: 'steps', usual: '500', default: 500 });
  expect(usualText(steps, { steps: 2000 })).toBe('2000');
  expect(usualText(steps)).toBe('500');
  expect(usualText(setting({}, { default: true }))).toBe('on');
});
