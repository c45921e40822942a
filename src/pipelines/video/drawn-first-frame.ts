/**
 * @file First frames drawn by another text-to-image model at its own size, as the LAMP paper uses Stable Diffusion XL
 * for motions trained on Stable Diffusion 1.4.
 */

import type { WorkOptions } from '../../events.ts';
import type { Size } from '../../media/size.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { vaeFactor } from '../../models/configs.ts';
import { assertPictureSize, recommendedSize } from '../../models/picture-size.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import { assertComplete } from '../../training/complete-base.ts';
import { type DrawnPicture, type DrawRequest, drawPictures } from '../draw/draw-picture.ts';
import type { StoredDrawing } from './stored-settings.ts';

/** A model that draws first frames, and the size in pixels at which it draws (see `firstFrameSize`). */
export interface FirstFrameBase {
  readonly base: BaseModel;
  readonly size?: Size | undefined;
}

/**
 * The size at which a first frame is drawn for a video: the given size, or else the video's aspect ratio at about the
 * number of pixels that the model was trained on, since models draw badly at much smaller or larger sizes. Its sides
 * are multiples of the total downsampling factor of VAE and U-Net. Throws `UsageError` for a size that the model cannot
 * draw, and if the model's own size is unknown.
 */
export function firstFrameSize({ base, size }: FirstFrameBase, video: Size): Size {
  const option = 'firstFrameSize';
  if (size) {
    assertPictureSize(base.vae.config, size, option);
    return size;
  }
  const own = recommendedSize(base, option);
  const unit = vaeFactor(base.vae.config) * 2 ** (base.unet.config.block_out_channels.length - 1);
  const scale = Math.sqrt((own.width * own.height) / (video.width * video.height));
  const near = (side: number) => unit * Math.max(1, Math.round((scale * side) / unit));
  return { width: near(video.width), height: near(video.height) };
}

/** Checks the model ahead of long work. Throws `UsageError` (size), `CheckpointError`. */
export function checkFirstFrameBase(by: FirstFrameBase, video: Size): void {
  assertComplete(by.base, firstFrameSize(by, video));
}

/**
 * Draws a first frame at `firstFrameSize`. The model's networks are loaded one at a time and only while needed, since
 * its U-Net may be larger than all other networks together. Throws as `drawPictures` does.
 */
export async function drawFirstFrame(
  by: FirstFrameBase,
  request: DrawRequest,
  {
    video,
    device,
    memory,
  }: {
    readonly video: Size;
    readonly device: DeviceName;
    readonly memory?: MemoryChoice | undefined;
  },
  work: WorkOptions = {},
): Promise<DrawnPicture> {
  const options = { ...firstFrameSize(by, video), device, memory, stage: 'drawing the first frame' } as const;
  for await (const drawn of drawPictures(by.base, [request], options, work)) return drawn;
  throw new Error('one request gives one picture');
}

/** The part of a first frame's settings that is stored with the video (device and versions are the video's). */
export function drawnSettings({ settings }: DrawnPicture): StoredDrawing {
  const { device: _, versions: __, redrawn: ___, ...drawn } = settings;
  return drawn;
}
