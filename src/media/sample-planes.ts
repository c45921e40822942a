/** @file The sample planes of a decoded video frame and their layout, independent of the decoder. */

import type { VideoSample } from 'mediabunny';
import type { Size } from './size.ts';
import { nativePixelFormat } from './video-engine.ts';
import type { Plane } from './yuv.ts';

/** The layout of a frame's planes. An alpha plane, which is the last, is ignored. */
export interface SampleLayout {
  /** Luma with two chroma planes, luma alone, or green, blue and red. */
  readonly kind: 'yuv' | 'grey' | 'gbr';
  /** Whether a chroma plane has half the columns, and half the rows. Halves of odd sizes are rounded up. */
  readonly halfWidth: boolean;
  readonly halfHeight: boolean;
  /** Bits per sample, 8 to 16. */
  readonly bits: number;
  /** Whether the samples of both chroma planes are interleaved in one plane. */
  readonly woven: boolean;
}

/** The layout of a frame's planes; `undefined` for other kinds (packed RGB, floating point). */
export async function sampleLayout(sample: VideoSample): Promise<SampleLayout | undefined> {
  const name = sample.format ?? (await nativePixelFormat(sample));
  return name === undefined ? undefined : layoutOfFormat(name);
}

/** The layout of a pixel format, by its name in WebCodecs (`I420P10`) or FFmpeg (`yuv440p`, `gbrp10le`). */
export function layoutOfFormat(name: string): SampleLayout | undefined {
  if (name === 'NV12') return { kind: 'yuv', halfWidth: true, halfHeight: true, bits: 8, woven: true };
  const yuv =
    /^I(420|422|444)A?(?:P(\d+))?$/.exec(name) ?? /^yuv[aj]?(420|422|440|444)p(?:(\d+)le)?$/.exec(name);
  if (yuv) {
    const [, sampling, bits = '8'] = yuv;
    const [halfWidth, halfHeight] = [/^42/.test(sampling!), sampling === '420' || sampling === '440'];
    return { kind: 'yuv', halfWidth, halfHeight, bits: Number(bits), woven: false };
  }
  const [, whole, bits = '8'] = /^(gray|gbra?p)(?:(\d+)le)?$/.exec(name) ?? [];
  if (!whole) return undefined;
  const kind = whole === 'gray' ? 'grey' : 'gbr';
  return { kind, halfWidth: false, halfHeight: false, bits: Number(bits), woven: false };
}

/** A plane in memory, whose rows may be padded. */
interface StoredPlane {
  readonly data: Uint8Array;
  /** Bytes from the beginning of one row to that of the next. */
  readonly stride: number;
}

/** The internals of a mediabunny 1.61 sample: a decoder's own frame, or bytes with their layout. */
interface SampleInternals {
  readonly _data: { getDataPlanes?(): StoredPlane[] | Promise<StoredPlane[]> } | Uint8Array | null;
  readonly _layout: readonly { readonly offset: number; readonly stride: number }[] | null;
}

/**
 * The planes in memory. Does not use `copyTo`, where mediabunny 1.61 rounds halves of odd widths down and loses the
 * last chroma column.
 */
async function storedPlanes(sample: VideoSample): Promise<StoredPlane[]> {
  const { _data: stored, _layout: layout } = sample as unknown as SampleInternals;
  if (stored instanceof Uint8Array && layout) {
    return layout.map(({ offset, stride }) => ({ data: stored.subarray(offset), stride }));
  }
  if (stored && 'getDataPlanes' in stored && stored.getDataPlanes) return stored.getDataPlanes();
  throw new Error(`the planes of a frame in ${sample.format} cannot be reached`);
}

/** The visible part of a frame's planes (one for grey, else three), with tightly packed rows. */
export async function samplePlanes(sample: VideoSample, layout: SampleLayout): Promise<Plane[]> {
  const { left, top, width, height } = sample.visibleRect;
  const whole = { left, top, width, height };
  const colour = {
    left: layout.halfWidth ? left >> 1 : left,
    top: layout.halfHeight ? top >> 1 : top,
    width: layout.halfWidth ? (width + 1) >> 1 : width,
    height: layout.halfHeight ? (height + 1) >> 1 : height,
  };
  const stored = await storedPlanes(sample);
  const luma = tightPlane(stored[0]!, whole, layout.bits);
  if (layout.kind === 'grey') return [luma];
  if (layout.woven) {
    const both = tightPlane(
      stored[1]!,
      { ...colour, left: 2 * colour.left, width: 2 * colour.width },
      layout.bits,
    );
    return [luma, both.filter((_, at) => at % 2 === 0), both.filter((_, at) => at % 2 === 1)];
  }
  return [luma, tightPlane(stored[1]!, colour, layout.bits), tightPlane(stored[2]!, colour, layout.bits)];
}

interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}

function tightPlane({ data, stride }: StoredPlane, { left, top, width, height }: Rectangle, bits: number) {
  const sampleBytes = bits > 8 ? 2 : 1;
  const row = width * sampleBytes;
  const tight = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * stride + left * sampleBytes;
    if (start + row > data.length) throw new Error(`a plane of a frame ends in row ${y} of ${height}`);
    tight.set(data.subarray(start, start + row), y * row);
  }
  return sampleBytes === 2 ? new Uint16Array(tight.buffer) : tight;
}
