/** @file Samples of several trainings in a grid: for each prompt a row for each training, a column for each step. */
import { useState } from 'react';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { sampleRows } from '../core/sample-rows.ts';
import { type Sample, SampleDialog, SampleFrame } from './sample-frame.tsx';

type Named = Pick<ApiMotionDetail, 'id' | 'samples'> & { readonly name: string };

/** The grids; one sample is seen larger when it is chosen. */
export function SampleGrid({ motions }: { readonly motions: readonly Named[] }) {
  const [shown, setShown] = useState<{ readonly sample: Sample; readonly name: string }>();
  return (
    <>
      {sampleRows(motions).map(({ prompt, steps, rows }) => (
        <figure key={prompt} className="film">
          <figcaption>{prompt}</figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide one scrolls, and must be reached by keys */}
          <section className="film-strip" aria-label={`Samples of ${prompt}`} tabIndex={0}>
            <table className="sample-grid">
              <thead>
                <tr>
                  <th scope="col">Training</th>
                  {steps.map((step) => (
                    <th key={step} scope="col">
                      Step {step}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map(({ motion: { id, name }, samples }) => (
                  <tr key={id}>
                    <th scope="row">
                      <a href={`#/motions/${id}`}>{name}</a>
                    </th>
                    {samples.map((sample, i) => (
                      <td key={steps[i]}>
                        {sample ? (
                          <SampleFrame sample={sample} of={name} onShow={() => setShown({ sample, name })} />
                        ) : (
                          <span className="quiet">none</span>
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </figure>
      ))}
      {shown && (
        <SampleDialog
          sample={shown.sample}
          title={`${shown.name}, step ${shown.sample.step}`}
          onClose={() => setShown(undefined)}
        />
      )}
    </>
  );
}
