import { expect, test } from 'vitest';
import type { ApiJob } from '../../api/job-api.ts';
import { whatDiffers } from './job-words.ts';

const job = (
  title: string,
  settings: Record<string, unknown>,
  kind: ApiJob['kind'] = 'generate',
): ApiJob => ({
  ...{ id: '20260101-000000-00000000', kind, title, state: 'waiting', made: '', command: '' },
  settings,
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
