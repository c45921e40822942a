/** @file What was made last, and what is being made: with a preview that grows. */
import type { ApiJob } from '../../api/job-api.ts';
import { addressOf } from '../../api/routes.ts';
import { useAnswer, useProgress } from '../core/studio-state.ts';
import { doneWords, jobStateWords, shareOf, stageWords } from '../core/wording.ts';
import { Icon } from './icon.tsx';
import { MovingPicture } from './moving-picture.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { hrefOfJob } from './running-work.tsx';

/** Jobs of these kinds: those that run or wait, then the latest. */
export function LatestResults({
  kinds,
  most = 12,
}: {
  readonly kinds: readonly ApiJob['kind'][];
  readonly most?: number;
}) {
  const { data } = useAnswer('jobs');
  const jobs = (data?.jobs ?? [])
    .filter(({ kind, state }) => kinds.includes(kind) && state !== 'held')
    .slice(0, most);
  if (jobs.length === 0) return null;
  return (
    <section aria-labelledby="latest">
      <h2 id="latest">Latest</h2>
      <ul className="cards cards-small">
        {jobs.map((job) => (
          <li key={job.id}>
            <Result job={job} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Result({ job }: { readonly job: ApiJob }) {
  const { state, result, title } = job;
  const progress = useProgress(job.id) ?? job.progress;
  return (
    <article className="card">
      {state === 'done' && result ? (
        <MovingPicture
          loop={addressOf('videoFile', { id: result, form: 'loop' })}
          still={addressOf('videoFile', { id: result, form: 'still' })}
          alt=""
        />
      ) : (
        <span className="moving">
          {progress?.preview && state === 'running' ? (
            <img src={progress.preview} alt="What it looks like so far" />
          ) : (
            <span className="moving-none">
              <Icon name={state === 'failed' ? 'warning' : 'video'} />
            </span>
          )}
        </span>
      )}
      <div className="card-text">
        <div className="card-head">
          <h2>
            <a href={hrefOfJob(job)}>{title}</a>
          </h2>
        </div>
        {state === 'running' && <ProgressBar share={shareOf(progress)} label={`Progress of ${title}`} />}
        {state !== 'done' && (
          <p className="facts">
            <span className={`state state-${state}`}>
              {state === 'running' && progress ? stageWords(progress.stage) : jobStateWords[state]}
            </span>
            {state === 'running' && progress?.stage === 'downloading' && <span>{doneWords(progress)}</span>}
          </p>
        )}
      </div>
    </article>
  );
}
