/** @file Samples of a training as a film strip: a row for each prompt, a column for each step. */
import { useState } from 'react';
import { type Sample, SampleDialog, SampleFrame } from './sample-frame.tsx';

/** The samples, oldest first; one is seen larger when it is chosen. */
export function SampleStrip({ samples }: { readonly samples: readonly Sample[] }) {
  const [shown, setShown] = useState<Sample>();
  const numbers = [...new Set(samples.map(({ number }) => number))].sort((a, b) => a - b);
  const latest = Math.max(...samples.map(({ step }) => step));
  return (
    <>
      {numbers.map((number) => {
        const row = samples.filter((each) => each.number === number).sort((a, b) => a.step - b.step);
        return (
          <figure key={number} className="film">
            <figcaption>{row.find((each) => each.prompt)?.prompt ?? `Sample ${number + 1}`}</figcaption>
            <ol className="film-strip" ref={toTheEnd}>
              {row.map((sample) => (
                <li key={sample.id}>
                  <SampleFrame sample={sample} onShow={() => setShown(sample)} />
                </li>
              ))}
            </ol>
          </figure>
        );
      })}
      {shown && (
        <SampleDialog
          sample={shown}
          title={`Step ${shown.step}${latest === shown.step ? ', the latest' : ''}`}
          onClose={() => setShown(undefined)}
        />
      )}
    </>
  );
}

/** The latest samples are seen first. */
function toTheEnd(strip: HTMLOListElement | null): void {
  if (strip) strip.scrollLeft = strip.scrollWidth;
}
