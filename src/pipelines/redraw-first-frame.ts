/**
 * @file The first frame of an edited video, in the new look: a picture of the user's, or the clip's own first frame drawn anew
 * (SDEdit, arXiv 2108.01073). It is a PNG file that the user can look at before the long work, and from which an edit goes on.
 */
import { stat } from 'node:fs/promises';
import { StorageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { readFrames } from '../media/clip.ts';
import type { Picture } from '../media/picture.ts';
import { readPicture, readPngMetadata, writePng } from '../media/picture-file.ts';
import { type BaseModel, baseIdentity } from '../models/base-model.ts';
import type { PictureSize } from '../models/programs.ts';
import type { DeviceName } from '../runtime/devices.ts';
import { type DrawSettings, drawImages } from './draw-image.ts';
import { fitFirstFrame, pictureFingerprint } from './first-frame.ts';
import { type StoredRedrawing, settingsKey, type VideoSettings } from './video-settings.ts';

/** What the first frame is made from, and where it is kept. */
export interface NewFirstFrameOptions extends WorkOptions {
  /** Path of the PNG file. */
  readonly path: string;
  readonly size: PictureSize;
  /** The user's picture; `undefined`: the clip's first frame is drawn anew. */
  readonly given: Picture | undefined;
  /** How the user's picture meets the size. */
  readonly givenFit: VideoSettings['firstFrameFit'];
  readonly base: BaseModel;
  readonly device: DeviceName;
  readonly clip: { readonly path: string; readonly fingerprint: string };
  /** How the clip's first frame meets the size. */
  readonly fit: 'cover' | 'stretch';
  readonly drawing: DrawSettings;
  /** How far it is drawn anew; see `redrawStart`. */
  readonly strength: number;
  readonly seed: number;
}

/** A first frame of the video's size. */
export interface NewFirstFrame {
  readonly picture: Picture;
  /** How it was drawn, unless it was given. */
  readonly redrawn?: StoredRedrawing;
}

/** The PNG entry that says what the picture was made from. */
const MADE_FROM = 'lamp-made-from';

/**
 * The first frame in the new look: read from the file `path` if it was made from just this, else made and written there. Throws
 * `StorageError` when the file is one that no edit made, so that work of the user's is not lost; `MediaError` for the clip;
 * `InterruptedError` when the signal stops it.
 */
export async function newFirstFrame(options: NewFirstFrameOptions): Promise<NewFirstFrame> {
  const { path, given, drawing, strength, seed, onEvent } = options;
  const redrawn = given ? undefined : { ...drawing, strength, seed };
  const madeFrom = await describe(options);
  const kept = await keptPicture(path, madeFrom, options);
  if (kept) {
    onEvent?.({ type: 'notice', message: `the first frame in the new look is there already: "${path}".` });
    return { picture: kept, ...(redrawn && { redrawn }) };
  }
  const made = given ? { picture: await fitGiven(given, options) } : await redraw(options);
  const stored = 'settings' in made ? { [settingsKey]: JSON.stringify(made.settings) } : {};
  await writePng(path, made.picture, { ...stored, [MADE_FROM]: madeFrom });
  onEvent?.({ type: 'written', path });
  return { picture: made.picture, ...(redrawn && { redrawn }) };
}

/** All that decides the picture. */
async function describe(options: NewFirstFrameOptions): Promise<string> {
  const { size, given, givenFit, clip, fit, drawing, strength, seed, device } = options;
  const { width, height } = size;
  if (given) return JSON.stringify({ width, height, given: pictureFingerprint(given), givenFit });
  const { name: _, ...networks } = await baseIdentity(options.base);
  return JSON.stringify({
    width,
    height,
    clip: clip.fingerprint,
    fit,
    ...drawing,
    strength,
    seed,
    ...networks,
    device,
  });
}

/** The picture that is there, if it is the one that is wanted. */
async function keptPicture(
  path: string,
  madeFrom: string,
  options: NewFirstFrameOptions,
): Promise<Picture | undefined> {
  if (!(await stat(path).catch(() => undefined))) return undefined;
  const found = (await readPngMetadata(path))[MADE_FROM];
  if (found === madeFrom) return readPicture(path);
  if (found !== undefined) return undefined;
  const { given } = options;
  const picture = await readPicture(path);
  const same = given && pictureFingerprint(await fitGiven(given, options)).sha256;
  if (same === pictureFingerprint(picture).sha256) return picture;
  throw new StorageError(
    `"${path}" was not made by this program, or was changed since. Use it with --first-frame "${path}", or move it away.`,
  );
}

function fitGiven(given: Picture, { size, givenFit }: NewFirstFrameOptions): Promise<Picture> {
  return fitFirstFrame(given, size, givenFit);
}

async function redraw({
  clip,
  size,
  fit,
  base,
  drawing,
  strength,
  seed,
  device,
  ...work
}: NewFirstFrameOptions) {
  const [from] = await readFrames(clip.path, { indices: [0], size, fit });
  const request = { ...drawing, from: from!, strength, seed };
  const options = { ...size, device, stage: 'drawing the first frame' } as const;
  for await (const drawn of drawImages(base, [request], options, work)) return drawn;
  throw new Error('one request gives one picture');
}
