/** @file Extracts and replaces frames of video latents `[b, c, f, h, w]` in host memory. */
import { type FloatTensor, floats } from '../graph/host-tensor.ts';

/** A copy of `videos` with frame 0 taken from `source` `[b, c, f', h, w]`. */
export function withFirstFrame(videos: FloatTensor, source: FloatTensor): FloatTensor {
  const [b, c, frames, h, w] = videos.shape as [number, number, number, number, number];
  const sourceFrames = source.shape[2]!;
  const picture = h * w;
  const data = videos.data.slice();
  for (let plane = 0; plane < b * c; plane++) {
    const from = plane * sourceFrames * picture;
    data.set(source.data.subarray(from, from + picture), plane * frames * picture);
  }
  return floats(data, videos.shape);
}

/** Frame `index` of the first video, as image latents `[1, c, h, w]`. */
export function frameOf(videos: FloatTensor, index: number): FloatTensor {
  const [, c, frames, h, w] = videos.shape as [number, number, number, number, number];
  const data = new Float32Array(c * h * w);
  for (let channel = 0; channel < c; channel++) {
    const from = (channel * frames + index) * h * w;
    data.set(videos.data.subarray(from, from + h * w), channel * h * w);
  }
  return floats(data, [1, c, h, w]);
}

/** Joins image latents `[1, c, h, w]` as the frames of one video `[1, c, f, h, w]`. */
export function fromFrames(pictures: readonly FloatTensor[]): FloatTensor {
  const [, c, h, w] = pictures[0]!.shape as [number, number, number, number];
  const frames = pictures.length;
  const data = new Float32Array(c * frames * h * w);
  for (const [f, picture] of pictures.entries()) {
    for (let channel = 0; channel < c; channel++) {
      const plane = picture.data.subarray(channel * h * w, (channel + 1) * h * w);
      data.set(plane, (channel * frames + f) * h * w);
    }
  }
  return floats(data, [1, c, frames, h, w]);
}
