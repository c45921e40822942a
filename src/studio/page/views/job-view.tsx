/** @file One job, until there is what it makes: then that is shown. */
import { useEffect } from 'react';
import { useAnswer } from '../core/studio-state.ts';
import { replaceRoute } from '../core/use-route.ts';
import { jobStateWords, sentence } from '../core/wording.ts';
import { JobAgain } from '../parts/job-again.tsx';
import { JobDetails } from '../parts/job-details.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { hrefOfJob } from '../parts/running-work.tsx';
import { Shown, View } from '../parts/view.tsx';
import { RunningJob } from './queue-view.tsx';

/** The view of a job. */
export function JobView({ id }: { readonly id: string }) {
  const answered = useAnswer('job', { ids: { id } });
  const job = answered.data;
  const there = job && hrefOfJob(job);
  useEffect(() => {
    if (there && !there.startsWith('#/jobs/')) replaceRoute(there.slice(2).split('/'));
  }, [there]);
  return (
    <View title={job?.title ?? 'Job'} back={{ href: '#/queue', label: 'Queue' }}>
      <Shown answered={answered}>
        {(known) =>
          known.state === 'running' ? (
            <RunningJob job={known} />
          ) : (
            <section className="panel">
              <p>
                {known.state === 'waiting'
                  ? 'It waits for its turn, and starts by itself.'
                  : `${sentence(jobStateWords[known.state])}.`}{' '}
                <a href="#/queue">See the queue</a>
              </p>
              {known.problem && <ProblemNote problem={known.problem} />}
              <div className="actions">
                <JobAgain job={known} />
              </div>
              <JobDetails job={known} />
            </section>
          )
        }
      </Shown>
    </View>
  );
}
