/** @file The losses of one or several trainings over their steps. */
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { type LossCurve, nearest, smoothed } from '../core/loss-curve.ts';
import { digits } from '../core/wording.ts';
import { Button } from './button.tsx';
import 'uplot/dist/uPlot.min.css';

/** A training's curve, and what it is called beside others. */
export interface NamedCurve {
  readonly name: string;
  readonly curve: LossCurve;
}

/** Colours of trainings side by side, which can be told apart by those who see colours otherwise as well. */
const colours = {
  light: ['#a34a00', '#0a6aa6', '#6b4fa0', '#2e6b34'],
  dark: ['#f7b04b', '#66b8ee', '#c3a8f5', '#8fce8f'],
};

/** Distances between the marks of steps: 1, 2, 5, 10 and so on. */
const wholeSteps = Array.from({ length: 8 }, (_, power) =>
  [1, 2, 5].map((each) => each * 10 ** power),
).flat();

/** Draws the curves; several of them only smoothed. */
export function LossChart({
  curves,
  loading = false,
}: {
  readonly curves: readonly NamedCurve[];
  /** Whether nothing is known of them yet. */
  readonly loading?: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const [smoothing, setSmoothing] = useState(0.9);
  const [isLog, setLog] = useState(false);
  const [zoomed, setZoomed] = useState(false);
  const [pointed, setPointed] = useState<number>();
  const isDark = useMedia('(prefers-color-scheme: dark)');
  const id = useId();
  const single = curves.length === 1;
  const hasHeldOut = single && curves[0]!.curve.heldOut.step.length > 0;
  const data = useMemo(() => columnsOf(curves, smoothing), [curves, smoothing]);
  const names = curves.map(({ name }) => name).join('\n');
  const wasZoomed = useRef(false);
  wasZoomed.current = zoomed;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const [line, quiet] = [style.getPropertyValue('--line'), style.getPropertyValue('--quiet')];
    const colour = (at: number) => colours[isDark ? 'dark' : 'light'][at % 4]!;
    const axis = {
      stroke: quiet,
      grid: { stroke: line, width: 1 },
      ticks: { stroke: line, width: 1 },
      font: `12px ${style.fontFamily}`,
    };
    const series: uPlot.Series[] = names
      .split('\n')
      .flatMap((name, at) => [
        ...(single ? [{ label: 'raw', stroke: `${colour(at)}55`, width: 1, points: { show: false } }] : []),
        { label: name, stroke: colour(at), width: 2, points: { show: false } },
      ]);
    if (hasHeldOut) {
      series.push({
        label: 'held out',
        stroke: colour(1),
        width: 2,
        spanGaps: true,
        points: { show: true, size: 6 },
      });
    }
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: 280,
        legend: { show: false },
        cursor: { drag: { x: true, y: false }, points: { size: 7 } },
        scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 } },
        axes: [
          { ...axis, incrs: wholeSteps, label: 'step', labelSize: 20, labelFont: axis.font },
          {
            ...axis,
            size: 64,
            values: (_, values) => values.map((value) => (value === null ? '' : digits(value))),
          },
        ],
        series: [{}, ...series],
        hooks: {
          setCursor: [(plot) => setPointed(plot.cursor.idx ?? undefined)],
          setSelect: [({ select }) => select.width > 0 && setZoomed(true)],
          setScale: [
            ({ data: [steps], scales }, key) => {
              const { min, max } = scales.x!;
              // A double click shows all again.
              if (key === 'x' && min === steps[0] && max === steps.at(-1)) setZoomed(false);
            },
          ],
        },
      },
      [[]],
      element,
    );
    chart.current = made;
    // One that was made anew shows all.
    wasZoomed.current = false;
    setZoomed(false);
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: 280 }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [isDark, isLog, single, hasHeldOut, names]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart that was made anew needs its data, too
  useEffect(() => {
    chart.current?.setData(data as uPlot.AlignedData, !wasZoomed.current);
  }, [data, isDark, isLog, single, hasHeldOut, names]);

  const steps = data[0] ?? [];
  const at = pointed ?? steps.length - 1;
  return (
    <figure className={steps.length === 0 ? 'chart chart-empty' : 'chart'} aria-labelledby={`${id}-read`}>
      <div className="chart-tools">
        <p className="chart-read" id={`${id}-read`}>
          {steps.length === 0 ? (
            loading ? (
              'Loading…'
            ) : (
              'No step has been taken yet.'
            )
          ) : (
            <Reading curves={curves} data={data} at={at} />
          )}
        </p>
        <div className="actions chart-actions">
          {zoomed && (
            <Button
              look="plain"
              icon="search"
              onClick={() => {
                setZoomed(false);
                wasZoomed.current = false;
                chart.current?.setData(data as uPlot.AlignedData, true);
              }}
            >
              Show all
            </Button>
          )}
          <label className="slider">
            Smoothing
            <input
              type="range"
              min={0}
              max={0.99}
              step={0.01}
              value={smoothing}
              onChange={(event) => setSmoothing(Number(event.target.value))}
            />
          </label>
          <Button pressed={isLog} onClick={() => setLog(!isLog)}>
            Log
          </Button>
        </div>
      </div>
      <div className="chart-place" ref={place} />
      <figcaption className="quiet">Drag over a part to see it larger.</figcaption>
    </figure>
  );
}

function Reading({
  curves,
  data,
  at,
}: {
  readonly curves: readonly NamedCurve[];
  readonly data: readonly (readonly (number | null)[])[];
  readonly at: number;
}) {
  const step = data[0]?.[at];
  if (step === undefined || step === null) return null;
  if (curves.length > 1) {
    return (
      <>
        <strong>Step {step}</strong>
        {curves.map(({ name }, i) => (
          <span key={name} className={`series series-${i % 4}`}>
            {name} {digits(data[i + 1]?.[at] ?? Number.NaN)}
          </span>
        ))}
      </>
    );
  }
  const { curve } = curves[0]!;
  const rate = curve.learningRate[nearest(curve.step, step)];
  const heldOut = curve.heldOut.loss[nearest(curve.heldOut.step, step)];
  return (
    <>
      <strong>Step {step}</strong>
      <span>
        loss {digits(data[2]?.[at] ?? Number.NaN)}{' '}
        <span className="quiet">(raw {digits(data[1]?.[at] ?? Number.NaN)})</span>
      </span>
      {rate !== undefined && <span>learning rate {digits(rate)}</span>}
      {heldOut !== undefined && <span className="series series-1">held out {digits(heldOut)}</span>}
    </>
  );
}

/** Columns over the steps of all curves. */
function columnsOf(curves: readonly NamedCurve[], weight: number): (number | null)[][] {
  if (curves.length === 1) {
    const { step, loss, heldOut } = curves[0]!.curve;
    const columns: (number | null)[][] = [[...step], [...loss], smoothed(loss, weight)];
    if (heldOut.step.length > 0) {
      const at = new Map(heldOut.step.map((each, i) => [each, heldOut.loss[i]!]));
      columns.push(step.map((each) => at.get(each) ?? null));
    }
    return columns;
  }
  const steps = [...new Set(curves.flatMap(({ curve }) => curve.step))].sort((a, b) => a - b);
  const lines = curves.map(({ curve }) => {
    const line = smoothed(curve.loss, weight);
    const at = new Map(curve.step.map((each, i) => [each, line[i]!]));
    return steps.map((each) => at.get(each) ?? null);
  });
  return [steps, ...lines];
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const change = () => setMatches(media.matches);
    media.addEventListener('change', change);
    return () => media.removeEventListener('change', change);
  }, [query]);
  return matches;
}
