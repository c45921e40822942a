/** @file The loss of a training as an SVG that suits light and dark pages. */

const [width, height] = [760, 300];
const plot = { left: 56, right: width - 12, top: 12, bottom: height - 40 };

/**
 * Draws the loss of each step faintly and their running mean boldly, with numbered axes. Rare high losses are
 * cut off, so that the mean is visible. Throws `RangeError` if there is no loss.
 */
export function lossChart(losses: readonly number[]): string {
  if (losses.length === 0) throw new RangeError('a chart needs at least one loss');
  const window = meanWindow(losses.length);
  const means = runningMean(losses, window);
  const sorted = [...losses].sort((a, b) => a - b);
  const usual = sorted[Math.floor(0.98 * (sorted.length - 1))]!;
  const top = Math.max(usual, ...means) * 1.05 || 1;
  const x = (step: number) =>
    plot.left + ((step - 1) / Math.max(1, losses.length - 1)) * (plot.right - plot.left);
  const y = (loss: number) => plot.bottom - (loss / top) * (plot.bottom - plot.top);
  const line = (values: readonly number[]) =>
    values.map((value, i) => `${x(i + 1).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const rows = ticks(top, 4).map(
    (loss) =>
      `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(loss).toFixed(1)}" y2="${y(loss).toFixed(1)}"/>` +
      `<text x="${plot.left - 8}" y="${(y(loss) + 4).toFixed(1)}" text-anchor="end">${loss}</text>`,
  );
  const columns = [1, ...ticks(losses.length, 6).filter((step) => step > 1 && Number.isInteger(step))].map(
    (step) => `<text x="${x(step).toFixed(1)}" y="${plot.bottom + 18}" text-anchor="middle">${step}</text>`,
  );
  return `<svg class="loss" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Loss over ${losses.length} training steps">
<style>
.loss { color: #24292f; font: 12px system-ui, sans-serif; }
.loss text { fill: currentColor; opacity: .75; }
.loss .grid { stroke: currentColor; opacity: .14; }
.loss polyline { fill: none; stroke: #2f6fde; stroke-linejoin: round; }
.loss .raw { stroke-width: 1; opacity: .3; }
.loss .mean { stroke-width: 2.5; }
@media (prefers-color-scheme: dark) { .loss { color: #e6e6e6; } .loss polyline { stroke: #7aa7ff; } }
</style>
<clipPath id="loss-plot"><rect x="${plot.left}" y="${plot.top - 4}" width="${plot.right - plot.left}" height="${plot.bottom - plot.top + 8}"/></clipPath>
${rows.join('\n')}
${columns.join('\n')}
<g clip-path="url(#loss-plot)">
<polyline class="raw" points="${line(losses)}"/>
<polyline class="mean" points="${line(means)}"/>
</g>
<text x="${(plot.left + plot.right) / 2}" y="${height - 6}" text-anchor="middle">step</text>
<text x="14" y="${(plot.top + plot.bottom) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(plot.top + plot.bottom) / 2})">loss</text>
</svg>`;
}

/** Window of the running mean for this many losses, in steps. */
export function meanWindow(count: number): number {
  return Math.max(1, Math.min(count, Math.max(9, Math.round(count / 15))));
}

/** The mean of up to `window` values around each; fewer near the ends. */
export function runningMean(values: readonly number[], window: number): number[] {
  const half = Math.floor(window / 2);
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - half), i + half + 1);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}

/** About `count` round numbers from 0 to `most`. */
export function ticks(most: number, count: number): number[] {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((each) => each * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
