/** @file Says when pictures are to have a size far from those that a base model was trained on, and how long it will take. */
import { duration } from '../../duration.ts';
import { notice, type WorkOptions } from '../../events.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { recommendedSize } from '../../models/picture-size.ts';
import type { PictureSize } from '../../models/programs.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import { estimatedSeconds } from '../../runtime/work-time.ts';
import { drawingCost } from '../../training/complete-base.ts';
import { recommendedSampling, type VideoSettings } from '../video/video-settings.ts';
import { type DrawRequest, resolveDrawSettings } from './draw-picture.ts';

/** Pictures of more than so many times the pixels, or fewer than the inverse, are far from the usual ones. */
const FAR_AREA = 2;
/** So are pictures that are so many times as wide for their height, or as high for their width. */
const FAR_ASPECT = 2;

/** The size of the pictures that the base was trained on, where `size` is far from it and that is known. */
export function farFrom(base: BaseModel, { width, height }: PictureSize): PictureSize | undefined {
  const usual = usualSize(base);
  if (!usual) return undefined;
  const ratio = (value: number) => Math.max(value, 1 / value);
  const area = ratio((width * height) / (usual.width * usual.height));
  const aspect = ratio(width / height / (usual.width / usual.height));
  return area > FAR_AREA || aspect > FAR_ASPECT ? usual : undefined;
}

function usualSize(base: BaseModel): PictureSize | undefined {
  try {
    return recommendedSize(base);
  } catch {
    return undefined;
  }
}

/** What is to be done at a size. */
export interface WorkAtSize {
  readonly base: BaseModel;
  readonly size: PictureSize;
  readonly device: DeviceName;
  /** The arithmetic of all of it. */
  readonly flops: () => number;
}

/**
 * Tells with a notice when the size is far from what the base was trained on, and, where it is larger, about how long the work will
 * take; the machine is measured for that, in a second or two.
 */
export async function tellFarSize(
  { base, size, device, flops }: WorkAtSize,
  { onEvent }: WorkOptions,
): Promise<void> {
  const usual = farFrom(base, size);
  if (!usual || !onEvent) return;
  const isLarger = size.width * size.height > usual.width * usual.height;
  const time = isLarger ? ` It will take about ${duration(await estimatedSeconds(flops(), device))}.` : '';
  const text = ({ width, height }: PictureSize) => `${width}x${height}`;
  const name = base.name === 'built-in' ? 'the built-in model' : `the base "${base.name}"`;
  const message = `${name} was trained on pictures of ${text(usual)}; ${text(size)} is far from that, and what it draws may fall apart.${time}`;
  onEvent(notice(message));
}

/** The same for pictures that are to be drawn. */
export function tellFarPictures(
  { base, requests, ...where }: Omit<WorkAtSize, 'flops'> & { readonly requests: readonly DrawRequest[] },
  work: WorkOptions,
): Promise<void> {
  const flops = () => {
    const cost = drawingCost(base, where.size);
    const settings = requests.map((request) =>
      resolveDrawSettings(request, recommendedSampling(base.settings)),
    );
    return settings.reduce(
      (sum, { guidance, samplerSteps }) => sum + passes(guidance, samplerSteps) * cost.step + cost.decode,
      0,
    );
  };
  return tellFarSize({ base, ...where, flops }, work);
}

/**
 * The arithmetic of a video, about: its frames as that many pictures, and no noisy steps after `finishAt`, which are not taken.
 */
export function videoFlops(
  base: BaseModel,
  { frames, ...size }: PictureSize & { readonly frames: number },
  { guidance, samplerSteps, finishAt }: Pick<VideoSettings, 'guidance' | 'samplerSteps' | 'finishAt'>,
): number {
  const cost = drawingCost(base, size);
  const steps = samplerSteps * (1 - finishAt / 1000);
  return frames * (passes(guidance, steps) * cost.step + cost.decode);
}

/** How often the U-Net draws each frame: with guidance twice a step. */
function passes(guidance: number, steps: number): number {
  return (guidance > 1 ? 2 : 1) * steps;
}
