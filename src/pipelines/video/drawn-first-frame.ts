/**
 * @file First frames that another text-to-image model draws, larger than the video and in its own way, as the LAMP paper has
 * Stable Diffusion XL draw them for a motion on Stable Diffusion 1.4.
 */
import type { WorkOptions } from '../../events.ts';
import type { BaseModel } from '../../models/base-model.ts';
import { vaeFactor } from '../../models/configs.ts';
import { assertPictureSize, recommendedSize } from '../../models/picture-size.ts';
import type { PictureSize } from '../../models/programs.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import { assertComplete } from '../../training/complete-base.ts';
import { type DrawnPicture, type DrawRequest, drawPictures } from '../draw/draw-picture.ts';
import type { StoredDrawing } from './stored-settings.ts';

/** A model that draws first frames, and the size at which it does, in pixels: see `firstFrameSize`. */
export interface FirstFrameBase {
  readonly base: BaseModel;
  readonly size?: PictureSize | undefined;
}

/**
 * The size at which a first frame is drawn for a video: the one that is told, or else the video's aspect ratio with about as many
 * pixels as the model's own pictures have, since a model draws badly what is much smaller or larger. Its sides divide by
 * what all levels of VAE and U-Net together halve. Throws `UsageError` for a size that the model cannot draw, and when it
 * does not say how large its pictures are.
 */
export function firstFrameSize({ base, size }: FirstFrameBase, video: PictureSize): PictureSize {
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

/** Checks before long work what `drawFirstFrame` would find out. Throws `UsageError` (size), `CheckpointError`. */
export function checkFirstFrameBase(by: FirstFrameBase, video: PictureSize): void {
  assertComplete(by.base, firstFrameSize(by, video));
}

/**
 * Draws a first frame, at `firstFrameSize`. The model's networks are in memory one after the other and only while they are
 * needed: its U-Net may be larger than all the others together. Throws as `drawPictures` does.
 */
export async function drawFirstFrame(
  by: FirstFrameBase,
  request: DrawRequest,
  { video, device }: { readonly video: PictureSize; readonly device: DeviceName },
  work: WorkOptions = {},
): Promise<DrawnPicture> {
  const options = { ...firstFrameSize(by, video), device, stage: 'drawing the first frame' } as const;
  for await (const drawn of drawPictures(by.base, [request], options, work)) return drawn;
  throw new Error('one request gives one picture');
}

/** What is stored of a first frame with the video, which has the same device and versions. */
export function drawnSettings({ settings }: DrawnPicture): StoredDrawing {
  const { device: _, versions: __, redrawn: ___, ...drawn } = settings;
  return drawn;
}
