/** @file Turns a decoded video frame, whatever its layout in memory, into an RGB picture. */

import type { InputVideoTrack, VideoSample } from 'mediabunny';
import { isHdrTransfer, toneMapped } from './hdr.ts';
import { flipHorizontally, type Picture, picture, rotateClockwise, type Size } from './picture.ts';
import { resizePicture } from './resize.ts';
import { type ColourMatrix, customaryMatrix, isColourMatrix, type Plane, yuvToPicture } from './yuv.ts';

/**
 * A decoded frame as it is meant to be seen: its own colour matrix and range (or what is customary where it names none),
 * high dynamic range brought down to sRGB's, square pixels, rotated and mirrored as the container says. The sample is left open.
 */
export async function sampleToPicture(sample: VideoSample, track: InputVideoTrack): Promise<Picture> {
  const upright = rotateClockwise(
    await squarePixels(await samplePixels(sample, track), sample),
    await track.getRotation(),
  );
  return (await track.getFlip()) ? flipHorizontally(upright) : upright;
}

async function squarePixels(stored: Picture, sample: VideoSample): Promise<Picture> {
  const size = { width: sample.squarePixelWidth, height: sample.squarePixelHeight };
  return resizePicture(stored, size, 'stretch');
}

/** Layouts that are converted here: columns and rows halved or not, bits, and whether the colour planes are woven. */
const LAYOUTS: Readonly<
  Record<string, { halfWidth: boolean; halfHeight: boolean; bits: number; woven?: boolean }>
> = Object.fromEntries([
  ['NV12', { halfWidth: true, halfHeight: true, bits: 8, woven: true }],
  ...['I420', 'I422', 'I444'].flatMap((name) => {
    const halves = { halfWidth: name !== 'I444', halfHeight: name === 'I420' };
    return [
      [name, { ...halves, bits: 8 }],
      [`${name}P10`, { ...halves, bits: 10 }],
      [`${name}P12`, { ...halves, bits: 12 }],
    ];
  }),
]);

async function samplePixels(sample: VideoSample, track: InputVideoTrack): Promise<Picture> {
  const { width, height } = sample.visibleRect;
  const layout = LAYOUTS[sample.format ?? ''];
  if (!layout) {
    return otherPixels(sample);
  }
  const container = await track.getColorSpace();
  const named = sample.colorSpace.matrix ?? container.matrix;
  const matrix: ColourMatrix = isColourMatrix(named) ? named : customaryMatrix({ width, height });
  const fullRange = sample.colorSpace.fullRange ?? container.fullRange ?? false;
  const transfer = sample.colorSpace.transfer ?? container.transfer;

  const bytes = new Uint8Array(sample.allocationSize());
  const places = await sample.copyTo(bytes);
  const { halfWidth, halfHeight, bits } = layout;
  const colour = {
    width: halfWidth ? Math.ceil(width / 2) : width,
    height: halfHeight ? Math.ceil(height / 2) : height,
  };
  const tight = (index: number, size: Size) => tightPlane(bytes, places[index]!, size, bits);
  const luma = tight(0, { width, height });
  const [u, v] = layout.woven
    ? unweave(tight(1, { width: colour.width * 2, height: colour.height }))
    : [tight(1, colour), tight(2, colour)];
  const decoded = yuvToPicture({
    width,
    height,
    planes: [luma, u, v],
    halfWidth,
    halfHeight,
    bits,
    matrix,
    fullRange,
  });
  return isHdrTransfer(transfer) ? toneMapped(decoded, transfer) : decoded;
}

function tightPlane(
  bytes: Uint8Array,
  place: { offset: number; stride: number },
  { width, height }: Size,
  bits: number,
): Plane {
  const row = bits > 8 ? width * 2 : width;
  const tight = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const start = place.offset + y * place.stride;
    tight.set(bytes.subarray(start, start + row), y * row);
  }
  return bits > 8 ? new Uint16Array(tight.buffer) : tight;
}

function unweave(woven: Plane): [Plane, Plane] {
  return [woven.filter((_, at) => at % 2 === 0), woven.filter((_, at) => at % 2 === 1)];
}

/** Any other layout (transparency, RGB), as mediabunny converts it. */
async function otherPixels(sample: VideoSample): Promise<Picture> {
  // The type declarations miss `format`, which mediabunny takes (and WebCodecs defines).
  const options = { format: 'RGBX' } as object;
  const bytes = new Uint8Array(sample.allocationSize(options));
  await sample.copyTo(bytes, options);
  const { width, height } = sample.visibleRect;
  return picture(
    width,
    height,
    bytes.filter((_, at) => at % 4 !== 3),
  );
}
