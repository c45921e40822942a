/** @file The queue: what is being worked on, what waits and in which order, and what has become of the rest. */
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { duration } from '../../../duration.ts';
import type { GivenForm } from '../../api/form-api.ts';
import type { ApiDamagedJob, ApiJob } from '../../api/job-api.ts';
import { ask } from '../core/api-client.ts';
import { canChange, changeForm } from '../core/hand-over.ts';
import { moved } from '../core/job-order.ts';
import { type NameOf, whatDiffers } from '../core/job-words.ts';
import { outdate, useAnswer, useProgress } from '../core/studio-state.ts';
import {
  costWords,
  countOf,
  doneWords,
  jobKindWords,
  jobStateWords,
  roughly,
  shareOf,
  sizeOf,
  stageWords,
  timeAgo,
} from '../core/wording.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { DamagedJob } from '../parts/damaged-job.tsx';
import { Icon } from '../parts/icon.tsx';
import { JobAgain } from '../parts/job-again.tsx';
import { JobDetails } from '../parts/job-details.tsx';
import { Menu } from '../parts/menu.tsx';
import { NotificationButton } from '../parts/notification-button.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { hrefOfJob } from '../parts/running-work.tsx';
import { Empty, Shown, View } from '../parts/view.tsx';

/** How many that have ended are shown at first. */
const shownAtFirst = 20;

/** The view. */
export function QueueView() {
  const queue = useAnswer('jobs');
  const paused = queue.data?.paused ?? false;
  const pause = async () => {
    await ask('pauseJobs', { body: { paused: !paused } });
    outdate('jobs');
  };
  return (
    <View
      title="Queue"
      lead="Jobs continue when this page is closed, and when the studio ends."
      actions={
        <>
          <NotificationButton />
          <Button icon={paused ? 'play' : 'pause'} onClick={pause} pressed={paused}>
            {paused ? 'Resume the queue' : 'Pause the queue'}
          </Button>
        </>
      }
    >
      <Shown answered={queue}>
        {({ jobs, damaged }) => <Jobs jobs={jobs} damaged={damaged} paused={paused} />}
      </Shown>
    </View>
  );
}

function Jobs({
  jobs,
  damaged,
  paused,
}: {
  readonly jobs: readonly ApiJob[];
  readonly damaged: readonly ApiDamagedJob[];
  readonly paused: boolean;
}) {
  const [most, setMost] = useState(shownAtFirst);
  const running = jobs.filter(({ state }) => state === 'running');
  const waiting = jobs.filter(({ state }) => state === 'waiting' || state === 'held');
  const ended = jobs.filter((job) => !running.includes(job) && !waiting.includes(job));
  if (jobs.length + damaged.length === 0) {
    return (
      <Empty
        icon="queue"
        title="Nothing to do"
        actions={
          <ButtonLink look="main" icon="add" href="#/new">
            Start something
          </ButtonLink>
        }
      >
        <p>Each motion to learn, and each video to make, waits here until it is its turn.</p>
      </Empty>
    );
  }
  return (
    <div className="stack">
      {running.length > 0 && (
        <Section id="running" title="Now">
          <JobList jobs={running}>{(job) => <RunningJob job={job} jobs={jobs} />}</JobList>
        </Section>
      )}
      {waiting.length > 0 && (
        <Section
          id="waiting"
          title={
            <>
              Next{' '}
              <span className="quiet">
                {paused ? 'when the queue is resumed' : countOf(waiting.length, 'job')}
                {totalOf(waiting)}
              </span>
            </>
          }
        >
          <WaitingJobs jobs={waiting} all={jobs} />
        </Section>
      )}
      {damaged.length > 0 && (
        <Section id="damaged" title="Damaged">
          <JobList jobs={damaged}>
            {(job) => <DamagedJob job={job} onRemove={() => remove(job.id)} />}
          </JobList>
        </Section>
      )}
      {ended.length > 0 && (
        <Section id="ended" title="Before">
          <JobList jobs={ended.slice(0, most)}>{(job) => <EndedJob job={job} jobs={jobs} />}</JobList>
          {ended.length > most && (
            <Button onClick={() => setMost(most + 100)}>Show more of {countOf(ended.length, 'job')}</Button>
          )}
        </Section>
      )}
    </div>
  );
}

