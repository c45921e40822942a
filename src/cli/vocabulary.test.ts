import { expect, test } from 'vitest';
import { call, type Phrase, setting, wordPhrase } from '../phrases.ts';
import { trainingDefaults } from '../training/training-settings.ts';
import { lampProgram } from './lamp-program.ts';
import { commandVocabulary } from './vocabulary.ts';

const said = (...members: Phrase) => wordPhrase(members, commandVocabulary);

test('settings are options, with their values as they are typed', () => {
  expect(said(setting('firstFrameSize'))).toBe('--first-frame-size');
  expect(said(setting('firstFrameSize', { width: 8, height: 16 }))).toBe('--first-frame-size 8x16');
  expect(said(setting('size', { width: 8, height: 16 }))).toBe('--size 8x16');
  expect(said(setting('stride', 1))).toBe('--stride 1');
  expect(said(setting('resume', true))).toBe('--resume');
  expect(said(setting('captions', false))).toBe('--no-captions');
  expect(said(setting('prompt', 'a person walks'))).toBe('--prompt "a person walks"');
  expect(said(setting('prompt', 'the "x" $1'))).toBe(`--prompt 'the "x" $1'`);
  expect(said(setting('drawing.samplerSteps', 9))).toBe('--sampler-steps 9');
  expect(said(setting('clips'))).toBe('the clips');
  expect(said(setting('clips.0'))).toBe('the clips');
  expect(said(setting('places.1'))).toBe('--place');
});

test('calls are commands that can be pasted into a shell', () => {
  expect(said(call('learnMotion', { out: "it's", resume: true, steps: 9 }))).toBe(
    "lamp train --out 'it'\\''s' --resume --steps 9",
  );
  expect(said(call('generateVideo'))).toBe('lamp generate');
});

test("the training's settings are named as the options of lamp train are", () => {
  const train = lampProgram().commands.find((command) => command.name() === 'train')!;
  const options = new Set(train.options.map(({ long }) => long!.replace(/^--no-/, '--')));
  const named = Object.keys(trainingDefaults).map((name) => said(setting(name)));
  expect(named.filter((name) => !options.has(name))).toEqual([]);
});
