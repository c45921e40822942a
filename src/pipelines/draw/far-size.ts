/**
 * @file Warns if the requested size is far from what a base model was trained on, and estimates how long the work
 * takes.
 */

import { duration } from '../../duration.ts';
import { notice, type WorkOptions } from '../../events.ts';
import type { Size } from '../../media/size.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { recommendedSize } from '../../models/picture-size.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import { estimatedSeconds } from '../../runtime/work-time.ts';
import { type DrawingCost, drawingCost } from '../../training/complete-base.ts';
import type { VideoSettings } from '../video/video-settings.ts';
import { type DrawRequest, resolveDrawSettings } from './draw-picture.ts';
import { type GuidanceSettings, guidanceLimits, recommendedSampling } from './sampling-settings.ts';

/** The share of deep features in the arithmetic of a U-Net like that of Stable Diffusion 1.x. */
const DEEP_SHARE = 0.92;

/** A size is far from the usual one if its area differs by more than this factor. */
const FAR_AREA = 2;
/** The same for the aspect ratio. */
const FAR_ASPECT = 2;

/** The size that the base was trained on, if it is known and `size` is far from it. */
export function farFrom(base: BaseModel, { width, height }: Size): Size | undefined {
  const usual = usualSize(base);
  if (!usual) return undefined;
  const ratio = (value: number) => Math.max(value, 1 / value);
  const area = ratio((width * height) / (usual.width * usual.height));
  const aspect = ratio(width / height / (usual.width / usual.height));
  return area > FAR_AREA || aspect > FAR_ASPECT ? usual : undefined;
}

function usualSize(base: BaseModel): Size | undefined {
  try {
    return recommendedSize(base);
  } catch {
    return undefined;
  }
}

/** The work to be done at a size. */
export interface WorkAtSize {
  readonly base: BaseModel;
  readonly size: Size;
  readonly device: DeviceName;
  /** Floating-point operations of all of it. */
  readonly flops: () => number;
}

/**
 * Reports in a notice if the size is far from what the base was trained on and, if it is larger, about how long the
 * work will take. For that estimate the machine's speed is measured, which takes a second or two.
 */
export async function tellFarSize(
  { base, size, device, flops }: WorkAtSize,
  { onEvent }: WorkOptions,
): Promise<void> {
  const usual = farFrom(base, size);
  if (!usual || !onEvent) return;
  const isLarger = size.width * size.height > usual.width * usual.height;
  const time = isLarger
    ? `, and the work will take about ${duration(await estimatedSeconds(flops(), device))}`
    : '';
  const text = ({ width, height }: Size) => `${width}x${height}`;
  const name = base.name === 'built-in' ? 'the built-in model' : `the base "${base.name}"`;
  onEvent(
    notice({
      found: `${text(size)} is far from what ${name} was trained on: what it draws may fall apart${time}`,
      expected: `about ${text(usual)}`,
      setting: 'size',
    }),
  );
}

/** {@link tellFarSize} for pictures to be drawn. */
export function tellFarPictures(
  { base, requests, ...where }: Omit<WorkAtSize, 'flops'> & { readonly requests: readonly DrawRequest[] },
  work: WorkOptions,
): Promise<void> {
  const flops = () => {
    const cost = drawingCost(base, where.size);
    const settings = requests.map((request) =>
      resolveDrawSettings(request, recommendedSampling(base.settings)),
    );
    return settings.reduce((sum, each) => sum + flopsOf(cost, each), 0);
  };
  return tellFarSize({ base, ...where, flops }, work);
}

/** Approximate floating-point operations of a picture. */
export function pictureFlops(
  base: BaseModel,
  size: Size,
  settings: Pick<VideoSettings, 'samplerSteps'> & GuidanceSettings,
): number {
  return flopsOf(drawingCost(base, size), settings);
}

function flopsOf(cost: DrawingCost, settings: Parameters<typeof passes>[0]): number {
  return passes(settings) * cost.step + cost.decode;
}

/**
 * Approximate floating-point operations of a video: those of as many pictures as it has frames, without the steps after
 * `finishAt`, which are not taken.
 */
export function videoFlops(
  base: BaseModel,
  { frames, ...size }: Size & { readonly frames: number },
  settings: Pick<VideoSettings, 'samplerSteps' | 'finishAt' | 'deepEvery'> & GuidanceSettings,
): number {
  const cost = drawingCost(base, size);
  const step = cost.step * (1 - DEEP_SHARE * (1 - 1 / settings.deepEvery));
  return frames * (passes(settings, settings.finishAt) * step + cost.decode);
}

/**
 * U-Net evaluations for each frame in the steps down to the timestep `last`: two a step with guidance. When adaptive
 * guidance ends is not known beforehand.
 */
function passes(settings: Pick<VideoSettings, 'samplerSteps'> & GuidanceSettings, last = 0): number {
  const { guidance, samplerSteps } = settings;
  const { start, end } = guidanceLimits(settings) ?? { start: 1000, end: 0 };
  const guided = guidance > 1 ? Math.max(0, start - Math.max(end, last)) : 0;
  return (samplerSteps * (1000 - last + guided)) / 1000;
}
