/**
 * @file The jobs as the page sees them. What a job's files and process show is asked again only where they can have
 * changed; its events are read from where they were read to before.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { exists } from '../../checkpoints/exists.ts';
import { LampError } from '../../errors.ts';
import { wordPhrase } from '../../phrases.ts';
import { workFormSchema } from '../api/form-api.ts';
import type { ApiDamagedJob, ApiJob, Progress } from '../api/job-api.ts';
import type { Problem } from '../api/problem-api.ts';
import { addressOf } from '../api/routes.ts';
import { type Job, type JobCost, jobIdPattern } from '../jobs/job.ts';
import { readCost } from '../jobs/job-cost.ts';
import { jobPaths, readEvents, readJob, resultPath } from '../jobs/job-files.ts';
import type { StudioFolder } from '../studio-folder.ts';
import { type Catalogue, commandFor } from './catalogue.ts';
import { itemId } from './item-id.ts';
import { residentBytes } from './looks.ts';
import { pageVocabulary } from './page-vocabulary.ts';
import { problemOf, problemOfPacked } from './request-error.ts';
import { secondsLeftOf } from './run-pace.ts';

/** The jobs of a studio. */
export interface JobBook {
  /** All jobs, oldest first. */
  all(): Promise<Job[]>;
  /** All jobs by identifier. */
  byId(): Promise<ReadonlyMap<string, Job>>;
  /** A job for the page. */
  view(job: Job): Promise<ApiJob>;
  /** Of the jobs that `all` came upon last, those that cannot be read, and why; oldest first. */
  damaged(): ApiDamagedJob[];
  /** What a job said that people should know, the last of it. */
  remarks(id: string): Promise<ApiRemark[]>;
}

/** See `remarkSchema`. */
interface ApiRemark {
  readonly at: string;
  readonly message: string;
}

/** What the events of a job come to. */
interface Told {
  to: number;
  begun?: string | undefined;
  ended?: string | undefined;
  progress?: Progress | undefined;
  readonly remarks: ApiRemark[];
}

/** Remarks that are kept. */
const mostRemarks = 200;
/** Milliseconds in which a job that is being put may have no request yet. */
const beingPut = 5000;
/** Milliseconds after a change in which another one may have the same time. */
const sameTime = 100;

/** The jobs of a studio. Without a `catalogue`, which takes its time to come, commands are empty. */
export function jobBook(studio: StudioFolder, catalogue: () => Catalogue | undefined): JobBook {
  const known = new Map<string, { readonly mark: string; readonly job: Job; readonly until: number }>();
  const damaged = new Map<string, Problem>();
  const shown = new WeakMap<Job, ApiJob>();
  const told = new Map<string, Told>();
  const mark = async (id: string) => {
    const folder = await stat(jobPaths(studio, id).folder).catch(() => undefined);
    const run = await stat(resultPath(studio, { id, kind: 'learn', run: known.get(id)?.job.run })).catch(
      () => undefined,
    );
    const latest = Math.max(folder?.mtimeMs ?? 0, run?.mtimeMs ?? 0);
    return Date.now() - latest < sameTime ? undefined : `${folder?.mtimeMs} ${run?.mtimeMs}`;
  };
  const read = async (id: string): Promise<Job | undefined> => {
    const old = known.get(id);
    if (old && Date.now() < old.until) return old.job;
    const before = await mark(id);
    if (old && before !== undefined && old.mark === before && (await stillDone(old.job))) {
      known.set(id, { ...old, until: restingUntil(old.job) });
      return old.job;
    }
    const job = await readJob(studio, id).catch((error: unknown) => error as Error);
    if (job instanceof Error) {
      known.delete(id);
      if (await isBeingPut(studio, id)) return undefined;
      damaged.set(id, problemOfDamaged(job));
      return undefined;
    }
    damaged.delete(id);
    if (before !== undefined && job.state !== 'running') {
      known.set(id, { mark: before, job, until: 0 });
    } else known.delete(id);
    return job;
  };
  const tellOf = async (id: string): Promise<Told> => {
    const before: Told = told.get(id) ?? { to: 0, remarks: [] };
    told.set(id, before);
    const { events, to } = await readEvents(studio, id, before.to);
    // Somebody else may have read the same meanwhile.
    if (before.to >= to) return before;
    before.to = to;
    for (const event of events) fold(before, event);
    return before;
  };
  const all = async () => {
    const names = await readdir(studio.jobs).catch(() => []);
    const ids = names.filter((name) => jobIdPattern.test(name)).sort();
    const there = new Set(ids);
    for (const map of [known, damaged]) for (const id of map.keys()) if (!there.has(id)) map.delete(id);
    return (await Promise.all(ids.map(read))).filter((job) => job !== undefined);
  };
  return {
    all,
    byId: async () => new Map((await all()).map((job) => [job.id, job])),
    async view(job) {
      const before = shown.get(job);
      if (before) return before;
      const { id, kind, state, made, options } = job;
      // What is done is of no more interest in lists.
      const said = state === 'waiting' || state === 'done' ? undefined : await tellOf(id);
      const progress = said?.progress && { ...said.progress, ...(await whileRunning(studio, job)) };
      const result = await resultId(studio, job);
      const cost = state === 'waiting' || state === 'held' ? await costOf(studio, job) : {};
      const form = workFormSchema.safeParse(job.form);
      const known = catalogue();
      const view: ApiJob = {
        id,
        kind,
        title: titleOf(job),
        state,
        made,
        ...(said?.begun !== undefined && { begun: said.begun }),
        ...(said?.ended !== undefined && { ended: said.ended }),
        ...(progress && { progress }),
        ...(Object.keys(cost).length > 0 && { cost }),
        ...(result !== undefined && { result }),
        ...(job.state === 'failed' && { problem: problemOfPacked(job.error) }),
        settings: withoutPaths(options),
        ...(form.success && { form: form.data }),
        command: known ? commandFor(known, kind, commandOptions(studio, job)) : '',
      };
      if (known && isOver(job)) shown.set(job, view);
      return view;
    },
    damaged: () => [...damaged.keys()].sort().map((id) => ({ id, problem: damaged.get(id)! })),
    remarks: async (id) => (await tellOf(id)).remarks,
  };
}

