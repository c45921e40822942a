/** @file Trainings side by side: their losses on one chart, and their samples, step by step. */
import { useMemo } from 'react';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { useAnswer } from '../core/studio-state.ts';
import { useMetrics } from '../core/use-metrics.ts';
import { LossChart } from '../parts/loss-chart.tsx';
import { SampleStrip } from '../parts/sample-strip.tsx';
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
      <div className="side-by-side">
        {shown.map(({ motion }) => (
          <section key={motion.id} className="panel" aria-label={motion.title}>
            <h2>
              <a href={`#/motions/${motion.id}`}>{motion.title}</a>
            </h2>
            {motion.samples.length > 0 ? (
              <SampleStrip samples={motion.samples} />
            ) : (
              <p className="quiet">It has made no samples.</p>
            )}
          </section>
        ))}
      </div>
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
