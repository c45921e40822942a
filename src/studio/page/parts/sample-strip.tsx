/** @file Samples of a training as a film strip: a row for each prompt, a column for each step. */
import { useState } from 'react';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { Dialog } from './dialog.tsx';
import { MovingPicture, useCalm } from './moving-picture.tsx';
import { VideoPlayer } from './video-player.tsx';

type Sample = ApiMotionDetail['samples'][number];

/** The samples, oldest first; one is seen larger when it is chosen. */
export function SampleStrip({ samples }: { readonly samples: readonly Sample[] }) {
  const [shown, setShown] = useState<Sample>();
  const isCalm = useCalm();
  const numbers = [...new Set(samples.map(({ number }) => number))].sort((a, b) => a - b);
  const steps = [...new Set(samples.map(({ step }) => step))].sort((a, b) => a - b);
  return (
    <>
      {numbers.map((number) => {
        const row = samples.filter((each) => each.number === number).sort((a, b) => a.step - b.step);
        const prompt = row.find((each) => each.prompt)?.prompt;
        return (
          <figure key={number} className="film">
            <figcaption>{prompt ?? `Sample ${number + 1}`}</figcaption>
            <ol className="film-strip" ref={toTheEnd}>
              {row.map((sample) => (
                <li key={sample.id}>
                  <button
                    type="button"
                    className="film-frame"
                    aria-label={`Step ${sample.step}${prompt ? `: ${prompt}` : ''}. Show it larger`}
                    onClick={() => setShown(sample)}
                  >
                    <MovingPicture loop={sample.loop} still={sample.still} alt="" />
                    <span>step {sample.step}</span>
                  </button>
                </li>
              ))}
            </ol>
          </figure>
        );
      })}
      {shown && (
        <Dialog
          title={`Step ${shown.step}${steps.at(-1) === shown.step ? ', the latest' : ''}`}
          onClose={() => setShown(undefined)}
        >
          <figure className="player">
            <VideoPlayer
              video={shown}
              label={shown.prompt ?? `Sample at step ${shown.step}`}
              controls
              loop
              autoPlay={!isCalm}
            />
          </figure>
          {shown.prompt && <p className="quiet">{shown.prompt}</p>}
        </Dialog>
      )}
    </>
  );
}

/** The latest samples are seen first. */
function toTheEnd(strip: HTMLOListElement | null): void {
  if (strip) strip.scrollLeft = strip.scrollWidth;
}
