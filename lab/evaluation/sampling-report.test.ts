import { expect, test } from 'vitest';
import { samplingFigures, samplingTable } from './sampling-report.ts';
import type { SampledVideo } from './sampling-suite.ts';

const error = { position: 0, size: 0, angle: 0, lost: 0 };
const video = (more: Partial<SampledVideo>, points: number): SampledVideo => ({
  prompt: 'a fox runs',
  seed: 0,
  whole: 100,
  rest: 0,
  fromFull: 100,
  motion: { error, stillError: error, points, stillPoints: 0.2, scene: 30 },
  truth: { psnr: 20, ssim: 0.5, stillPsnr: 15, stillSsim: 0.4, gradientEnergy: 1 },
  identity: true,
  leakage: 0,
  ...more,
});
const costs = { here: { whole: 10, rest: 3 }, full: { whole: 9000, rest: 900 } };

test('the table compares the work and the videos of each row with the full one', () => {
  const cheap = [
    video({ whole: 20, rest: 20, fromFull: 30, identity: false }, 0.05),
    video({ whole: 30, rest: 10, fromFull: 32 }, 0.07),
  ];
  const results = [
    { row: 'full', motion: 'runs', videos: [video({}, 0.04)] },
    { row: 'cheap', motion: 'runs', videos: cheap.slice(0, 1) },
    { row: 'full', motion: 'flies', videos: [video({}, 0.06)] },
    { row: 'cheap', motion: 'flies', videos: cheap.slice(1) },
  ];
  expect(samplingTable(samplingFigures(results, costs)).split('\n')).toEqual([
    '| row | work | at full size | error | identity | PSNR to the truth | to the full video |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    '| full | 100 % | 100 % | 5.0 | 100 | 20.0 | – |',
    '| cheap | 30 % | 27 % | 6.0 | 50 | 20.0 | 31.0 |',
  ]);
});
