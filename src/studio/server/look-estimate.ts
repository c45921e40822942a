/** @file What work would take on this machine, and what is wrong with it, before it is put; in a process of its own. */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesText } from '../../amounts.ts';
import { checkOptions } from '../../check-options.ts';
import { LampError } from '../../errors.ts';
import type { OnEvent } from '../../events.ts';
import { onDevice } from '../../library/chosen-device.ts';
import { settingsOfCalls } from '../../library/list-settings.ts';
import { latents, samplingSeconds, whatFits } from '../../library/what-fits.ts';
import type { Size } from '../../media/size.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { vaeFactor } from '../../models/configs.ts';
import { assertPictureSize, recommendedSize } from '../../models/picture-size.ts';
import { outlineInPrecision } from '../../models/precision.ts';
import { pictureCost } from '../../models/sampling-cost.ts';
import { assertFitsBase, type MotionInfo, readMotionOutline } from '../../motion/file/motion-file.ts';
import { findMotionFile } from '../../motion/file/motion-path.ts';
import { wordFor } from '../../phrases.ts';
import { type DrawRequest, resolveDrawSettings } from '../../pipelines/draw/draw-picture.ts';
import { pictureFlops } from '../../pipelines/draw/far-size.ts';
import { takenAtOnce } from '../../pipelines/draw/predictors.ts';
import { pictureSampling, recommendedSampling } from '../../pipelines/draw/sampling-settings.ts';
import type { EditRequest } from '../../pipelines/edit/edit-request.ts';
import { prepareEdit } from '../../pipelines/edit/prepare-edit.ts';
import {
  recommendedVideoSettings,
  resolveVideoSettings,
  videoSettings,
} from '../../pipelines/video/video-settings.ts';
import { checkDevice, type DeviceName } from '../../runtime/devices.ts';
import { freeMemory, mostMemory } from '../../runtime/free-memory.ts';
import type { Precision } from '../../runtime/running-settings.ts';
import { estimatedSeconds } from '../../runtime/work-time.ts';
import { namesOf, withoutUndefined } from '../../settings.ts';
import { trainingCost } from '../../training/training-cost.ts';
import {
  parseSettings,
  presets,
  recommendedTraining,
  type TrainingInput,
  type TrainingSettings,
} from '../../training/training-settings.ts';
import type { Estimate } from '../api/form-api.ts';
import { type JobKind, jobCalls } from '../jobs/job.ts';
import { pageVocabulary } from './page-vocabulary.ts';
import { problemOf } from './request-error.ts';

/** Options of a job's call, with paths. `base` is the path of a base that is here, or absent. */
export interface EstimateQuestion {
  readonly kind: JobKind;
  readonly options: Readonly<Record<string, unknown>>;
  readonly base: string | undefined;
}

/** See `estimateSchema`. */
export async function estimateWork({ kind, options, base }: EstimateQuestion): Promise<Estimate> {
  const estimate: Estimate = { problems: [], notices: [], advice: [] };
  try {
    const call = jobCalls[kind];
    checkOptions(
      call,
      { ...options, ...(kind === 'learn' && { out: 'run' }) },
      settingsOfCalls[call] as never,
    );
    if (base === undefined) {
      return { ...estimate, notices: ['What it takes can be said once the base has been downloaded.'] };
    }
    const opened = await openBaseModel(base === 'built-in' ? builtInBase() : base);
    const model = outlineInPrecision(opened, (options as { precision?: Precision }).precision ?? 'f32');
    const machine = await machineFor(options);
    return { ...estimate, ...onMachine(machine, await found[kind](model, options, machine)) };
  } catch (error) {
    if (!(error instanceof LampError)) throw error;
    return { ...estimate, problems: [problemOf(error)] };
  }
}

type Options = Readonly<Record<string, unknown>>;

/** What computes. */
interface Machine {
  readonly device: DeviceName;
  readonly memory: { readonly whole: number; readonly free: number };
  /** Estimated seconds for so many floating-point operations. */
  readonly seconds: (flops: number) => number;
}

