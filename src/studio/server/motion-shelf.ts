/** @file The motions of a studio: run folders, whoever made them, and motion files. */
import { open, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { lockOwner } from '../../training/run-lock.ts';
import { runPaths } from '../../training/run-paths.ts';
import type { Progress } from '../api/job-api.ts';
import type { ApiMotion, ApiMotionDetail } from '../api/motion-api.ts';
import { addressOf } from '../api/routes.ts';
import type { Job } from '../jobs/job.ts';
import { readShownRun, type ShownRun } from '../run-record.ts';
import { commandFor } from './catalogue.ts';
import { itemId } from './item-id.ts';
import { commandOut, titleOf, withoutPaths } from './job-book.ts';
import { residentBytes } from './looks.ts';
import { latestMetrics } from './metrics-columns.ts';
import { notHere, problemOf, RequestError } from './request-error.ts';
import { lastCheckpoint, paceOf } from './run-pace.ts';
import { bytesIn, itemsIn, latestFirst, type ShelfItem } from './shelf.ts';
import type { StudioContext } from './studio-context.ts';

/** A motion, and where it is. */
export interface MotionItem {
  readonly item: ShelfItem;
  readonly kind: 'run' | 'file';
  /** The job that makes it or made it. */
  readonly job: Job | undefined;
}

type Context = Pick<StudioContext, 'folder' | 'titles' | 'jobs' | 'queue' | 'looks' | 'catalogue' | 'bases'>;

/** The motions, latest first. A folder that holds no run yet is shown if a job works in it. */
export async function motionItems({ folder, queue }: Context): Promise<MotionItem[]> {
  // As the queue has them: one that is to go on waits until its process has begun.
  const [items, all] = [await itemsIn(folder.motions, 'motions'), await queue.list()];
  const found = await Promise.all(
    latestFirst(items).map(async (item): Promise<MotionItem[]> => {
      const job = all.find(({ kind, run, id }) => kind === 'learn' && (run ?? id) === item.name);
      if (!item.isFolder)
        return extname(item.name) === '.safetensors' ? [{ item, kind: 'file', job: undefined }] : [];
      const isRun = job || (await isThere(runPaths(item.path).record));
      return isRun ? [{ item, kind: 'run', job }] : [];
    }),
  );
  return found.flat();
}

/** The motion with an identifier. Throws `RequestError`. */
export async function findMotion(context: Context, id: string): Promise<MotionItem> {
  const found = (await motionItems(context)).find(({ item }) => item.id === id);
  if (!found) throw notHere('motion');
  return found;
}

/** The file of a motion. Throws `RequestError` where there is none yet. */
export async function motionFile({ item, kind }: MotionItem): Promise<string> {
  const path = kind === 'file' ? item.path : runPaths(item.path).motion;
  if (!(await isThere(path))) throw notHere('motion file: its training has not written one yet');
  return path;
}

/** A motion for lists. */
export async function shownMotion(context: Context, motion: MotionItem): Promise<ApiMotion> {
  const { item, kind, job } = motion;
  const { id, changed, place, name } = item;
  const common = { id, kind, changed: new Date(changed).toISOString() };
  if (kind === 'file') return shownFile(context, motion);
  const paths = runPaths(item.path);
  const file = await stat(paths.motion).catch(() => undefined);
  const usable = file?.isFile() ?? false;
  const run = await readShownRun(item.path).catch((error: unknown) => error as Error);
  const title = context.titles.of(place) ?? (job ? titleOf(job) : name);
  const working = (await lockOwner(item.path)) !== undefined;
  const stateOfJob = job && { running: 'learning', waiting: 'waiting' }[job.state as string];
  if (run instanceof Error) {
    // A job that has just begun has not written it yet.
    const begins = working || stateOfJob !== undefined || !(await isThere(paths.record));
    return {
      ...common,
      title,
      usable,
      state: begins ? ((stateOfJob as ApiMotion['state']) ?? (working ? 'learning' : 'stopped')) : 'damaged',
      ...(job && { job: job.id }),
      ...(!begins && { problem: problemOf(run) }),
    };
  }
  const { settings, base, started, finished } = run;
  const isDone = finished !== null && usable;
  const taken = (await latestMetrics(paths.metrics)).at(-1)?.step ?? 0;
  // Steps after the last checkpoint are taken again.
  const rests = !working && !isDone;
  const steps = rests ? Math.min(taken, (await lastCheckpoint(item.path)) ?? taken) : taken;
  const [sample] = (await samplesOf(item, run)).slice(-1);
  return {
    ...common,
    title: context.titles.of(place) ?? (job ? titleOf(job) : name),
    state: working ? 'learning' : ((stateOfJob as ApiMotion['state']) ?? (isDone ? 'done' : 'stopped')),
    usable,
    ...(job && { job: job.id }),
    base: base.name,
    ...pickShape(settings),
    steps,
    wantedSteps: settings.steps,
    ...(file && { bytes: file.size }),
    made: started,
    ...(sample && { preview: sample.loop }),
  };
}

function pickShape({ prompt, frames, width, height }: ShownRun['settings']) {
  return {
    ...(prompt !== undefined && { prompt }),
    ...(frames !== undefined && { frames }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}

async function shownFile({ titles, looks }: Context, { item }: MotionItem): Promise<ApiMotion> {
  const { id, name, place, bytes, changed } = item;
  const title = titles.of(place) ?? name.replace(/\.safetensors$/, '');
  const common = { id, kind: 'file' as const, title, bytes, changed: new Date(changed).toISOString() };
  const found = await described(looks, item);
  if (found instanceof Error)
    return { ...common, state: 'damaged', usable: false, problem: problemOf(found) };
  const { baseName, prompt, frames, width, height, framesPerSecond, steps } = found;
  return {
    ...common,
    state: 'done',
    usable: true,
    base: baseName,
    ...{ prompt, frames, width, height, framesPerSecond },
    // 0: unknown.
    ...(steps > 0 && { steps, wantedSteps: steps }),
  };
}

interface Described {
  readonly baseName: string;
  readonly prompt: string;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly steps: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What motion files say of themselves, by what they were when they were read. */
const descriptions = new Map<string, Promise<Described | Error>>();

/** What a motion file says of itself, read once, by a process of its own. */
async function described(
  looks: Context['looks'],
  { path, changed, bytes }: Pick<ShelfItem, 'path' | 'changed' | 'bytes'>,
): Promise<Described | Error> {
  const key = `${path} ${changed} ${bytes}`;
  const known =
    descriptions.get(key) ??
    looks.run('describe', { path }).then(
      (found) => (found.kind === 'motion' ? found : new Error('this is no motion')),
      (error: Error) => error,
    );
  descriptions.set(key, known);
  return known;
}

/** A motion with its training. */
export async function motionDetail(context: Context, motion: MotionItem): Promise<ApiMotionDetail> {
  const { item, kind } = motion;
  const shown = await shownMotion(context, motion);
  const bases = await context.bases.list();
  if (kind === 'file') {
    const found = await described(context.looks, item);
    return {
      ...shown,
      settings: found instanceof Error ? {} : withoutPaths(found.settings),
      ...baseIdOf(bases, shown.base, undefined),
      clips: [],
      samples: [],
      checkpoints: [],
      disk: { whole: item.bytes, motion: item.bytes, checkpoints: 0, samples: 0, leftovers: 0 },
    };
  }
  const paths = runPaths(item.path);
  const run = await readShownRun(item.path).catch(() => undefined);
  const disk = {
    whole: await bytesIn(item.path),
    motion: shown.bytes ?? 0,
    checkpoints: await bytesIn(paths.checkpoints),
    samples: await bytesIn(paths.samples),
    leftovers: (await bytesIn(paths.latents)) + (await bytesIn(paths.scenes)),
  };
  const settings = run ? askedSettings(run.settings) : {};
  const progress = await progressOf(context, motion, run);
  return {
    ...shown,
    settings: withoutPaths(settings),
    ...baseIdOf(bases, run?.base.name, run?.settings.base),
    clips: [
      ...(run?.clips ?? []).map((clip) => learnedClip(context, clip)),
      ...(run?.heldOut ?? []).map((clip) => ({ ...learnedClip(context, clip), heldOut: true })),
    ],
    samples: run ? await samplesOf(item, run) : [],
    checkpoints: await checkpointsOf(item),
    ...(progress && { progress }),
    ...(run && {
      command: commandFor(await context.catalogue(), 'learn', {
        ...chosenOf(settings),
        out: commandOut.learn,
      }),
    }),
    disk,
  };
}

/** How far a training is: its job says so; of one that the studio did not begin, its folder and its process. */
async function progressOf(
  { jobs }: Context,
  { item, job }: MotionItem,
  run: ShownRun | undefined,
): Promise<Progress | undefined> {
  if (job?.state === 'running') return (await jobs.view(job)).progress;
  const owner = await lockOwner(item.path);
  if (owner === undefined || run === undefined) return undefined;
  const total = run.settings.steps;
  const { last, secondsLeft } = await paceOf(item.path, total);
  const memory = await residentBytes(owner);
  return {
    stage: last ? 'training' : 'beginning',
    done: last?.step ?? 0,
    total,
    ...(last && {
      loss: last.loss,
      secondsPerStep: last.seconds,
      ...(secondsLeft !== undefined && { secondsLeft }),
    }),
    ...(memory > 0 && { memory }),
  };
}

/** A clip of a run; one that is in the studio can be looked at. */
function learnedClip(
  { folder: { root } }: Context,
  { path, caption, frameCount }: ShownRun['clips'][number],
): ApiMotionDetail['clips'][number] {
  return {
    name: path.split(/[/\\]/).at(-1) ?? '',
    ...(path.startsWith(`${root}/`) && { clip: itemId(path.slice(root.length + 1)) }),
    ...(caption !== undefined && { caption }),
    ...(frameCount !== undefined && { frames: frameCount }),
  };
}

/** The settings of a run, without prompts that were added for samples which only who asks for them gets. */
function askedSettings({ samplePrompts, ...settings }: ShownRun['settings']): Record<string, unknown> {
  return { ...settings, ...(samplePrompts && settings.sampleEvery !== 0 && { samplePrompts }) };
}

/** The settings of a run without those that say nothing, such as empty lists and groups. */
function chosenOf({ variant, ...others }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isEmpty = (value: unknown) =>
    typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  const entries = Object.entries(others).filter(([, value]) => !isEmpty(value));
  return { ...Object.fromEntries(entries), ...(typeof variant === 'string' && { variant }) };
}

function baseIdOf(
  bases: readonly { readonly id: string; readonly name: string; readonly path: string }[],
  name: string | undefined,
  path: string | undefined,
): { readonly baseId?: string } {
  const found =
    bases.find((base) => path !== undefined && base.path === path) ??
    bases.find((base) => base.name === name);
  return found ? { baseId: found.id } : {};
}

/** The samples of a run, in the order of their steps. */
export async function samplesOf(item: ShelfItem, { settings }: Pick<ShownRun, 'settings'>) {
  const samples = (await sampleFiles(item)).flatMap(({ step, ...file }) => {
    const [, number, format] = /-(\d+)\.(mp4|gif)$/.exec(file.name) ?? [];
    return number === undefined
      ? []
      : [{ file, step, number: Number(number) - 1, format: format as 'mp4' | 'gif' }];
  });
  samples.sort((a, b) => a.step - b.step || a.number - b.number);
  return samples.map(({ file, step, number, format }) => {
    const prompt = settings.samplePrompts?.[number] ?? settings.prompt;
    const address = (form: string) => addressOf('sampleFile', { id: item.id, sample: file.id, form });
    return {
      id: file.id,
      step,
      number,
      format,
      ...(prompt !== undefined && { prompt }),
      plays: address('plays'),
      webm: address('webm'),
      loop: address('loop'),
      still: address('still'),
      bytes: file.bytes,
    };
  });
}

/** The files of a run's samples, each with the step after which it was made. */
export async function sampleFiles(item: ShelfItem): Promise<(ShelfItem & { readonly step: number })[]> {
  const files = await itemsIn(runPaths(item.path).samples, `${item.place}/samples`);
  return files.flatMap((file) => {
    const step = /^(\d{6,})-/.exec(file.name)?.[1];
    return step === undefined ? [] : [{ ...file, step: Number(step) }];
  });
}

/** The file of a sample or checkpoint of a run. Throws `RequestError`. */
export async function partOfRun(
  { item }: MotionItem,
  part: 'samples' | 'checkpoints',
  id: string,
): Promise<ShelfItem> {
  const found = (await itemsIn(runPaths(item.path)[part], `${item.place}/${part}`)).find(
    (each) => each.id === id,
  );
  if (!found || found.isFolder) throw notHere(part === 'samples' ? 'sample' : 'checkpoint');
  return found;
}

/** The checkpoints of a run, latest first. */
export async function checkpointsOf(item: ShelfItem) {
  const files = await itemsIn(runPaths(item.path).checkpoints, `${item.place}/checkpoints`);
  const checkpoints = await Promise.all(
    files.map(async ({ id, name, bytes, changed, path }) => {
      const step = /^step-(\d{6,})\.safetensors$/.exec(name)?.[1];
      if (step === undefined) return [];
      const made = new Date(changed).toISOString();
      return [{ id, step: Number(step), bytes, made, usable: await holdsMotion(path) }];
    }),
  );
  return checkpoints.flat().sort((a, b) => b.step - a.step);
}

/**
 * Throws `RequestError` for a training that is to end after another number of steps than its learning rate, which falls
 * along a cosine, was begun for.
 */
export async function assertMayEnd({ path }: ShelfItem, steps: number | undefined): Promise<void> {
  const run = await readShownRun(path).catch(() => undefined);
  if (steps === undefined || run?.settings.schedule !== 'cosine' || run.settings.steps === steps) return;
  throw new RequestError(
    409,
    `its learning rate falls along a cosine, which ends at step ${run.settings.steps}: it can go on to there, but not to step ${steps}`,
    ['To learn longer, teach a new motion that begins with this one.'],
  );
}

/** Bytes at the beginning of a checkpoint's header that hold its metadata's first names. */
const headerBytes = 4096;

/** Whether a checkpoint says what motion it is of; those of earlier versions do not. */
async function holdsMotion(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 8);
    return /^\{"__metadata__":\{.*"motion":"/s.test(buffer.subarray(0, bytesRead).toString('utf8'));
  } finally {
    await file.close();
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** What of a complete run may be removed: encoded clips and drawn scenes. */
export function leftoversOf({ item }: MotionItem): string[] {
  const { latents, scenes } = runPaths(item.path);
  return [latents, scenes];
}
