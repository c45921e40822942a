import { expect, test } from 'vitest';
import { markField, wrongFields } from './wrong-fields.ts';

test('fields are named as long as their text makes no sense', () => {
  markField('1', 'Steps');
  markField('2', 'Frames');
  markField('2', 'Frames');
  const before = wrongFields();
  expect(before).toEqual(['Steps', 'Frames']);
  markField('1', undefined);
  expect(wrongFields()).toEqual(['Frames']);
  expect(before).toEqual(['Steps', 'Frames']);
  markField('2', undefined);
  expect(wrongFields()).toEqual([]);
});
