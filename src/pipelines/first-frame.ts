/** @file The user's picture as the first frame of a video. */
import { createHash } from 'node:crypto';
import type { RandomStream } from '../diffusion/random.ts';
import { type FloatTensor, floats } from '../graph/host-tensor.ts';
import { type Picture, pictureToFloats } from '../media/picture.ts';
import { resizeLinear, resizePicture } from '../media/resize.ts';
import { type PictureEncoder, type PictureSize, sampleLatents } from '../models/programs.ts';
import type { VideoSettings } from './video-settings.ts';

/** Latents `[1, c, h, w]` of a picture at the video's size, scaled as the U-Net sees them. */
export async function encodeFirstFrame(
  encoder: PictureEncoder,
  picture: Picture,
  size: PictureSize,
  { firstFrameFit, firstFramePosterior }: VideoSettings,
  noise: RandomStream,
  scalingFactor: number,
): Promise<FloatTensor> {
  const fitting =
    firstFrameFit === 'opencv'
      ? resizeLinear(picture, size)
      : await resizePicture(picture, size, firstFrameFit);
  const posterior = await encoder.encode(floats(pictureToFloats(fitting), [1, 3, size.height, size.width]));
  const values = posterior.mean.data.length;
  const drawn = firstFramePosterior === 'sample' ? noise.normals(values) : new Float32Array(values);
  return sampleLatents(posterior, drawn, scalingFactor);
}

/** Identity of a picture: its size, and SHA-256 over size and pixels. */
export function pictureFingerprint({ width, height, data }: Picture) {
  const sha256 = createHash('sha256').update(`${width}x${height}:`).update(data).digest('hex');
  return { width, height, sha256 };
}
