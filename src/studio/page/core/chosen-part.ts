/** @file Parts of clips: from which frame to which, and which rectangle of the picture. */
import type { ClipPart } from '../../api/clip-api.ts';

/** The whole clip that a part is of: pixels, and frames; folders of pictures have no rate. */
export interface WholeClip {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly framesPerSecond?: number | undefined;
}

/** A rectangle in pixels of the whole picture. */
export type Crop = NonNullable<ClipPart['crop']>;

/** The first frame of a part, counted from 0, and the one after its last. */
export interface FrameRange {
  readonly first: number;
  readonly end: number;
}

/** The frames of a part. Seconds are rounded to frames, as if all took equally long. */
export function framesOfPart(part: ClipPart | undefined, clip: WholeClip): FrameRange {
  const rate = clip.framesPerSecond ?? 1;
  const at = (frame: number | undefined, seconds: number | undefined) =>
    frame ?? (seconds === undefined ? undefined : Math.round(seconds * rate));
  const end = Math.min(clip.frames, at(part?.endFrame, part?.end) ?? clip.frames);
  return { first: Math.min(at(part?.startFrame, part?.start) ?? 0, end - 1), end };
}

/**
 * The part with other frames, of which at least one remains: where both ends meet, the one that was moved gives way.
 * Ends of the clip are not limits.
 */
export function withFrames(
  part: ClipPart | undefined,
  clip: WholeClip,
  changes: Partial<FrameRange>,
): ClipPart {
  const before = framesOfPart(part, clip);
  const within = (frame: number, least: number, most: number) =>
    Math.max(least, Math.min(most, Math.round(frame)));
  const first = within(
    changes.first ?? before.first,
    0,
    (changes.end === undefined ? before.end : clip.frames) - 1,
  );
  const end = within(changes.end ?? before.end, first + 1, clip.frames);
  return {
    ...(first > 0 && { startFrame: first }),
    ...(end < clip.frames && { endFrame: end }),
    ...(part?.crop && { crop: part.crop }),
  };
}

/** The part with another rectangle, cut to the picture; without one, or with the whole picture, it has none. */
export function withCrop(part: ClipPart | undefined, clip: WholeClip, crop: Crop | undefined): ClipPart {
  const { crop: _, ...others } = part ?? {};
  if (!crop) return others;
  const left = Math.max(0, Math.min(clip.width - 1, Math.round(crop.left)));
  const top = Math.max(0, Math.min(clip.height - 1, Math.round(crop.top)));
  const width = Math.max(1, Math.min(clip.width - left, Math.round(crop.width)));
  const height = Math.max(1, Math.min(clip.height - top, Math.round(crop.height)));
  if (width === clip.width && height === clip.height) return others;
  return { ...others, crop: { left, top, width, height } };
}

/**
 * The rectangle between two points that lie in the picture, in pixels. With an `aspect` (width / height) it is as large
 * as the longer way of the two, and stays in the picture.
 */
export function cropBetween(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  { width, height }: Pick<WholeClip, 'width' | 'height'>,
  aspect?: number,
): Crop {
  const [right, down] = [to.x >= from.x, to.y >= from.y];
  let [w, h] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  if (aspect !== undefined) {
    const most = Math.min(right ? width - from.x : from.x, (down ? height - from.y : from.y) * aspect);
    w = Math.min(most, Math.max(w, h * aspect));
    h = w / aspect;
  }
  return { left: right ? from.x : from.x - w, top: down ? from.y : from.y - h, width: w, height: h };
}

/** The largest rectangle of a shape, in the middle of the picture. */
export function middleCrop({ width, height }: Pick<WholeClip, 'width' | 'height'>, aspect: number): Crop {
  const w = Math.min(width, height * aspect);
  const h = w / aspect;
  return { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h };
}

/** The same part of another clip, as far as that has it: its frames by number, a rectangle only of the same size. */
export function partOfOther(part: ClipPart, from: WholeClip, clip: WholeClip): ClipPart {
  const { first, end } = framesOfPart(part, from);
  const isSame = from.width === clip.width && from.height === clip.height;
  const frames = first < clip.frames ? { first, end: end < from.frames ? end : clip.frames } : {};
  return withFrames(part.crop && isSame ? { crop: part.crop } : {}, clip, frames);
}

/** Whether a part is less than the whole clip. */
export function isPart(part: ClipPart | undefined): part is ClipPart {
  return part !== undefined && Object.keys(part).length > 0;
}

/** The time at which a frame begins; of pictures without a rate, its number. */
export function timeOf(frame: number, { framesPerSecond }: WholeClip): string {
  return framesPerSecond === undefined ? `frame ${frame}` : `${(frame / framesPerSecond).toFixed(2)} s`;
}

/** A part in words; empty for the whole clip. */
export function partWords(part: ClipPart | undefined, clip: WholeClip): string {
  if (!isPart(part)) return '';
  const { first, end } = framesOfPart(part, clip);
  const { crop } = part;
  return [
    ...(first > 0 || end < clip.frames ? [`${timeOf(first, clip)} to ${timeOf(end, clip)}`] : []),
    ...(crop ? [`${crop.width} × ${crop.height} of the picture`] : []),
  ].join(', ');
}
