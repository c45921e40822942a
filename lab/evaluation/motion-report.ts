/** @file The motion suite's results as tables. */
import type { MotionResult, VideoResult } from './motion-suite.ts';
import type { EvaluationRow } from './rows.ts';
import { mean } from './text-metrics.ts';

/** The figures of a row: means over videos. Absent where nothing was measured. */
export interface RowFigures {
  readonly videos: number;
  /** Mean distance of a thing's points from their true positions, in percent of the picture's side. */
  readonly pointError?: number;
  /** The same for still videos. */
  readonly stillPointError?: number;
  /** Mean distance of the thing's centre from its true position; and that for still videos. */
  readonly positionError?: number;
  readonly stillPositionError?: number;
  /** PSNR of the scene around the thing, in decibels. */
  readonly scene?: number;
  /** PSNR in decibels and SSIM against the true frames, and those of a still first frame. */
  readonly psnr: number;
  readonly stillPsnr: number;
  readonly ssim: number;
  readonly stillSsim: number;
  /** Gradient energy of the frames in percent of the true frames'. */
  readonly gradientEnergy: number;
  /** Share of videos whose last frame still shows the thing, in percent. */
  readonly identity: number;
  /** Share of frames that show a thing of the clips, in percent. */
  readonly leakage: number;
  /** The paper's three scores. */
  readonly textAlignment: number;
  readonly frameConsistency: number;
  readonly diversity: number;
  /** The training's loss on the true videos that are not in the clips, and on the clips. */
  readonly loss: number;
  readonly clipLoss: number;
}

/** Means of results of one row, on one motion or several. */
export function figuresOf(results: readonly MotionResult[]): RowFigures {
  const videos = results.flatMap((result) => result.videos);
  const over = (value: (video: VideoResult) => number) => mean(videos.map(value));
  const moved = videos.flatMap(({ motion }) => (motion ? [motion] : []));
  return {
    videos: videos.length,
    ...(moved.length > 0 && {
      pointError: 100 * mean(moved.map(({ points }) => points)),
      stillPointError: 100 * mean(moved.map(({ stillPoints }) => stillPoints)),
      positionError: 100 * mean(moved.map(({ error }) => error.position)),
      stillPositionError: 100 * mean(moved.map(({ stillError }) => stillError.position)),
      scene: mean(moved.map(({ scene }) => scene)),
    }),
    psnr: over(({ truth }) => truth.psnr),
    stillPsnr: over(({ truth }) => truth.stillPsnr),
    ssim: over(({ truth }) => truth.ssim),
    stillSsim: over(({ truth }) => truth.stillSsim),
    gradientEnergy: 100 * over(({ truth }) => truth.gradientEnergy),
    identity: 100 * over(({ identity }) => (identity ? 1 : 0)),
    leakage: 100 * over(({ leakage }) => leakage),
    textAlignment: over((video) => video.textAlignment),
    frameConsistency: over((video) => video.frameConsistency),
    diversity: mean(results.map((result) => result.diversity)),
    loss: mean(results.map(({ loss }) => loss.unseen)),
    clipLoss: mean(results.map(({ loss }) => loss.clips)),
  };
}

const columns: readonly (readonly [title: string, cell: (figures: RowFigures) => string])[] = [
  ['error (still)', (figures) => `${number(figures.pointError)} (${number(figures.stillPointError)})`],
  ['place (still)', (figures) => `${number(figures.positionError)} (${number(figures.stillPositionError)})`],
  ['PSNR (still)', ({ psnr, stillPsnr }) => `${number(psnr)} (${number(stillPsnr)})`],
  ['SSIM (still)', ({ ssim, stillSsim }) => `${number(ssim, 3)} (${number(stillSsim, 3)})`],
  ['gradients', ({ gradientEnergy }) => number(gradientEnergy, 0)],
  ['scene', ({ scene }) => number(scene)],
  ['identity', ({ identity }) => number(identity, 0)],
  ['leakage', ({ leakage }) => number(leakage, 0)],
  ['alignment', (figures) => number(figures.textAlignment)],
  ['consistency', (figures) => number(figures.frameConsistency)],
  ['diversity', (figures) => number(figures.diversity)],
  ['loss (clips)', ({ loss, clipLoss }) => `${number(loss, 3)} (${number(clipLoss, 3)})`],
];

/** A Markdown table: a line for every row, its figures averaged over all motions. */
export function rowsTable(rows: readonly EvaluationRow[], results: readonly MotionResult[]): string {
  return table(
    'row',
    rows.map(({ name, title }) => [title, results.filter(({ row }) => row === name)]),
  );
}

/** A Markdown table: a line for every motion of one row, and the average. */
export function motionsTable(row: string, results: readonly MotionResult[]): string {
  const mine = results.filter((result) => result.row === row);
  return table('motion', [...mine.map((each): Line => [each.motion, [each]]), ['all', mine]]);
}

/** A Markdown table: a line for every row, a column for every motion and one for all: error, place and identity. */
export function rowsByMotionTable(rows: readonly EvaluationRow[], results: readonly MotionResult[]): string {
  const motions = [...new Set(results.map(({ motion }) => motion))];
  const cell = (some: readonly MotionResult[]) => {
    if (some.length === 0) return '';
    const { pointError, positionError, identity } = figuresOf(some);
    return [number(pointError), number(positionError), number(identity, 0)].join(', ');
  };
  const body = rows.flatMap(({ name, title }) => {
    const mine = results.filter(({ row }) => row === name);
    const ofMotions = motions.map((motion) => cell(mine.filter((each) => each.motion === motion)));
    return mine.length > 0 ? [[title, ...ofMotions, cell(mine)]] : [];
  });
  return markdown(['error, place, identity', ...motions, 'all'], body);
}

type Line = readonly [title: string, results: readonly MotionResult[]];

function table(first: string, lines: readonly Line[]): string {
  const head = [first, ...columns.map(([title]) => title)];
  const body = lines
    .filter(([, results]) => results.length > 0)
    .map(([title, results]) => {
      const figures = figuresOf(results);
      return [title, ...columns.map(([, cell]) => cell(figures))];
    });
  return markdown(head, body);
}

/** A Markdown table. */
export function markdown(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A figure in a table; a dash where nothing was measured. */
export function number(value: number | undefined, digits = 1): string {
  return value === undefined ? '–' : value.toFixed(digits);
}
