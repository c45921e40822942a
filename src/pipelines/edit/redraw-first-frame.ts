/**
 * @file The first frame of an edited video, in the new look: a picture of the user's, or the clip's own first frame drawn anew
 * (SDEdit, arXiv 2108.01073). It is a PNG file that the user can look at before the long work, and from which an edit goes on.
 */

import { stat } from 'node:fs/promises';
import { redrawSteps } from '../../diffusion/sdedit.ts';
import { StorageError } from '../../errors.ts';
import { notice, type WorkOptions } from '../../events.ts';
import { readFrames } from '../../media/clip.ts';
import type { Picture } from '../../media/picture.ts';
import { readPicture, readPngMetadata, writePng } from '../../media/picture-file.ts';
import { resizePicture } from '../../media/resize.ts';
import { type BaseModel, baseIdentity } from '../../models/base-model.ts';
import type { PictureSize } from '../../models/programs.ts';
import { phrase, setting } from '../../phrases.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { DrawSettings } from '../draw/draw-picture.ts';
import { drawFirstFrame, type FirstFrameBase, firstFrameSize } from '../video/drawn-first-frame.ts';
import { fitFirstFrame, pictureFingerprint } from '../video/encode-first-frame.ts';
import { type StoredRedrawing, settingsKey } from '../video/stored-settings.ts';
import type { VideoSettings } from '../video/video-settings.ts';

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
  /** Another model, which draws it anew in place of the base model. */
  readonly firstFrameBase?: FirstFrameBase | undefined;
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
  const by = given ? undefined : await drawnBy(options);
  const stepsTaken = redrawSteps(drawing.samplerSteps, strength);
  const redrawn = given ? undefined : { ...drawing, strength, stepsTaken, seed, ...(by && { by }) };
  const madeFrom = await describe(options);
  const kept = await keptPicture(path, madeFrom, options);
  if (kept) {
    onEvent?.(notice(`the first frame in the new look is there already: "${path}".`));
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
  const by = await drawnBy(options);
  const { name: _, ...networks } = by?.base ?? (await baseIdentity(options.base));
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
    ...(by && { drawnAt: { width: by.width, height: by.height } }),
  });
}

/** Which other model draws it, if one does, and how large. */
async function drawnBy({ firstFrameBase, size }: NewFirstFrameOptions): Promise<StoredRedrawing['by']> {
  if (!firstFrameBase) return undefined;
  return { base: await baseIdentity(firstFrameBase.base), ...firstFrameSize(firstFrameBase, size) };
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
  throw new StorageError({
    found: `"${path}" was not made by this program, or was changed since`,
    setting: 'run',
    advice: phrase`Use it with ${setting('firstFrame', path)}, or move it away.`,
  });
}

function fitGiven(given: Picture, { size, givenFit }: NewFirstFrameOptions): Promise<Picture> {
  return fitFirstFrame(given, size, givenFit);
}

async function redraw({
  clip,
  size,
  fit,
  base,
  firstFrameBase = { base, size },
  drawing,
  strength,
  seed,
  device,
  ...work
}: NewFirstFrameOptions) {
  const drawnAt = firstFrameSize(firstFrameBase, size);
  const [from] = await readFrames(clip.path, { indices: [0], size: drawnAt, fit });
  const request = { ...drawing, from: from!, strength, seed };
  const { picture, settings } = await drawFirstFrame(firstFrameBase, request, { video: size, device }, work);
  return { picture: await resizePicture(picture, size), settings };
}
