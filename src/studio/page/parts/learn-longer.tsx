/** @file A training that rests goes on for more steps. */
import { useId, useState } from 'react';
import type { ApiMotionDetail } from '../../api/motion-api.ts';
import { ask } from '../core/api-client.ts';
import { tell } from '../core/messages.ts';
import { outdate } from '../core/studio-state.ts';
import { Button, ButtonLink } from './button.tsx';

/** How many more steps, and a button that takes them. */
export function LearnLonger({ motion }: { readonly motion: ApiMotionDetail }) {
  const input = useId();
  const [more, setMore] = useState('200');
  const count = Number(more);
  const isCount = Number.isInteger(count) && count > 0;
  const to = (motion.steps ?? (motion.state === 'done' ? motion.wantedSteps : undefined) ?? 0) + count;
  if (motion.settings.schedule === 'cosine') return <AfterCosine motion={motion} />;
  return (
    <section className="panel" aria-labelledby="more">
      <h2 id="more">Learn longer</h2>
      <p className="quiet">It continues from its last step, as if it had never stopped.</p>
      <div className="actions">
        <label className="hidden" htmlFor={input}>
          How many more steps
        </label>
        <span className="input-unit">
          <input
            id={input}
            className="input input-short"
            inputMode="numeric"
            value={more}
            onChange={(event) => setMore(event.target.value)}
          />
          <span className="quiet">steps</span>
        </span>
        <Button
          icon="play"
          disabled={!isCount}
          onClick={async () => {
            await ask('goOnTraining', { ids: { id: motion.id }, body: { steps: to } });
            outdate('motions', 'jobs');
            tell({ text: `The training continues to step ${to}.` });
          }}
        >
          {isCount ? `${count} more steps` : 'More steps'}
        </Button>
      </div>
    </section>
  );
}

/** Its learning rate has an end, beyond which only another training leads. */
function AfterCosine({ motion: { id, state, usable, wantedSteps } }: { readonly motion: ApiMotionDetail }) {
  return (
    <section className="panel" aria-labelledby="more">
      <h2 id="more">Learn longer</h2>
      <p className="quiet">
        Its learning rate falls along a cosine that ends at step {wantedSteps}
        {state === 'stopped' && ', up to which it can go on'}. To learn longer, teach a new motion that begins
        with this one.
      </p>
      {usable && (
        <div className="actions">
          <ButtonLink icon="motion" href={`#/new/motion?start=${id}`}>
            Begin a new one with it
          </ButtonLink>
        </div>
      )}
    </section>
  );
}
