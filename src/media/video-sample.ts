/** @file Converts decoded video frames of any memory layout to RGB pictures. */

import type { InputVideoTrack, VideoSample } from 'mediabunny';
import { oneField } from './deinterlace.ts';
import type { FirstField } from './h264-fields.ts';
import { isHdrTransfer, toneMapped } from './hdr.ts';
import { flipHorizontally, type Picture, picture, rotateClockwise } from './picture.ts';
import { resizePicture } from './resize.ts';
import { sampleLayout, samplePlanes } from './sample-planes.ts';
import { nativeMatrix } from './video-engine.ts';
import {
  customaryMatrix,
  gbrToPicture,
  isColourMatrix,
  type Plane,
  type YuvFrame,
  yuvToPicture,
} from './yuv.ts';

/**
 * Converts a decoded frame to a picture for display: with its colour matrix and range (default the standard ones), HDR
 * tone-mapped to sRGB, square pixels, and rotation and mirroring from the container. An interlaced frame is converted
 * from `firstField` alone (see `oneField`). Does not close the sample.
 */
export async function sampleToPicture(
  sample: VideoSample,
  track: InputVideoTrack,
  firstField?: FirstField,
): Promise<Picture> {
  const upright = rotateClockwise(
    await squarePixels(await samplePixels(sample, track, firstField), sample),
    await track.getRotation(),
  );
  return (await track.getFlip()) ? flipHorizontally(upright) : upright;
}

async function squarePixels(stored: Picture, sample: VideoSample): Promise<Picture> {
  const size = { width: sample.squarePixelWidth, height: sample.squarePixelHeight };
  return resizePicture(stored, size, 'stretch');
}

async function samplePixels(
  sample: VideoSample,
  track: InputVideoTrack,
  firstField: FirstField | undefined,
): Promise<Picture> {
  const layout = await sampleLayout(sample);
  if (!layout) {
    const { width, height, data } = await otherPixels(sample);
    return picture(width, height, firstField ? oneField(data, 3 * width, firstField) : data);
  }
  const { width, height } = sample.visibleRect;
  const container = await track.getColorSpace();
  const matrix =
    [sample.colorSpace.matrix, OTHER_MATRICES[nativeMatrix(sample) ?? -1], container.matrix].find(
      isKnownMatrix,
    ) ?? customaryMatrix({ width, height });
  const fullRange = sample.colorSpace.fullRange ?? container.fullRange ?? layout.kind === 'gbr';
  const transfer = sample.colorSpace.transfer ?? container.transfer;

  const { halfWidth, halfHeight, bits } = layout;
  const stored = await samplePlanes(sample, layout);
  // Each field has its own chroma rows, so fields are separated before rows are mixed.
  const planes = firstField
    ? stored.map((plane, i) => oneField(plane, i > 0 && halfWidth ? (width + 1) >> 1 : width, firstField))
    : stored;
  const decoded =
    layout.kind === 'gbr'
      ? gbrToPicture({ width, height, planes: three(planes), bits, fullRange })
      : yuvToPicture({
          ...{ width, height, halfWidth, halfHeight, bits, matrix, fullRange },
          planes: layout.kind === 'grey' ? withoutColour(planes[0]!, bits) : three(planes),
        });
  return isHdrTransfer(transfer) ? toneMapped(decoded, transfer) : decoded;
}

/** Matrices without a name in WebCodecs, by their code points in ITU-T H.273. */
const OTHER_MATRICES: Readonly<Record<number, YuvFrame['matrix']>> = { 4: 'fcc', 7: 'smpte240m', 8: 'ycgco' };

function isKnownMatrix(name: string | null | undefined): name is YuvFrame['matrix'] {
  return name === 'ycgco' || isColourMatrix(name);
}

function three(planes: readonly Plane[]): [Plane, Plane, Plane] {
  return [planes[0]!, planes[1]!, planes[2]!];
}

/** Neutral chroma planes for a plane of luma. */
function withoutColour(luma: Plane, bits: number): [Plane, Plane, Plane] {
  const neutral = luma.slice().fill(2 ** (bits - 1));
  return [luma, neutral, neutral];
}

/** Any other layout (packed RGB), converted by mediabunny. */
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
