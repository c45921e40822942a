import { expect, test } from 'vitest';
import type { LookAnswer } from '../../api/clip-api.ts';
import { workFormSchema } from '../../api/form-api.ts';
import { type ClipSet, emptyLearnDraft, type LearnDraft, learnDraftOf, learningOf } from './learn-draft.ts';

const ids = ['0', '1', '2'].map((first) => `${first}123456789abcdef`) as [string, string, string];
const clip = (id: string, more: object = {}) => ({
  ...{ id, name: `${id[0]}.mp4`, kind: 'video' as const, bytes: 1, added: '2026-01-01T00:00:00.000Z' },
  ...more,
});
const set: ClipSet = {
  ...{ id: '9123456789abcdef', title: 'Walks', others: [] },
  clips: [clip(ids[0]), clip(ids[1], { caption: 'a man' }), clip(ids[2])],
};
const setting = (name: string, more: object = {}) => ({
  ...{ name, description: '', expected: '', schema: {}, required: false, recommendable: false },
  ...more,
});
const declared = [setting('steps'), setting('heldOutEvery', { onlyWith: 'heldOut' })];
const nothing = { base: undefined, look: undefined };
const learning = (draft: Partial<LearnDraft>, known: Partial<Parameters<typeof learningOf>[3]> = {}) =>
  learningOf({ ...emptyLearnDraft, ...draft }, set, declared, { ...nothing, ...known });

test('what is missing is said until a form comes out', () => {
  expect(learning({}).missing).toEqual(['Say what the clips show, or give each a caption.']);
  expect(learning({ left: ids }).missing).toEqual(['Choose at least one clip.']);
  expect(learning({ prompt: 'a walk', heldOut: ids }).missing).toEqual([
    'Leave at least one clip to learn from.',
  ]);
  const look = {
    ...{ alike: [], notes: [] },
    clips: [{ clip: ids[0], caption: 'a caption in a list', usable: true }],
    unreadable: [{ clip: ids[2], problem: { kind: 'MediaError', message: '' } }],
  } as unknown as LookAnswer;
  expect(learning({ prompt: 'a walk' }, { look }).missing).toEqual(['Leave out what cannot be read: 2.mp4.']);
  const short = { ...look, clips: [{ ...look.clips[0]!, usable: false }] };
  expect(learning({ prompt: 'a walk', left: [ids[2]] }, { look: short }).missing).toEqual([
    'Leave out what is too short, or take fewer frames: 0.mp4.',
  ]);
  expect(learning({ left: [ids[0], ids[2]] }, { look: short }).missing).toEqual([]);
  const { missing, uncaptioned, form } = learning({ left: [ids[2]] }, { look });
  expect({ missing, uncaptioned }).toEqual({ missing: [], uncaptioned: [] });
  expect(form).toEqual({
    kind: 'learn',
    clips: [{ id: ids[0] }, { id: ids[1] }],
    title: 'Walks',
    settings: {},
  });
});

test('an interval of measuring is for clips that are held out', () => {
  const settings = { steps: 9, heldOutEvery: 3 };
  expect(learning({ settings }).form.settings).toEqual({ steps: 9 });
  expect(learning({ settings, heldOut: [ids[1]] }).form.settings).toEqual(settings);
  expect(learning({ heldOut: [ids[1]] }).settings.map(({ name }) => name)).toEqual(['steps', 'heldOutEvery']);
});

test('a form is filled in again as it was', () => {
  const draft: LearnDraft = {
    ...{ title: 'Gait', prompt: ' a walk ', base: 'built-in', settings: { steps: 9 } },
    startFrom: { motion: ids[0], checkpoint: ids[1] },
    ...{ left: [ids[0]], heldOut: [ids[2]], parts: { [ids[1]]: { startFrame: 3 } } },
  };
  const { form } = learning(draft, { base: 'built-in' });
  expect(workFormSchema.parse(form)).toMatchObject({
    clips: [
      { id: ids[1], part: { startFrame: 3 } },
      { id: ids[2], heldOut: true },
    ],
    startFrom: { motion: ids[0], checkpoint: ids[1] },
  });
  expect(learnDraftOf(form, set)).toEqual({ ...draft, prompt: 'a walk' });
});