/** A part of the queue, with what it is called. */
function Section({
  id,
  title,
  children,
}: {
  readonly id: string;
  readonly title: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

function JobList<Job extends { readonly id: string }>({
  jobs,
  children,
}: {
  readonly jobs: readonly Job[];
  /** How one of them is shown. */
  readonly children: (job: Job) => ReactNode;
}) {
  return (
    <ul className="jobs">
      {jobs.map((job) => (
        <li key={job.id}>{children(job)}</li>
      ))}
    </ul>
  );
}

/** What all jobs take together, where it is known of each. */
function totalOf(jobs: readonly ApiJob[]): string {
  const seconds = jobs.map(({ cost }) => cost?.seconds ?? Number.NaN).reduce((sum, each) => sum + each, 0);
  return jobs.length > 1 && Number.isFinite(seconds) ? `, ${roughly(seconds)} in all` : '';
}

const act = async (name: 'cancelJob' | 'goOnJob' | 'goFirstJob', id: string) => {
  await ask(name, { ids: { id }, body: {} });
  outdate('jobs', 'motions');
};

/** A job that runs, with its progress. */
export function RunningJob({
  job,
  jobs,
}: {
  readonly job: ApiJob;
  /** Others, from which it is told apart. */
  readonly jobs?: readonly ApiJob[];
}) {
  const progress = useProgress(job.id) ?? job.progress;
  return (
    <article className="job job-running">
      <Preview job={job} preview={progress?.preview} />
      <div className="job-text">
        <JobTitle job={job} {...(jobs && { jobs })} />
        <ProgressBar share={shareOf(progress)} label={`Progress of ${job.title}`} />
        <p className="facts">
          <span>{stageWords(progress?.stage)}</span>
          {progress && progress.total > 0 && <span>{doneWords(progress)}</span>}
          {progress?.secondsLeft !== undefined && <span>{duration(progress.secondsLeft)} left</span>}
          {progress?.memory !== undefined && <span>{sizeOf(progress.memory)} of memory</span>}
        </p>
        <JobDetails job={job} />
      </div>
      <Button icon="stop" onClick={() => act('cancelJob', job.id)}>
        Stop<span className="hidden"> {job.title}</span>
      </Button>
    </article>
  );
}

function WaitingJobs({ jobs, all }: { readonly jobs: readonly ApiJob[]; readonly all: readonly ApiJob[] }) {
  const [dragged, setDragged] = useState<string>();
  const [over, setOver] = useState<string>();
  const ids = jobs.map(({ id }) => id);
  const move = async (from: number, to: number) => {
    if (from === to || to < 0 || to >= ids.length) return;
    await ask('orderJobs', { body: { jobs: moved(ids, from, to) } });
    outdate('jobs');
  };
  const keys = (event: KeyboardEvent, at: number) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    void move(at, at + step);
  };
  return (
    <ol className="jobs">
      {jobs.map((job, at) => (
        <li
          key={job.id}
          draggable
          data-over={over === job.id && dragged !== job.id ? '' : undefined}
          data-dragged={dragged === job.id ? '' : undefined}
          onDragStart={(event) => {
            event.dataTransfer.effectAllowed = 'move';
            event.dataTransfer.setData('text/plain', job.title);
            setDragged(job.id);
          }}
          onDragOver={(event) => {
            if (dragged === undefined) return;
            event.preventDefault();
            setOver(job.id);
          }}
          onDragEnd={() => {
            setDragged(undefined);
            setOver(undefined);
          }}
          onDrop={(event) => {
            if (dragged === undefined) return;
            event.preventDefault();
            void move(ids.indexOf(dragged), at);
          }}
        >
          <article className="job">
            <button
              type="button"
              className="grip"
              aria-label={`Place ${at + 1} of ${jobs.length}: ${job.title}. Arrow keys move it.`}
              title="Drag, or press the arrow keys"
              onKeyDown={(event) => keys(event, at)}
            >
              <Icon name="grip" />
            </button>
            <div className="job-text">
              <JobTitle job={job} jobs={all} />
              <JobDetails job={job} />
            </div>
            <div className="actions job-actions">
              {job.state === 'held' ? (
                <Button icon="play" onClick={() => act('goOnJob', job.id)}>
                  Resume<span className="hidden"> {job.title}</span>
                </Button>
              ) : (
                <Button
                  icon="pause"
                  label={`Hold ${job.title}`}
                  onClick={() => act('cancelJob', job.id)}
                  look="plain"
                />
              )}
              <Menu label={`More for ${job.title}`}>
                <Button icon="first" look="plain" onClick={() => act('goFirstJob', job.id)}>
                  Run now, before the running job
                </Button>
                <Button icon="up" look="plain" disabled={at === 0} onClick={() => move(at, 0)}>
                  To the top
                </Button>
                <Button
                  icon="down"
                  look="plain"
                  disabled={at === ids.length - 1}
                  onClick={() => move(at, ids.length - 1)}
                >
                  To the end
                </Button>
                {canChange(job.form as GivenForm | undefined) && (
                  <Button icon="edit" look="plain" onClick={() => changeForm(job.form as GivenForm, job.id)}>
                    Change it
                  </Button>
                )}
                <Button icon="trash" look="plain" onClick={() => remove(job.id)}>
                  Remove
                </Button>
              </Menu>
            </div>
          </article>
        </li>
      ))}
    </ol>
  );
}

function EndedJob({ job, jobs }: { readonly job: ApiJob; readonly jobs: readonly ApiJob[] }) {
  return (
    <article className="job">
      <Preview job={job} />
      <div className="job-text">
        <JobTitle job={job} jobs={jobs} />
        {job.problem && <ProblemNote problem={job.problem} />}
        {job.state === 'stopped' && job.begun !== undefined && job.ended === undefined && (
          <p className="quiet">
            Its process ended unexpectedly: it was killed, or the power failed. It continues from its last
            saved state.
          </p>
        )}
        <JobDetails job={job} />
      </div>
      <div className="actions job-actions">
        <JobAgain job={job} />
        {job.state === 'done' && job.result && (
          <ButtonLink href={hrefOfJob(job)}>
            Open<span className="hidden"> {job.title}</span>
          </ButtonLink>
        )}
        <Button
          look="plain"
          icon="close"
          label={`Remove ${job.title} from this list`}
          onClick={() => remove(job.id)}
        />
      </div>
    </article>
  );
}

async function remove(id: string): Promise<void> {
  await ask('removeJob', { ids: { id } });
  outdate('jobs');
}

function JobTitle({ job, jobs = [job] }: { readonly job: ApiJob; readonly jobs?: readonly ApiJob[] }) {
  const cost = job.cost && costWords(job.cost);
  const nameOf = useNames();
  return (
    <h3 className="job-title">
      <a href={hrefOfJob(job)}>{job.title}</a>
      <span className="facts">
        <span>{jobKindWords[job.kind]}</span>
        <span className={`state state-${job.state}`}>{jobStateWords[job.state]}</span>
        <span>{timeAgo(job.ended ?? job.begun ?? job.made)}</span>
        {whatDiffers(job, jobs, nameOf).map((words) => (
          <span key={words}>{words}</span>
        ))}
        {cost && <span>{cost}</span>}
      </span>
    </h3>
  );
}

/** What the studio's motions and pictures are called. */
function useNames(): NameOf {
  const motions = useAnswer('motions').data?.motions ?? [];
  const pictures = useAnswer('pictures').data?.pictures ?? [];
  return (id) => [...motions, ...pictures].find((each) => each.id === id)?.title;
}

function Preview({ job, preview }: { readonly job: ApiJob; readonly preview?: string | undefined }) {
  const small =
    preview ??
    (job.state === 'done' && job.result && job.kind !== 'learn'
      ? job.kind === 'draw'
        ? `/api/pictures/${job.result}/small`
        : `/api/videos/${job.result}/still`
      : undefined);
  return (
    <span className="job-preview">
      {small ? (
        <img src={small} alt="" loading="lazy" onError={(event) => event.currentTarget.remove()} />
      ) : (
        <Icon name={job.kind === 'learn' ? 'motion' : job.kind === 'draw' ? 'image' : 'video'} />
      )}
    </span>
  );
}
