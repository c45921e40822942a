/** @file Reads clips and pictures that people bring, and copies videos for the page; in a process of its own. */
import { copyFile } from 'node:fs/promises';
import { writeAtomically } from '../../checkpoints/atomic-write.ts';
import { MediaError } from '../../errors.ts';
import { cropPicture, evenSize } from '../../media/black-bars.ts';
import { inspectClip, readFrames } from '../../media/clip.ts';
import { contactSheet } from '../../media/contact-sheet.ts';
import type { Picture } from '../../media/picture.ts';
import { readPicture, writePng } from '../../media/picture-file.ts';
import { resizePicture } from '../../media/resize.ts';
import { sharp } from '../../media/sharp.ts';
import type { Size } from '../../media/size.ts';
import { readVideoMetadata, writeVideo } from '../../media/video-file.ts';
import { encodeLoop } from '../loop-picture.ts';
import { framesBeforeEdit } from './look-edited.ts';
import type { UploadLimits } from './uploads.ts';

/** A clip that was brought. */
export interface ReceiveClip {
  readonly path: string;
  readonly limits: UploadLimits;
}

/** Reads a clip that was brought. Throws `MediaError` if it cannot be read, or is beyond the limits. */
export async function receiveClip({ path, limits }: ReceiveClip) {
  if (/\.(gif|webp)$/i.test(path)) await assertPixels(path, limits.pixels, animations);
  const { width, height, frameCount, durationSeconds } = await inspectClip(path);
  assertWithin(width * height, limits.pixels);
  if ((durationSeconds ?? 0) > limits.seconds) {
    throw new MediaError({
      found: `the clip takes ${Math.round(durationSeconds ?? 0)} seconds`,
      expected: `at most ${limits.seconds}`,
      advice: 'Cut out what matters.',
    });
  }
  return { width, height, frameCount };
}

/** A picture that was brought, and where it is to be kept as PNG. */
export interface ReceivePicture {
  readonly path: string;
  readonly out: string;
  readonly limits: UploadLimits;
}

/**
 * Reads a picture that was brought, and writes it as PNG; a PNG is copied, so that what it says of itself is kept.
 * Throws `MediaError` if it cannot be read, or is beyond the limits.
 */
export async function receivePicture({ path, out, limits }: ReceivePicture): Promise<Size> {
  const format = await assertPixels(path, limits.picturePixels, pictures);
  const read = await readPicture(path);
  if (format === 'png') await copyFile(path, out);
  else await writePng(out, read);
  return { width: read.width, height: read.height };
}

/** What is expected of a file, in words. */
const pictures = { what: 'a picture', advice: 'Use a PNG, JPEG, WebP, GIF, TIFF, AVIF or SVG.' };
const animations: typeof pictures = {
  what: 'an animation',
  advice: 'Add it again, or as MP4, MOV, WebM or MKV.',
};

/** The format of a picture, whose size its first bytes say: nothing is decoded before that is known to be bearable. */
async function assertPixels(
  path: string,
  most: number,
  { what, advice }: typeof pictures,
): Promise<string | undefined> {
  const found = await sharp(path, { limitInputPixels: false, animated: true })
    .metadata()
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
      throw new MediaError({
        found: `the file is not ${what} that can be read (${reason})`,
        advice,
      });
    });
  assertWithin(found.width * (found.pageHeight ?? found.height), most);
  return found.format;
}

function assertWithin(pixels: number, most: number): void {
  if (pixels <= most) return;
  throw new MediaError({
    found: `it has ${(pixels / 1e6).toFixed(0)} million pixels`,
    expected: `at most ${(most / 1e6).toFixed(0)} million`,
    advice: 'Make it smaller and try again.',
  });
}

/** A copy of a video or picture for the page. */
export interface CopyTask {
  readonly path: string;
  readonly out: string;
  /**
   * `loop`: small, moving. `still`: its first frame, small. `small`: a picture, small. `before`: the frames of `clip`
   * that were edited. The others: formats, in full size, with what the video says of itself; `png`: all frames on a
   * sheet.
   */
  readonly want: 'loop' | 'still' | 'small' | 'before' | 'mp4' | 'webm' | 'gif' | 'png';
  /** The clip that was edited, for `before`. */
  readonly clip?: string | undefined;
  /** Of a `loop`, where its first frame is written as well. */
  readonly still?: string;
}

/** Makes copies; returns why, for those that could not be made. */
export async function makeCopies(tasks: readonly CopyTask[]): Promise<(string | undefined)[]> {
  const ends: (string | undefined)[] = [];
  for (const task of tasks) {
    ends.push(
      await makeCopy(task).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    );
  }
  return ends;
}

/** Longest side of small copies. */
const smallSide = 256;
/** Most frames of a loop. */
const loopFrames = 64;

async function makeCopy({ path, out, want, clip, still }: CopyTask): Promise<void> {
  if (want === 'small') return writeSmall(out, await readPicture(path));
  if (want === 'still') return writeSmall(out, (await readFrames(path, { start: 0, count: 1 }))[0]!);
  const { framesPerSecond, frameCount } = await inspectClip(path);
  const rate = framesPerSecond ?? 8;
  if (want === 'loop') {
    const frames = await readFrames(path, { start: 0, count: Math.min(frameCount, loopFrames) });
    // The loop is there only once its still picture is.
    if (still !== undefined) await writeSmall(still, frames[0]!);
    return writeLoop(out, await Promise.all(frames.map(small)), rate);
  }
  if (want === 'before')
    return writeVideo(out, await framesBeforeEdit(path, clip!), { framesPerSecond: rate });
  const frames = await readFrames(path);
  if (want === 'png') return writePng(out, contactSheet([frames], { columns: 8 }));
  const metadata = await readVideoMetadata(path);
  const whole = want === 'gif' ? frames : frames.map(even);
  await writeVideo(out, whole, { framesPerSecond: rate, metadata });
}

/** Without an odd row or column, which codecs of videos do not take. */
function even(picture: Picture): Picture {
  const size = evenSize(picture);
  const whole = size.width === picture.width && size.height === picture.height;
  return whole ? picture : cropPicture(picture, 0, 0, size);
}

async function small(picture: Picture): Promise<Picture> {
  const { width, height } = picture;
  const share = Math.min(1, smallSide / Math.max(width, height));
  const side = (length: number) => Math.max(1, Math.round(share * length));
  return share === 1 ? picture : resizePicture(picture, { width: side(width), height: side(height) });
}

async function writeSmall(out: string, picture: Picture): Promise<void> {
  const { width, height, data } = await small(picture);
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ quality: 85 })
    .toBuffer();
  await writeAtomically(out, (file) => file.writeFile(bytes));
}

/** Writes frames as an endless animated WebP. */
export async function writeLoop(
  out: string,
  frames: readonly Picture[],
  framesPerSecond: number,
): Promise<void> {
  const bytes = await encodeLoop(frames, framesPerSecond);
  await writeAtomically(out, (file) => file.writeFile(bytes));
}

/** A frame that becomes a picture. */
export interface FrameTask {
  readonly path: string;
  readonly frame: number;
  readonly out: string;
}

/** Writes a frame of a clip as PNG. Throws `MediaError` where it has no such frame. */
export async function takeFrame({ path, frame, out }: FrameTask): Promise<void> {
  const [picture] = await readFrames(path, { indices: [frame] });
  await writePng(out, picture!);
}