/** What is chosen to compute, measured. Throws `DeviceError` where it does not work here. */
async function machineFor({ device: name = 'cpu', memory, precision }: Options): Promise<Machine> {
  const choice = { device: String(name), memory, precision } as Parameters<typeof onDevice>[0];
  const { device } = await onDevice(choice, {});
  await checkDevice(device);
  const secondsEach = await estimatedSeconds(1, device);
  const free = device === 'cpu' ? freeMemory() : Number.MAX_SAFE_INTEGER;
  return { device, memory: { whole: mostMemory(), free }, seconds: (flops) => flops * secondsEach };
}

/** Of a card's memory nothing is known: what is needed is told in words. */
function onMachine({ device }: Machine, estimate: Partial<Estimate>): Partial<Estimate> {
  if (device === 'cpu' || !estimate.memory) return estimate;
  const { memory, ...others } = estimate;
  const notices = [
    `It needs about ${bytesText(memory.needed)} of the graphics card's memory; how much that has is not known here.`,
  ];
  return { ...others, notices };
}

const found: Readonly<
  Record<JobKind, (base: BaseModel, options: Options, machine: Machine) => Promise<Partial<Estimate>>>
> = { learn: ofTraining, generate: ofVideo, animate: ofVideo, edit: ofEdit, draw: ofPicture };

async function ofTraining(base: BaseModel, options: Options, machine: Machine): Promise<Partial<Estimate>> {
  const {
    preset,
    useRecommended = preset === undefined,
    // What it begins with changes nothing of what it takes.
    startFrom: _,
    ...given
  } = options as Partial<TrainingInput> & {
    readonly startFrom?: unknown;
    readonly preset?: keyof typeof presets;
    readonly useRecommended?: boolean;
  };
  const settings = parseSettings({
    ...(useRecommended && recommendedTraining(base.settings)),
    ...(preset && presets[preset]),
    prompt: '',
    ...given,
    base: base.folder,
  });
  return trainingWith(base, settings, machine);
}

function trainingWith(
  base: BaseModel,
  settings: TrainingSettings,
  { memory, seconds }: Machine,
): Partial<Estimate> {
  const { frames, width, height, steps, accumulation, batch } = settings;
  const size = { width, height };
  assertPictureSize(base.vae.config, size);
  const { videos } = whatFits(base, { ...settings, bytes: memory.free, frames, size, seconds });
  const [{ train, generate } = {}] = videos;
  const fits = train !== undefined && train.rank === settings.rank;
  const mode = fits ? train.memory : undefined;
  const shape = latents(base, batch, { ...size, frames });
  const cost = trainingCost(base.unet, shape, base.tokenizer.maxLength, {
    ...settings,
    memory: mode ?? 'low',
  });
  const secondsPerStep = seconds(accumulation * cost.flops);
  const samples = samplesOf(settings, base, generate?.secondsPerStep);
  return {
    memory: { ...memory, needed: cost.bytes, fits, ...(mode && { mode }) },
    time: { secondsPerStep, steps, seconds: steps * secondsPerStep, ...(samples && { samples }) },
    // Two checkpoints of parameters and two moments, and the motion.
    disk: 4 * cost.parameters * 7,
    size,
    frames,
    advice: fits ? [] : waysThatFit(base, settings, memory.free, size, train?.rank),
  };
}

function samplesOf(
  {
    sampleEvery,
    samplePrompts,
    steps,
  }: { sampleEvery: number; samplePrompts: readonly string[]; steps: number },
  base: BaseModel,
  secondsPerStep: number | undefined,
) {
  if (sampleEvery === 0 || secondsPerStep === undefined) return undefined;
  const videos = Math.floor(steps / sampleEvery) * Math.max(1, samplePrompts.length);
  const { samplerSteps } = resolveVideoSettings({}, recommendedVideoSettings(base.settings));
  return { videos, seconds: videos * samplerSteps * secondsPerStep };
}

