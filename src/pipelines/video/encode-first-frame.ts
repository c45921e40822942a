/** @file The user's picture as the first frame of a video. */

import { createHash } from 'node:crypto';
import type { RandomStream } from '../../diffusion/random.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import { padPicture } from '../../media/pad-picture.ts';
import { type Picture, pictureToFloats } from '../../media/picture.ts';
import { resizeLinear, resizePicture } from '../../media/resize.ts';
import type { Size } from '../../media/size.ts';
import { type PictureEncoder, sampleLatents } from '../../models/programs.ts';
import type { VideoSettings } from './video-settings.ts';

/** Latents `[1, c, h, w]` of a picture at the video's size, scaled for the U-Net. */
export async function encodeFirstFrame(
  encoder: PictureEncoder,
  picture: Picture,
  size: Size,
  { firstFrameFit, firstFramePosterior }: Pick<VideoSettings, 'firstFrameFit' | 'firstFramePosterior'>,
  noise: RandomStream,
  scalingFactor: number,
): Promise<FloatTensor> {
  const fitting = await fitFirstFrame(picture, size, firstFrameFit);
  const posterior = await encoder.encode(floats(pictureToFloats(fitting), [1, 3, size.height, size.width]));
  const values = posterior.mean.data.length;
  const drawn = firstFramePosterior === 'sample' ? noise.normals(values) : new Float32Array(values);
  return sampleLatents(posterior, drawn, scalingFactor);
}

/** Fits a picture to the video's size. */
export async function fitFirstFrame(
  picture: Picture,
  size: Size,
  fit: VideoSettings['firstFrameFit'],
): Promise<Picture> {
  if (fit === 'opencv') return resizeLinear(picture, size);
  return fit === 'pad' ? padPicture(picture, size) : resizePicture(picture, size, fit);
}

/** Identifies a picture by its size and SHA-256 over size and pixels. */
export function pictureFingerprint({ width, height, data }: Picture) {
  const sha256 = createHash('sha256').update(`${width}x${height}:`).update(data).digest('hex');
  return { width, height, sha256 };
}