/** What is wrong with a job's request, which nobody can download again. */
function problemOfDamaged(error: Error): Problem {
  const { kind, message } = problemOf(error);
  const said = error instanceof LampError ? wordPhrase(error.found, pageVocabulary) : message;
  return { kind, message: said, advice: ['Its request is lost. Remove it, and start the work again.'] };
}

/** Whether a job's folder is so new that its request may not have been written yet. */
async function isBeingPut(studio: StudioFolder, id: string): Promise<boolean> {
  const { folder, record } = jobPaths(studio, id);
  const made = await stat(folder).catch(() => undefined);
  return made === undefined || (!(await exists(record)) && Date.now() - made.mtimeMs < beingPut);
}

/** Whether a job has made its video or picture, which only deleting that changes. Runs can go on, or back. */
function isOver({ kind, state }: Job): boolean {
  return state === 'done' && kind !== 'learn';
}

/**
 * Until when a job is taken to be as it was: jobs that are over are looked at again after a few seconds, not all at the
 * same time, so that a thousand of them cost little.
 */
function restingUntil(job: Job): number {
  return isOver(job) ? Date.now() + 5000 * (1 + Math.random()) : 0;
}

async function stillDone(job: Job): Promise<boolean> {
  return (
    job.state !== 'done' ||
    (await stat(job.result).then(
      () => true,
      () => false,
    ))
  );
}

/** What a job that waits takes; of a training that has begun, its run folder knows best. */
async function costOf(studio: StudioFolder, job: Job): Promise<JobCost> {
  const cost = await readCost(studio, job.id);
  if (job.kind !== 'learn') return cost;
  const { steps } = job.options;
  const seconds = await secondsLeftOf(
    resultPath(studio, job),
    typeof steps === 'number' && job.run !== undefined ? steps : undefined,
  );
  return { ...cost, ...(seconds !== undefined && { seconds }) };
}

/** What is known of a job's process only while it runs. */
async function whileRunning(studio: StudioFolder, job: Job): Promise<Pick<Progress, 'memory' | 'preview'>> {
  if (job.state !== 'running') return {};
  const memory = await residentBytes(job.pid);
  const preview = await stat(jobPaths(studio, job.id).preview).catch(() => undefined);
  return {
    ...(memory > 0 && { memory }),
    ...(preview && { preview: `${addressOf('jobPreview', { id: job.id })}?${Math.round(preview.mtimeMs)}` }),
  };
}

/** Where the shown commands write what they make: the studio's own is there already. */
export const commandOut: Readonly<Record<Job['kind'], string>> = {
  learn: 'my-motion',
  generate: 'video.mp4',
  animate: 'video.mp4',
  edit: 'video.mp4',
  draw: 'picture.png',
};

/** The options of the command that does the same as a job; one that goes on with a training does so in its folder. */
function commandOptions(studio: StudioFolder, { kind, options, run }: Job): Record<string, unknown> {
  if (run === undefined) return { ...options, out: commandOut[kind] };
  return { out: join(studio.motions, run), resume: true, ...options };
}

/** What people call a job. */
export function titleOf({ title, options, kind }: Pick<Job, 'title' | 'options' | 'kind'>): string {
  return title ?? (typeof options.prompt === 'string' ? options.prompt : kind);
}

/** The identifier of what a job makes, if it is there. */
async function resultId(studio: StudioFolder, job: Job): Promise<string | undefined> {
  if (job.kind === 'learn') {
    const there = await stat(resultPath(studio, job)).catch(() => undefined);
    return there && itemId(`motions/${job.run ?? job.id}`);
  }
  if (job.state !== 'done') return undefined;
  return itemId(`${job.kind === 'draw' ? 'pictures' : 'videos'}/${basename(job.result)}`);
}

const withPaths = new Set([
  ...['base', 'clips', 'clipParts', 'heldOut', 'clip', 'motion', 'motions', 'startFrom'],
  ...['firstFrame', 'firstFrameBase', 'picture', 'from', 'out', 'run'],
]);

/** Settings without those that are paths. */
export function withoutPaths(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !withPaths.has(name)));
}

function fold(
  told: Told,
  event: Readonly<Record<string, unknown>> & { readonly type: string; readonly at: string },
) {
  const number = (name: string) => (typeof event[name] === 'number' ? event[name] : 0);
  switch (event.type) {
    case 'begun':
      told.begun = event.at;
      told.ended = undefined;
      told.progress = undefined;
      break;
    case 'done':
    case 'failed':
    case 'stopped':
    case 'madeWay':
      told.ended = event.at;
      break;
    case 'progress':
      told.progress = { stage: String(event.stage), done: number('done'), total: number('total') };
      break;
    case 'step':
      told.progress = {
        stage: 'training',
        done: number('step'),
        total: number('steps'),
        loss: number('loss'),
        secondsPerStep: number('seconds'),
        secondsLeft: number('secondsLeft'),
      };
      break;
    case 'notice':
      told.remarks.push({ at: event.at, message: String(event.message) });
      told.remarks.splice(0, told.remarks.length - mostRemarks);
      break;
  }
}