/** Smaller trainings that fit, the largest first. */
function waysThatFit(
  base: BaseModel,
  settings: Parameters<typeof whatFits>[1] extends infer Q
    ? Omit<Q & { frames: number }, 'bytes' | 'size' | 'seconds'>
    : never,
  bytes: number,
  size: Size,
  rank: number | undefined,
): Estimate['advice'] {
  if (rank !== undefined) {
    return [
      { message: `It fits with factors of rank ${rank} in place of whole matrices.`, settings: { rank } },
    ];
  }
  const { videos } = whatFits(base, {
    ...settings,
    bytes,
    frames: undefined,
    size: undefined,
    seconds: () => 0,
  });
  const fitting = videos
    .filter(({ train, width, height, frames }) => {
      const smaller = width * height * frames <= size.width * size.height * settings.frames;
      return train !== undefined && smaller;
    })
    .sort((a, b) => b.width * b.height * b.frames - a.width * a.height * a.frames);
  return fitting.slice(0, 3).map(({ width, height, frames, train }) => ({
    message: `${width} × ${height} with ${frames} frames needs ${bytesText(train!.bytes)}.`,
    settings: { width, height, frames, ...(train!.rank !== 0 && { rank: train!.rank }) },
  }));
}

async function ofVideo(base: BaseModel, options: Options, machine: Machine): Promise<Partial<Estimate>> {
  const {
    motions = [],
    samplerSteps: asked,
    ...given
  } = options as {
    readonly motions?: readonly { readonly motion: string }[];
    readonly samplerSteps?: number;
    readonly frames?: number;
    readonly width?: number;
    readonly height?: number;
  };
  const paths = await Promise.all(motions.map(({ motion }) => findMotionFile(motion)));
  const outlines = await Promise.all(paths.map(readMotionOutline));
  const [first] = outlines;
  if (!first) return {};
  const notices: string[] = [];
  const onEvent: OnEvent = (event) => event.type === 'notice' && notices.push(wordFor(event, pageVocabulary));
  for (const [i, outline] of outlines.entries()) assertFitsBase(paths[i]!, outline, base, { onEvent });
  const { info } = first;
  const { frames = info.frames, width = info.width, height = info.height } = given;
  const size = { width, height };
  assertPictureSize(base.vae.config, size);
  const { samplerSteps } = resolveVideoSettings(
    asked === undefined ? {} : { samplerSteps: asked },
    recommendedVideoSettings(base.settings),
  );
  return { ...samplingWith(base, { ...info, ...size, frames }, samplerSteps, machine), notices };
}

/** Sampling a video with a motion: guided steps, of which each is counted whole, so that a half is one without. */
function samplingWith(
  base: BaseModel,
  video: Size & { readonly frames: number } & Pick<MotionInfo, 'variant' | 'rank'>,
  steps: number,
  { memory, seconds }: Machine,
): Partial<Estimate> {
  const { frames, width, height, variant, rank = 0 } = video;
  const size = { width, height };
  const ways = (bytes: number) =>
    whatFits(base, { ...{ bytes, frames, size, variant, rank, batch: 1 }, seconds }).videos[0]?.generate;
  const fitting = ways(memory.free);
  const way = fitting ?? ways(Number.MAX_SAFE_INTEGER);
  if (!way) return {};
  return {
    memory: {
      ...memory,
      needed: way.bytes,
      fits: fitting !== undefined,
      ...(fitting && { mode: way.memory }),
    },
    time: { secondsPerStep: way.secondsPerStep, steps, seconds: steps * way.secondsPerStep },
    size,
    frames,
    advice: fitting ? [] : [{ message: 'Fewer frames or a smaller size need less memory.' }],
  };
}

/**
 * Learning the clip's motion, if none is given, inverting the clip, and sampling. Where a motion is learned, inverting
 * and sampling are the time of a sample. Throws what would be refused, also of the clip.
 */
