/** @file What work would take on this machine, and what is wrong with it, before it is put; in a process of its own. */
import { bytesText } from '../../amounts.ts';
import { checkOptions } from '../../check-options.ts';
import { LampError } from '../../errors.ts';
import { settingsOfCalls } from '../../library/list-settings.ts';
import { latents, whatFits } from '../../library/what-fits.ts';
import type { Size } from '../../media/size.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { assertPictureSize } from '../../models/picture-size.ts';
import { readMotionInfo } from '../../motion/file/motion-file.ts';
import { findMotionFile } from '../../motion/file/motion-path.ts';
import { recommendedVideoSettings, resolveVideoSettings } from '../../pipelines/video/video-settings.ts';
import { freeMemory } from '../../runtime/free-memory.ts';
import { machineMemory } from '../../runtime/memory.ts';
import { estimatedSeconds } from '../../runtime/work-time.ts';
import { trainingCost } from '../../training/training-cost.ts';
import {
  parseSettings,
  presets,
  recommendedTraining,
  type TrainingInput,
} from '../../training/training-settings.ts';
import type { Estimate } from '../api/form-api.ts';
import { type JobKind, jobCalls } from '../jobs/job.ts';
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
    const model = await openBaseModel(base === 'built-in' ? builtInBase() : base);
    if (kind === 'learn') return { ...estimate, ...(await ofTraining(model, options)) };
    if (kind === 'generate' || kind === 'animate') return { ...estimate, ...(await ofVideo(model, options)) };
    return estimate;
  } catch (error) {
    if (!(error instanceof LampError)) throw error;
    return { ...estimate, problems: [problemOf(error)] };
  }
}

async function ofTraining(
  base: BaseModel,
  options: Readonly<Record<string, unknown>>,
): Promise<Partial<Estimate>> {
  const {
    preset,
    useRecommended = preset === undefined,
    ...given
  } = options as Partial<TrainingInput> & {
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
  const { frames, width, height, steps, accumulation, batch } = settings;
  const size = { width, height };
  assertPictureSize(base.vae.config, size);
  const secondsEach = await estimatedSeconds(1, 'cpu');
  const seconds = (flops: number) => flops * secondsEach;
  const memory = { whole: machineMemory, free: freeMemory() };
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

async function ofVideo(
  base: BaseModel,
  options: Readonly<Record<string, unknown>>,
): Promise<Partial<Estimate>> {
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
  const [first] = motions;
  if (!first) return {};
  const info = await readMotionInfo(await findMotionFile(first.motion));
  const { frames = info.frames, width = info.width, height = info.height } = given;
  const size = { width, height };
  assertPictureSize(base.vae.config, size);
  const secondsEach = await estimatedSeconds(1, 'cpu');
  const memory = { whole: machineMemory, free: freeMemory() };
  const ways = (bytes: number) =>
    whatFits(base, {
      ...{ bytes, frames, size, variant: info.variant, rank: info.rank ?? 0, batch: 1 },
      seconds: (flops) => flops * secondsEach,
    }).videos[0]?.generate;
  const fitting = ways(memory.free);
  const way = fitting ?? ways(Number.MAX_SAFE_INTEGER);
  if (!way) return {};
  const { samplerSteps } = resolveVideoSettings(
    asked === undefined ? {} : { samplerSteps: asked },
    recommendedVideoSettings(base.settings),
  );
  return {
    memory: {
      ...memory,
      needed: way.bytes,
      fits: fitting !== undefined,
      ...(fitting && { mode: way.memory }),
    },
    time: {
      secondsPerStep: way.secondsPerStep,
      steps: samplerSteps,
      seconds: samplerSteps * way.secondsPerStep,
    },
    size,
    frames,
    advice: fitting ? [] : [{ message: 'Fewer frames or a smaller size need less memory.' }],
  };
}
