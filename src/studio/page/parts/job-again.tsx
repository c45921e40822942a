/** @file What can be done with a job that stopped or failed: again as it was, or changed. */
import type { GivenForm } from '../../api/form-api.ts';
import type { ApiJob } from '../../api/job-api.ts';
import { ask } from '../core/api-client.ts';
import { canChange, changeForm } from '../core/hand-over.ts';
import { outdate } from '../core/studio-state.ts';
import { Button } from './button.tsx';

/** Nothing for jobs in other states. What is changed becomes a new job; this one stays. */
export function JobAgain({ job }: { readonly job: ApiJob }) {
  const { id, title, state } = job;
  if (state !== 'stopped' && state !== 'failed') return null;
  const form = job.form as GivenForm | undefined;
  const failed = state === 'failed';
  const goOn = async () => {
    await ask('goOnJob', { ids: { id }, body: {} });
    outdate('jobs', 'motions');
  };
  return (
    <>
      <Button icon="play" onClick={goOn}>
        {failed ? 'Try again' : 'Continue'}
        <span className="hidden"> {title}</span>
      </Button>
      {canChange(form) && (
        <Button icon="edit" onClick={() => changeForm(form)}>
          {failed ? 'Change and try again' : 'Change and start over'}
          <span className="hidden"> {title}</span>
        </Button>
      )}
    </>
  );
}