async function ofEdit(base: BaseModel, options: Options, machine: Machine): Promise<Partial<Estimate>> {
  const { clip, prompt, clipPrompt, motion, training, frames, width, height, ...others } = options as Partial<
    EditRequest & { frames: number; width: number; height: number }
  >;
  const { useRecommended = true, memory, precision } = others;
  const prepared = await prepareEdit({
    ...(others.inversionSteps !== undefined && { inversionSteps: others.inversionSteps }),
    ...{ clip: clip!, prompt: prompt!, useRecommended, memory, precision, device: machine.device },
    // Nothing is written, and nothing of an earlier edit is looked for.
    run: join(tmpdir(), `lamp-edit-${randomUUID()}`),
    base: base.folder,
    ...(clipPrompt !== undefined && { clipPrompt }),
    ...(motion !== undefined && { motion }),
    training: withoutUndefined({ ...training, frames, width, height }),
    sampling: withoutUndefined(
      Object.fromEntries(namesOf(videoSettings).map((name) => [name, (others as Options)[name]])),
    ),
  });
  const { size, variant, source, sampling, inversionSteps } = prepared;
  const rank = 'motion' in source ? source.motion.info.rank : source.settings.rank;
  const steps = sampling.samplerSteps + inversionSteps;
  // Steps of the inversion are not guided, and take half of the time.
  const whole = sampling.samplerSteps + inversionSteps / 2;
  const video = { ...size, frames: prepared.frames, variant, ...(rank !== undefined && { rank }) };
  const sampled = samplingWith(base, video, whole, machine);
  if ('motion' in source) {
    const { time } = sampled;
    return { ...sampled, ...(time && { time: { ...time, steps, secondsPerStep: time.seconds / steps } }) };
  }
  const learned = trainingWith(base, source.settings, machine);
  const larger = (sampled.memory?.needed ?? 0) > (learned.memory?.needed ?? 0) ? sampled : learned;
  const { time } = learned;
  return {
    ...learned,
    ...(larger.memory && { memory: larger.memory }),
    ...(time && { time: { ...time, samples: { videos: 1, seconds: sampled.time?.seconds ?? 0 } } }),
    advice: [...(learned.advice ?? []).map(inEdit), ...(sampled.advice ?? [])],
  };
}

/** Advice on a training, for an edit: its shape is the edit's, and all else is under `training`. */
function inEdit({ message, settings }: Estimate['advice'][number]): Estimate['advice'][number] {
  if (!settings) return { message };
  const isShape = ([name]: readonly [string, unknown]) => ['width', 'height', 'frames'].includes(name);
  const entries = Object.entries(settings);
  const training = Object.fromEntries(entries.filter((each) => !isShape(each)));
  const shape = Object.fromEntries(entries.filter(isShape));
  return { message, settings: { ...shape, ...(Object.keys(training).length > 0 && { training }) } };
}

/** Drawing, or redrawing, which takes at most as many steps. */
async function ofPicture(
  base: BaseModel,
  options: Options,
  { memory, seconds }: Machine,
): Promise<Partial<Estimate>> {
  const { width, height, prompt = '', ...given } = options as Partial<DrawRequest & Size>;
  const usual = width !== undefined && height !== undefined ? { width, height } : recommendedSize(base);
  const size = { width: width ?? usual.width, height: height ?? usual.height };
  assertPictureSize(base.vae.config, size);
  const sampling = Object.fromEntries(
    namesOf(pictureSampling).map((name) => [name, (given as Options)[name]]),
  );
  const settings = resolveDrawSettings(
    { prompt, ...withoutUndefined(sampling) },
    recommendedSampling(base.settings),
  );
  const { latent_channels: channels } = base.vae.config;
  const factor = vaeFactor(base.vae.config);
  const shape = [takenAtOnce(settings), channels, size.height / factor, size.width / factor];
  const needed = pictureCost(base.unet, shape, base.tokenizer.maxLength).bytes;
  const steps = settings.samplerSteps;
  const all = samplingSeconds(base, seconds)(pictureFlops(base, size, settings));
  const fits = needed <= memory.free;
  return {
    memory: { ...memory, needed, fits },
    time: { secondsPerStep: all / steps, steps, seconds: all },
    size,
    advice: fits ? [] : [{ message: 'A smaller picture needs less memory.' }],
  };
}
