/** @file The answers that views show, kept true by the server's events. */
import { useCallback, useSyncExternalStore } from 'react';
import type { changing, StudioEvent } from '../../api/event-api.ts';
import type { ApiJob, Progress } from '../../api/job-api.ts';
import { type AnswerOf, addressOf, type RouteName } from '../../api/routes.ts';
import { AnswerCache, type Answered } from './answer-cache.ts';
import { ask, problemOf, type Question } from './api-client.ts';
import { currentConnection, onStudioEvent, startLiveEvents, watchConnection } from './live-events.ts';

const cache = new AnswerCache(problemOf);
const progresses = new Map<string, Progress>();
const progressWatchers = new Map<string, Set<() => void>>();

/** The beginnings of addresses whose answers depend on what has changed. */
const concerned: Readonly<Record<(typeof changing)[number], readonly string[]>> = {
  motions: ['/api/motions', '/api/jobs/', '/api/machine/disk'],
  clips: ['/api/clip', '/api/machine/disk'],
  videos: ['/api/videos', '/api/machine/disk'],
  pictures: ['/api/pictures', '/api/machine/disk'],
  bases: ['/api/base'],
  jobs: ['/api/jobs'],
  trash: ['/api/trash', '/api/machine/disk'],
};

/** Begins to follow the server. */
export function startStudioState(): void {
  onStudioEvent(takeEvent);
  startLiveEvents();
}

function takeEvent(event: StudioEvent): void {
  if (event.type === 'hello') {
    cache.invalidate((key) => !key.startsWith('/api/machine/doctor'));
  } else if (event.type === 'changed') {
    outdate(event.what);
  } else if (event.type === 'job') {
    const { job } = event;
    // How far an attempt was says nothing of the next one, nor of a command that goes on with the same training.
    if (job.state !== 'running') progresses.delete(job.id);
    else if (job.progress) tellProgress(job.id, job.progress);
    cache.change<AnswerOf<'jobs'>>('/api/jobs', (queue) => ({ ...queue, jobs: withJob(queue.jobs, job) }));
    cache.change<ApiJob>(addressOf('job', { id: job.id }), () => job);
  } else {
    // With a new stage there may be more of a job, such as the motion that it makes, or a base that is here now.
    const stage = progresses.get(event.job)?.stage;
    if (stage !== event.progress.stage)
      outdate('jobs', ...(stage === 'downloading' ? (['bases'] as const) : []));
    tellProgress(event.job, event.progress);
  }
}

/** Has answers asked for again that depend on what somebody has just changed. */
export function outdate(...what: (typeof changing)[number][]): void {
  const beginnings = what.flatMap((each) => concerned[each]);
  cache.invalidate((key) => beginnings.some((beginning) => key.startsWith(beginning)));
}

/** Asks for one answer again, by the name of its request. */
export function askAgain(name: RouteName): void {
  cache.invalidate((key) => key === addressOf(name));
}

function withJob(jobs: readonly ApiJob[], job: ApiJob): ApiJob[] {
  return jobs.map((each) => (each.id === job.id ? job : each));
}

function tellProgress(job: string, progress: Progress): void {
  const known = progresses.get(job);
  // A message without a picture does not take the last one away.
  const preview = progress.preview ?? known?.preview;
  progresses.set(job, preview === undefined ? progress : { ...progress, preview });
  for (const watcher of progressWatchers.get(job) ?? []) watcher();
}

/** The answer to a request, kept true; with `null` as the question nothing is asked. */
export function useAnswer<Name extends RouteName>(
  name: Name,
  question: Pick<Question<Name>, 'ids' | 'query'> | null = {},
): Answered<AnswerOf<Name>> {
  const key = question ? addressOf(name, question.ids, question.query) : '';
  // The key says all that the question does.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const watch = useCallback(
    (listener: () => void) =>
      question ? cache.watch(key, () => ask(name, question as Question<Name>), listener) : () => {},
    [key],
  );
  return useSyncExternalStore(watch, () => (key === '' ? nothing : cache.get<AnswerOf<Name>>(key)));
}

const nothing: Answered<never> = { loading: false };

/** How far a job is, as the last message says; `undefined` as long as there was none. */
export function useProgress(job: string | undefined): Progress | undefined {
  const watch = useCallback(
    (listener: () => void) => {
      if (job === undefined) return () => {};
      const watchers = progressWatchers.get(job) ?? new Set();
      progressWatchers.set(job, watchers.add(listener));
      return () => watchers.delete(listener);
    },
    [job],
  );
  return useSyncExternalStore(watch, () => (job === undefined ? undefined : progresses.get(job)));
}

/** Whether the server is heard. */
export function useConnection() {
  return useSyncExternalStore(watchConnection, currentConnection);
}
