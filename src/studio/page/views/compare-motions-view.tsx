/** @file Trainings side by side: their losses on one chart, and their samples in a grid of trainings and steps. */
import { useMemo } from 'react';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { useAnswer } from '../core/studio-state.ts';
import { useMetrics } from '../core/use-metrics.ts';
import { LossChart } from '../parts/loss-chart.tsx';
import { SampleGrid } from '../parts/sample-grid.tsx';
import { View, Waiting } from '../parts/view.tsx';

/** The view; more than four would not be told apart. */
export function CompareMotionsView({ ids }: { readonly ids: readonly string[] }) {
  const [a = '', b = '', c, d] = ids;
  const all = [useMotion(a), useMotion(b), useMotion(c), useMotion(d)];
  const shown = all.filter((each) => each !== undefined);
  // Curves keep their identity as long as nothing is added to them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: those are all that the list is made of
  const curves = useMemo(
    () => shown.map(({ motion: { title, id }, curve }) => ({ name: nameOf(title, id, shown), curve })),
    [shown.map(({ motion, curve }) => `${motion.id} ${motion.title} ${curve.to}`).join('\n')],
  );
  return (
    <View title="Compare trainings" back={{ href: '#/motions', label: 'Motions' }}>
      {shown.length < Math.min(4, ids.length) && <Waiting />}
      {shown.length > 0 && (
        <section className="panel" aria-labelledby="losses">
          <h2 id="losses">Loss, smoothed</h2>
          <LossChart curves={curves} />
        </section>
      )}
      {shown.length > 0 && (
        <section className="panel" aria-labelledby="samples">
          <h2 id="samples">Samples</h2>
          {shown.some(({ motion }) => motion.samples.length > 0) ? (
            <SampleGrid
              motions={shown.map(({ motion }) => ({
                ...{ id: motion.id, samples: motion.samples },
                name: nameOf(motion.title, motion.id, shown),
              }))}
            />
          ) : (
            <p className="quiet">None of them has made samples.</p>
          )}
        </section>
      )}
    </View>
  );
}

function useMotion(id: string | undefined) {
  const { data } = useAnswer('motion', id ? { ids: { id } } : null);
  const { curve } = useMetrics(id ?? '', data ? `${data.steps} ${data.changed}` : '');
  return data && { motion: data, curve };
}

function nameOf(title: string, id: string, all: readonly { readonly motion: ApiMotionDetail }[]): string {
  return all.some(({ motion }) => motion.id !== id && motion.title === title)
    ? `${title} (${id.slice(0, 4)})`
    : title;
}
