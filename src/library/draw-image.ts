/** @file Drawing a picture with a base model alone: everything from options to pixels in one call. */
import { join, parse } from 'node:path';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import type { Picture } from '../media/picture.ts';
import { assertPicturePath, writePicture } from '../media/picture-file.ts';
import { assertFileTarget } from '../media/video-target.ts';
import { assertPictureSize, recommendedSize } from '../models/picture-size.ts';
import { phrase, setting } from '../phrases.ts';
import { type DrawnPicture, drawPictures } from '../pipelines/draw/draw-picture.ts';
import { tellFarPictures } from '../pipelines/draw/far-size.ts';
import type { SamplingSettings } from '../pipelines/draw/sampling-settings.ts';
import { settingsKey } from '../pipelines/video/stored-settings.ts';
import { checkDevice, type DeviceName, parseDevice } from '../runtime/devices.ts';
import { assertComplete } from '../training/complete-base.ts';
import { checkOptions, field, fieldsNamed, workFields } from './check-options.ts';
import { type BaseChoice, baseField, givenBase } from './load-base.ts';
import { givenPicture } from './video.ts';

/** What `drawImage` takes. What is left out is as the base recommends (its `lamp.json`), or usual. */
export interface DrawImageOptions extends Partial<SamplingSettings>, WorkOptions {
  /** What the picture shows. */
  readonly prompt: string;
  /** The model that draws; the built-in one unless told. See `LoadBaseOptions.base`. */
  readonly base?: BaseChoice;
  /** What the picture shall not show; nothing unless told. */
  readonly negativePrompt?: string;
  /** Pixels, a multiple of what the base's VAE needs (8 in Stable Diffusion); what suits the base unless told. */
  readonly width?: number;
  /** Pixels, like `width`. */
  readonly height?: number;
  /** One seed gives the same picture again on the same device; 0 unless told. */
  readonly seed?: number;
  /** A picture, or the path of one, to draw anew as the prompt says (SDEdit), cut to the size of the new one. */
  readonly from?: Picture | string;
  /** How far that one is drawn anew, 0 (as it is) to 1; 0.6 unless told. */
  readonly strength?: number;
  /** Where to compute: `cpu` unless told. */
  readonly device?: DeviceName;
  /** Writes the picture there: `.png`, with its settings, `.jpg` or `.webp`. */
  readonly out?: string;
}

const fields = {
  prompt: field.text,
  base: baseField.optional(),
  negativePrompt: field.anyText.optional(),
  width: field.number.optional(),
  height: field.number.optional(),
  seed: field.seed.optional(),
  from: field.picture.optional(),
  strength: field.number.optional(),
  device: field.text.optional(),
  out: field.path.optional(),
  ...fieldsNamed(['sampler', 'samplerSteps', 'eta', 'guidance'] as const),
  ...workFields,
};

/** What `drawImages` takes. */
export interface DrawImagesOptions extends DrawImageOptions {
  /** How many; 1 by default. Picture n, counted from 0, has the seed plus n. */
  readonly count?: number;
}

/** Most pictures of one call: what is above is a slip of the keyboard. */
const MOST_PICTURES = 10_000;

/**
 * Draws a picture of what a prompt says, or a given picture anew, with a base model alone. For many pictures,
 * `drawImages` compiles the networks once. Throws `UsageError` for an option that makes no sense, `CheckpointError`
 * (base), `MediaError` (`from`), `DeviceError`, `StorageError` when `out` cannot be written, `InterruptedError` when
 * the signal stops it.
 *
 * @example import { drawImage } from 'lamp-video';
 *
 * const { picture } = await drawImage({ prompt: 'a fox in the snow', samplerSteps: 10, out: 'fox.png' });
 * console.log(picture.width, picture.height);
 */
export async function drawImage(options: DrawImageOptions): Promise<DrawnPicture> {
  const [drawn] = await draw({ ...checkOptions('drawImage', options, fields), count: 1 });
  return drawn!;
}

/**
 * Draws several pictures, each with noise of its own, with networks compiled once. `out` is numbered (`fox-0.png`, …)
 * where there are several; each is written as soon as it is done. Throws what `drawImage` throws.
 *
 * @example import { drawImages } from 'lamp-video';
 *
 * const drawn = await drawImages({ prompt: 'a fox in the snow', count: 2, samplerSteps: 10, out: 'foxes.png' });
 * console.log(drawn.length, drawn[1]!.settings.seed); // 2 1
 */
export async function drawImages(options: DrawImagesOptions): Promise<DrawnPicture[]> {
  const { count = 1, ...given } = checkOptions('drawImages', options, {
    ...fields,
    count: field.number.optional(),
  });
  if (!Number.isInteger(count) || count < 1 || count > MOST_PICTURES) {
    throw new UsageError({
      found: phrase`${setting('count')} is ${count}`,
      expected: `a whole number from 1 to ${MOST_PICTURES}`,
      setting: 'count',
    });
  }
  return draw({ ...given, count });
}

async function draw(options: DrawImageOptions & { readonly count: number }): Promise<DrawnPicture[]> {
  const { onEvent, signal, count, ...given } = options;
  const work = { onEvent, signal };
  const { base: choice, out, from, width, height, device: deviceName = 'cpu', seed = 0, ...request } = given;
  if (out !== undefined) assertPicturePath(out);
  if (request.strength !== undefined && from === undefined) {
    throw new UsageError({
      found: phrase`${setting('strength')} says how far a picture is drawn anew, and none is given`,
      setting: 'strength',
      advice: phrase`Give the picture with ${setting('from')}.`,
    });
  }
  const device = parseDevice(deviceName);
  const base = await givenBase(choice, work);
  const usual = width !== undefined && height !== undefined ? { width, height } : recommendedSize(base);
  const size = { width: width ?? usual.width, height: height ?? usual.height };
  assertPictureSize(base.vae.config, size);
  assertComplete(base, size);
  const paths = Array.from({ length: count }, (_, n) => out && (count === 1 ? out : numbered(out, n, count)));
  for (const path of paths) if (path !== undefined) await assertFileTarget(path);
  const picture = from === undefined ? {} : { from: await givenPicture(from) };
  await checkDevice(device);
  const requests = paths.map((_, n) => ({ ...request, ...picture, seed: seed + n }));
  await tellFarPictures({ base, requests, size, device }, work);
  const drawn: DrawnPicture[] = [];
  for await (const each of drawPictures(base, requests, { ...size, device }, work)) {
    const path = paths[drawn.length];
    drawn.push(each);
    if (path === undefined) continue;
    await writePicture(path, each.picture, { [settingsKey]: JSON.stringify(each.settings) });
    onEvent?.({ type: 'written', path });
  }
  return drawn;
}

/** `fox.png` as `fox-0.png`, with as many digits as the last one needs, so that names sort as numbers do. */
function numbered(path: string, n: number, count: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${String(n).padStart(String(count - 1).length, '0')}${ext}`);
}
