/** @file The sampling suite's results as a table. */
import type { PredictionCosts, SampledVideo, SamplingResult } from './sampling-suite.ts';
import { mean } from './text-metrics.ts';

/** The figures of a row: means over the videos of all motions. */
export interface SamplingFigures {
  readonly row: string;
  /** Arithmetic of the U-Net as a share of that of the first row, in percent. */
  readonly work: number;
  /** The same at the size of Stable Diffusion 1.x. */
  readonly fullSizeWork: number;
  /** Mean distance of a thing's points from their true positions, in percent of the picture's side; absent: unknown. */
  readonly error?: number;
  /** Share of videos whose last frame still shows the thing, in percent. */
  readonly identity: number;
  /** PSNR in decibels against the true frames, and against the video of the first row. */
  readonly fromTruth: number;
  readonly fromFull: number;
}

/** The figures of every row, in the order of the results; others are compared with the first. */
export function samplingFigures(
  results: readonly SamplingResult[],
  { here, full }: { readonly here: PredictionCosts; readonly full: PredictionCosts },
): SamplingFigures[] {
  const videosOf = (row: string) =>
    results.filter((each) => each.row === row).flatMap(({ videos }) => videos);
  const usual = results[0] ? videosOf(results[0].row) : [];
  const work = (videos: readonly SampledVideo[], { whole, rest }: PredictionCosts) =>
    mean(videos.map((video) => video.whole * whole + video.rest * rest));
  return [...new Set(results.map(({ row }) => row))].map((row) => {
    const videos = videosOf(row);
    const moved = videos.flatMap(({ motion }) => (motion ? [motion.points] : []));
    return {
      row,
      work: (100 * work(videos, here)) / work(usual, here),
      fullSizeWork: (100 * work(videos, full)) / work(usual, full),
      ...(moved.length > 0 && { error: 100 * mean(moved) }),
      identity: 100 * mean(videos.map(({ identity }) => (identity ? 1 : 0))),
      fromTruth: mean(videos.map(({ truth }) => truth.psnr)),
      fromFull: mean(videos.map((video) => video.fromFull)),
    };
  });
}

/** A Markdown table with a line for every row. */
export function samplingTable(figures: readonly SamplingFigures[]): string {
  const percent = (value: number) => `${value.toFixed(0)} %`;
  const lines = figures.map(({ row, work, fullSizeWork, error, identity, fromTruth, fromFull }, i) => [
    row,
    percent(work),
    percent(fullSizeWork),
    error === undefined ? '–' : error.toFixed(1),
    identity.toFixed(0),
    fromTruth.toFixed(1),
    i === 0 ? '–' : fromFull.toFixed(1),
  ]);
  const titles = [
    'row',
    'work',
    'at full size',
    'error',
    'identity',
    'PSNR to the truth',
    'to the full video',
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), `| --- |${' ---: |'.repeat(titles.length - 1)}`, ...lines.map(line)].join('\n');
}
