/** @file The curve suite's results: a table, and a figure of the error against the number of steps. */
import { z } from 'zod';
import { ticks } from '../../scripts/demo/loss-chart.ts';
import { text } from '../../scripts/demo/page.ts';
import type { CurveResult } from './curve-suite.ts';
import { figuresOf, markdown, number } from './motion-report.ts';

const pointSchema = z.object({
  step: z.int().min(1),
  error: z.number(),
  place: z.number(),
  identity: z.number(),
  /** The error of still videos. */
  still: z.number(),
});

/** A method after more and more steps: means over the videos of all motions; errors in percent of the side. */
export const curveSchema = z.object({ title: z.string(), points: z.array(pointSchema) });

/** See `curveSchema`. */
export type Curve = z.infer<typeof curveSchema>;

type CurvePoint = z.infer<typeof pointSchema>;

/** The curve of one row. Motions whose tracks are not known (*rotates*) have no error, and are left out. */
export function curveOf(title: string, results: readonly CurveResult[]): Curve {
  const steps = [...new Set(results.map(({ step }) => step))];
  const points = steps.flatMap((step): CurvePoint[] => {
    const { pointError, positionError, stillPointError, identity } = figuresOf(
      results.filter((each) => each.step === step),
    );
    if (pointError === undefined || positionError === undefined || stillPointError === undefined) return [];
    return [{ step, error: pointError, place: positionError, identity, still: stillPointError }];
  });
  return { title, points };
}

/** A Markdown table: a line for every curve, a column for every number of steps: error, place and identity. */
export function curvesTable(curves: readonly Curve[]): string {
  const steps = stepsOf(curves);
  const body = curves.map(({ title, points }) => [
    title,
    ...steps.map((step) => {
      const point = points.find((each) => each.step === step);
      return point ? [number(point.error), number(point.place), number(point.identity, 0)].join(', ') : '';
    }),
  ]);
  return markdown(['error, place, identity after steps', ...steps.map(String)], body);
}

const [width, height] = [760, 380];
const plot = { left: 56, right: 500, top: 16, bottom: height - 44 };
const colours = ['#2f6fde', '#c2410c', '#15803d', '#7e22ce', '#0e7490'];

/** An SVG that suits light and dark pages: the error of each curve against the steps, on a logarithmic axis. */
export function curvesFigure(curves: readonly Curve[]): string {
  const steps = stepsOf(curves);
  const all = curves.flatMap(({ points }) => points);
  if (all.length === 0) throw new RangeError('a figure needs at least one point');
  const still = all.reduce((sum, point) => sum + point.still, 0) / all.length;
  const top = 1.1 * Math.max(still, ...all.map(({ error }) => error));
  const [first, last] = [Math.log(steps[0]!), Math.log(steps.at(-1)!)];
  const x = (step: number) =>
    plot.left + ((Math.log(step) - first) / (last - first || 1)) * (plot.right - plot.left);
  const y = (error: number) => plot.bottom - (error / top) * (plot.bottom - plot.top);
  const grid = ticks(top, 5).map(
    (error) =>
      `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(error).toFixed(1)}" y2="${y(error).toFixed(1)}"/>` +
      `<text x="${plot.left - 8}" y="${(y(error) + 4).toFixed(1)}" text-anchor="end">${error}</text>`,
  );
  const columns = steps.map(
    (step) => `<text x="${x(step).toFixed(1)}" y="${plot.bottom + 18}" text-anchor="middle">${step}</text>`,
  );
  const lines = curves.map(({ title, points }, i) => {
    const colour = colours[i % colours.length]!;
    const places = points.map(({ step, error }) => [x(step).toFixed(1), y(error).toFixed(1)] as const);
    return [
      `<g stroke="${colour}" fill="${colour}"><polyline points="${places.map((each) => each.join(',')).join(' ')}"/>`,
      ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3"/>`),
      `<rect x="${plot.right + 20}" y="${plot.top + 20 * i}" width="14" height="3"/></g>`,
      `<text x="${plot.right + 42}" y="${plot.top + 20 * i + 6}">${text(title)}</text>`,
    ].join('\n');
  });
  return `<svg class="curves" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Error after ${steps.join(', ')} training steps">
<style>
.curves { color: #24292f; font: 12px system-ui, sans-serif; }
.curves text { fill: currentColor; stroke: none; }
.curves .grid { stroke: currentColor; opacity: .14; }
.curves .still { stroke: currentColor; opacity: .6; stroke-dasharray: 5 4; }
.curves polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
@media (prefers-color-scheme: dark) { .curves { color: #e6e6e6; } }
</style>
${grid.join('\n')}
${columns.join('\n')}
<line class="still" x1="${plot.left}" x2="${plot.right}" y1="${y(still).toFixed(1)}" y2="${y(still).toFixed(1)}"/>
<text x="${plot.right + 4}" y="${(y(still) + 4).toFixed(1)}">still</text>
${lines.join('\n')}
<text x="${(plot.left + plot.right) / 2}" y="${height - 8}" text-anchor="middle">training steps</text>
<text x="14" y="${(plot.top + plot.bottom) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(plot.top + plot.bottom) / 2})">error, % of the side</text>
</svg>
`;
}

function stepsOf(curves: readonly Curve[]): number[] {
  const steps = curves.flatMap(({ points }) => points.map(({ step }) => step));
  return [...new Set(steps)].sort((a, b) => a - b);
}
