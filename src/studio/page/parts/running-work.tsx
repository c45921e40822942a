/** @file What is being worked on, in a corner of every view. */
import { duration } from '../../../duration.ts';
import type { ApiJob } from '../../api/job-api.ts';
import { useProgress } from '../core/studio-state.ts';
import { jobKindWords, shareOf, stageWords } from '../core/wording.ts';
import { ProgressBar } from './progress-bar.tsx';

/** The first job that runs, or that none runs although some wait. */
export function RunningWork({
  jobs,
  paused,
}: {
  readonly jobs: readonly ApiJob[];
  readonly paused: boolean;
}) {
  const running = jobs.find(({ state }) => state === 'running');
  const waiting = jobs.filter(({ state }) => state === 'waiting').length;
  const progress = useProgress(running?.id) ?? running?.progress;
  if (!running) {
    if (!paused || waiting === 0) return null;
    return (
      <a className="running" href="#/queue">
        <span className="running-title">The queue is paused</span>
        <span className="running-state">{waiting} waiting</span>
      </a>
    );
  }
  const left = progress?.secondsLeft;
  return (
    <a className="running" href={hrefOfJob(running)}>
      <span className="running-title">{running.title}</span>
      <ProgressBar share={shareOf(progress)} label={`${jobKindWords[running.kind]}: ${running.title}`} />
      <span className="running-state">
        <span>{stageWords(progress?.stage)}</span>
        {left !== undefined && <span>{duration(left)} left</span>}
      </span>
    </a>
  );
}

/** Where a job's work is seen. */
export function hrefOfJob({ id, kind, result, state }: ApiJob): string {
  if (result !== undefined && kind === 'learn') return `#/motions/${result}`;
  if (result !== undefined && state === 'done') return kind === 'draw' ? '#/pictures' : `#/videos/${result}`;
  return `#/jobs/${id}`;
}
