import { expect, test } from 'vitest';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { sampleRows } from './sample-rows.ts';

const sample = (step: number, prompt: string | undefined, number = 0) =>
  ({
    id: `${step} ${prompt}`,
    step,
    number,
    ...(prompt && { prompt }),
  }) as ApiMotionDetail['samples'][number];

test('samples with one prompt and step stand below one another, whichever training made them', () => {
  const a = { title: 'a', samples: [sample(100, 'a fox'), sample(200, 'a fox'), sample(200, 'a car', 1)] };
  const b = { title: 'b', samples: [sample(50, 'a fox'), sample(200, 'a fox'), sample(50, undefined, 2)] };
  const none = { title: 'none', samples: [] };
  const grids = sampleRows([a, b, none]).map(({ prompt, steps, rows }) => ({
    ...{ prompt, steps },
    rows: rows.map(({ motion, samples }) => [motion.title, ...samples.map((each) => each?.step)]),
  }));
  expect(grids).toEqual([
    {
      prompt: 'a fox',
      steps: [50, 100, 200],
      rows: [
        ['a', undefined, 100, 200],
        ['b', 50, undefined, 200],
      ],
    },
    { prompt: 'a car', steps: [200], rows: [['a', 200]] },
    { prompt: 'Sample 3', steps: [50], rows: [['b', 50]] },
  ]);
});
