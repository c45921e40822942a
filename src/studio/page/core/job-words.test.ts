import { expect, test } from 'vitest';
import type { ApiJob } from '../../api/job-api.ts';
import { whatDiffers } from './job-words.ts';

const job = (
  title: string,
  settings: Record<string, unknown>,
  kind: ApiJob['kind'] = 'generate',
  form: object = {},
): ApiJob => ({
  ...{ id: '20260101-000000-00000000', kind, title, state: 'waiting', made: '', command: '' },
  settings,
  form: { kind, ...form } as ApiJob['form'] & object,
});

test('jobs of one title are told apart by their seeds, and by other settings that differ', () => {
  const jobs = [
    job('a fox', { prompt: 'a fox', seed: 7, samplerSteps: 10 }),
    job('a fox', { prompt: 'a fox', seed: 8, samplerSteps: 10 }),
    job('a fox', { prompt: 'a fox', seed: 8, guidance: 4 }),
    job('a walk', { steps: 400, seed: 1 }, 'learn'),
    job('a walk', { steps: 800, seed: 1 }, 'learn'),
    job('a dog', { seed: 3, samplerSteps: 10 }),
  ];
  expect(jobs.map((each) => whatDiffers(each, jobs))).toEqual([
    ['seed 7', 'steps 10', 'guidance as usual'],
    ['seed 8', 'steps 10', 'guidance as usual'],
    ['seed 8', 'steps as usual', 'guidance 4'],
    ['steps 400'],
    ['steps 800'],
    ['seed 3'],
  ]);
});

test('and by what they are made of', () => {
  const names = new Map([
    ['1', 'walks'],
    ['2', 'runs'],
    ['9', 'a red fox'],
  ]);
  const jobs = [
    job('a fox', { seed: 7 }, 'generate', { motions: [{ motion: '1', strength: 1 }] }),
    job('a fox', { seed: 7 }, 'generate', {
      motions: [
        { motion: '2', checkpoint: '5', strength: 1 },
        { motion: '3', strength: 0.5 },
      ],
      firstFrame: '9',
    }),
    job('a walk', {}, 'learn', { clips: [{ id: '1' }] }),
    job('a walk', {}, 'learn', { clips: [{ id: '1' }, { id: '2' }], startFrom: { motion: '2' } }),
    job('a dance', {}, 'edit', { clip: '1' }),
    job('a dance', {}, 'edit', { clip: '1', motion: { motion: '1' } }),
    job('a swim', {}, 'animate', { picture: '9' }),
    job('a swim', {}, 'animate', { picture: '10' }),
  ];
  expect(jobs.map((each) => whatDiffers(each, jobs, (id) => names.get(id)))).toEqual([
    ['motion walks', 'first frame drawn', 'seed 7'],
    ['motion runs, at a checkpoint and one that is no longer here (50 %)', 'first frame a red fox', 'seed 7'],
    ['from the base alone', '1 clip'],
    ['begins with runs', '2 clips'],
    ['learned from the clip'],
    ['motion walks'],
    ['picture a red fox'],
    ['picture one that is no longer here'],
  ]);
});
