import { expect, test } from 'vitest';
import { workFormSchema } from '../../api/form-api.ts';
import type { ApiSetting } from '../../api/setting-api.ts';
import { draftOf, linesOf, type VideoDraft, videoForms } from './video-forms.ts';

const id = '0123456789abcdef';
const draft: VideoDraft = {
  motions: [{ motion: id, strength: 0.5 }],
  prompt: 'a fox\n\n a cat ',
  pictures: [],
  base: null,
  seed: 7,
  keepSeed: false,
  count: 2,
  settings: { samplerSteps: 10, seed: 1, strange: true },
};
const settings = (...names: string[]): ApiSetting[] =>
  names.map((name) => ({
    ...{ name, description: '', expected: '', schema: {}, required: false, recommendable: false },
  }));
const used = { generate: settings('samplerSteps', 'seed'), animate: settings('frames', 'seed') };

test('prompts times seeds are forms that the contract takes', () => {
  const forms = videoForms(draft, 'built-in', used);
  expect(forms.map((form) => [form.kind, 'prompt' in form && form.prompt, form.settings?.seed])).toEqual([
    ['generate', 'a fox', 7],
    ['generate', 'a fox', 8],
    ['generate', 'a cat', 7],
    ['generate', 'a cat', 8],
  ]);
  for (const form of forms) expect(workFormSchema.parse(form)).toMatchObject({ base: 'built-in' });
  expect(forms[0]!.settings).toEqual({ samplerSteps: 10, seed: 7 });
});

test('pictures without a prompt are animated; with one they are first frames', () => {
  const pictures = ['1123456789abcdef', '2123456789abcdef'];
  const animated = videoForms({ ...draft, prompt: ' ', pictures, count: 1 }, undefined, used);
  expect(animated.map((form) => form.kind === 'animate' && form.picture)).toEqual(pictures);
  const begun = videoForms({ ...draft, pictures, count: 1 }, undefined, used);
  expect(begun).toHaveLength(4);
  expect(begun[1]).toMatchObject({ kind: 'generate', prompt: 'a fox', firstFrame: pictures[1] });
});

test('no more than one request takes, and none without words or pictures', () => {
  expect(videoForms({ ...draft, count: 500 }, undefined, used)).toHaveLength(100);
  expect(videoForms({ ...draft, prompt: '' }, undefined, used)).toEqual([]);
});

test('a form is filled in again as it was', () => {
  const motions = [...draft.motions, { motion: '3123456789abcdef', checkpoint: id, strength: 1 }];
  const [form] = videoForms({ ...draft, motions, count: 1, prompt: 'a fox' }, undefined, used);
  expect(workFormSchema.parse(form)).toMatchObject({ motions });
  const again = { ...draft, ...draftOf(form!), count: 1 };
  expect(videoForms(again, undefined, used)).toEqual([form]);
  expect(draftOf({ kind: 'draw', prompt: 'x' })).toEqual({});
});

test('lines', () => {
  expect(linesOf(' a \n\nb\n')).toEqual(['a', 'b']);
});
