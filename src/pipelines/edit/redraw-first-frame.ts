/**
 * @file The first frame of an edited video: the user's picture, or the clip's first frame redrawn (SDEdit, arXiv
 * 2108.01073). It is kept as a PNG file that the user can look at before the long work, and that later calls reuse.
 */

import { stat } from 'node:fs/promises';
import { redrawSteps } from '../../diffusion/sdedit.ts';
import { StorageError } from '../../errors.ts';
import { notice, type WorkOptions } from '../../events.ts';
import { readFrames } from '../../media/clip.ts';
import type { Picture } from '../../media/picture.ts';
import { readPicture, readPngMetadata, writePng } from '../../media/picture-file.ts';
import { resizePicture } from '../../media/resize.ts';
import type { Fit } from '../../media/shape-settings.ts';
import type { Size } from '../../media/size.ts';
import { type BaseModel, baseIdentity } from '../../models/base-model.ts';
import { phrase, setting } from '../../phrases.ts';
import { concerning } from '../../renamed-setting.ts';
import type { DeviceName } from '../../runtime/devices.ts';
import type { MemoryChoice } from '../../runtime/memory-mode.ts';
import type { DrawSettings } from '../draw/draw-picture.ts';
import { drawFirstFrame, type FirstFrameBase, firstFrameSize } from '../video/drawn-first-frame.ts';
import { fitFirstFrame, pictureFingerprint } from '../video/encode-first-frame.ts';
import { type StoredRedrawing, storedMetadata } from '../video/stored-settings.ts';
import type { VideoSettings } from '../video/video-settings.ts';

/** Options of {@link newFirstFrame}. */
export interface NewFirstFrameOptions extends WorkOptions {
  /** Path of the PNG file. */
  readonly path: string;
  readonly size: Size;
  /** The user's picture; `undefined`: the clip's first frame is redrawn. */
  readonly given: Picture | undefined;
  /** How the user's picture is fitted to the size. */
  readonly givenFit: VideoSettings['firstFrameFit'];
  readonly base: BaseModel;
  /** Another model that redraws it in place of the base model. */
  readonly firstFrameBase?: FirstFrameBase | undefined;
  readonly device: DeviceName;
  /** How much memory redrawing may take; default `auto`. */
  readonly memory?: MemoryChoice | undefined;
  readonly clip: { readonly path: string; readonly fingerprint: string };
  /** How the clip's first frame is fitted to the size. */
  readonly fit: Fit;
  readonly drawing: DrawSettings;
  /** How far it is redrawn; see `redrawStart`. */
  readonly strength: number;
  readonly seed: number;
}

/** A first frame of the video's size. */
export interface NewFirstFrame {
  readonly picture: Picture;
  /** How it was redrawn, unless it was given. */
  readonly redrawn?: StoredRedrawing;
}

/** The PNG text entry that records what the picture was made from. */
const MADE_FROM = 'lamp-made-from';

/**
 * The edited first frame: read from the file `path` if it was made from the same inputs, else made and written there.
 * Throws `StorageError` if the file was not written by an edit, so that the user's work is not lost; `MediaError` for
 * the clip; `InterruptedError` when stopped by the signal.
 */
export async function newFirstFrame(options: NewFirstFrameOptions): Promise<NewFirstFrame> {
  const { path, given, drawing, strength, seed, onEvent } = options;
  const by = given ? undefined : await drawnBy(options);
  const stepsTaken = redrawSteps(drawing.samplerSteps, strength);
  const redrawn = given ? undefined : { ...drawing, strength, stepsTaken, seed, ...(by && { by }) };
  const madeFrom = await describe(options);
  const kept = await concerning('run', () => keptPicture(path, madeFrom, options));
  if (kept) {
    onEvent?.(notice(`using the existing first frame "${path}".`));
    return { picture: kept, ...(redrawn && { redrawn }) };
  }
  const made = given ? { picture: await fitGiven(given, options) } : await redraw(options);
  const stored = 'settings' in made ? storedMetadata(made.settings) : {};
  await writePng(path, made.picture, { ...stored, [MADE_FROM]: madeFrom });
  onEvent?.({ type: 'written', path });
  return { picture: made.picture, ...(redrawn && { redrawn }) };
}

/** Everything that the picture depends on. */
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

/** The other model that redraws it, if any, and at which size. */
async function drawnBy({ firstFrameBase, size }: NewFirstFrameOptions): Promise<StoredRedrawing['by']> {
  if (!firstFrameBase) return undefined;
  return { base: await baseIdentity(firstFrameBase.base), ...firstFrameSize(firstFrameBase, size) };
}

/** The existing picture, if it was made from the same inputs. */
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
  firstFrameBase,
  drawing,
  strength,
  seed,
  device,
  memory,
  ...work
}: NewFirstFrameOptions) {
  const by = firstFrameBase ?? { base, size };
  const drawnAt = firstFrameSize(by, size);
  const [from] = await readFrames(clip.path, { indices: [0], size: drawnAt, fit });
  const request = { ...drawing, from: from!, strength, seed };
  const options = { video: size, device, memory };
  const { picture, settings } = await concerning(firstFrameBase ? 'firstFrameBase' : 'base', () =>
    drawFirstFrame(by, request, options, work),
  );
  return { picture: await resizePicture(picture, size), settings };
}
