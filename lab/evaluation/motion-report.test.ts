import { expect, test } from 'vitest';
import { figuresOf, motionsTable, rowsByMotionTable, rowsTable } from './motion-report.ts';
import type { MotionResult, VideoResult } from './motion-suite.ts';
import { rowsNamed } from './rows.ts';

const video = (points: number | undefined, identity: boolean): VideoResult => ({
  prompt: 'a fox runs on the beach',
  thing: 'fox',
  seed: 0,
  ...(points !== undefined && {
    motion: {
      error: { position: points, size: 0, angle: 0, lost: 0 },
      stillError: { position: 0.2, size: 0, angle: 0, lost: 0 },
      points,
      stillPoints: 0.2,
      scene: 30,
    },
  }),
  truth: { psnr: 20, ssim: 0.8, stillPsnr: 15, stillSsim: 0.7, gradientEnergy: 0.9 },
  identity,
  leakage: 0.5,
  textAlignment: 30,
  frameConsistency: 95,
});
const result = (row: string, motion: string, videos: VideoResult[]): MotionResult => ({
  row,
  motion,
  videos,
  diversity: 60,
  loss: { clips: 0.1, unseen: 0.2 },
});
const results = [
  result('lamp', 'runs', [video(0.02, true), video(0.04, false)]),
  result('lamp', 'rotates', [video(undefined, true), video(undefined, true)]),
];

test('scores are means over all videos, track errors over those with a track', () => {
  const figures = figuresOf(results);
  expect(figures.pointError).toBeCloseTo(3);
  expect(figures.stillPointError).toBeCloseTo(20);
  expect(figures.identity).toBe(75);
  expect(figures.leakage).toBe(50);
  expect(figuresOf(results.slice(1)).pointError).toBeUndefined();
});

test('tables have a line for every row and motion that was measured', () => {
  const rows = rowsTable(rowsNamed(['methods']), results).split('\n');
  expect(rows).toHaveLength(3);
  expect(rows[2]).toMatch(
    /^\| LAMP \| 3\.0 \(20\.0\) \| 3\.0 \(20\.0\) \| 20\.0 \(15\.0\) \| 0\.800 \(0\.700\) \| 90 \| 30\.0 \| 75 \| 50 /,
  );
  const motions = motionsTable('lamp', results).split('\n');
  expect(motions.map((line) => line.split(' ')[1])).toEqual(['motion', '---', 'runs', 'rotates', 'all']);
  expect(motions[3]).toContain('| – (–) | – (–) |');
  expect(motions[3]).toContain('| 0.200 (0.100) |');
});

test('rows are compared motion by motion', () => {
  const others = [result('no-first-frame', 'runs', [video(0.1, false)])];
  expect(rowsByMotionTable(rowsNamed(['lamp', 'no-first-frame', 'zero-shot']), [...results, ...others])).toBe(
    [
      '| error, place, identity | runs | rotates | all |',
      '| --- | ---: | ---: | ---: |',
      '| LAMP | 3.0, 3.0, 50 | –, –, 100 | 3.0, 3.0, 75 |',
      '| without first-frame conditioning | 10.0, 10.0, 0 |  | 10.0, 10.0, 0 |',
    ].join('\n'),
  );
});
