/** @file Drawing a picture with a base model alone: everything from options to pixels in one call. */
import { join, parse } from 'node:path';
import { z } from 'zod';
import { redrawStrength } from '../diffusion/sdedit.ts';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { assertPicturePath, writePicture } from '../media/picture-file.ts';
import { assertFileTarget } from '../media/video-target.ts';
import { assertPictureSize, recommendedSize } from '../models/picture-size.ts';
import { phrase, setting } from '../phrases.ts';
import { type DrawnPicture, drawPictures } from '../pipelines/draw/draw-picture.ts';
import { tellFarPictures } from '../pipelines/draw/far-size.ts';
import { pictureSampling } from '../pipelines/draw/sampling-settings.ts';
import { settingsKey } from '../pipelines/video/stored-settings.ts';
import { checkDevice, parseDevice } from '../runtime/devices.ts';
import { declare, type GivenSettings, required } from '../settings.ts';
import { assertComplete } from '../training/complete-base.ts';
import { checkOptions, field, workFields } from './check-options.ts';
import { givenBase, pictureBaseSetting } from './load-base.ts';
import { shared } from './shared-settings.ts';
import { givenPicture } from './video.ts';

const usualSize = "the base's";

/** The settings of `drawImage`. */
export const drawImageSettings = {
  prompt: required(declare(field.text, { description: 'what the picture shows' })),
  base: pictureBaseSetting,
  negativePrompt: declare(field.anyText, {
    description: 'what the picture shall not show',
    usual: 'nothing',
  }),
  width: declare(shared.width.schema, {
    description: 'width of the picture, a multiple of 8 in Stable Diffusion',
    unit: 'pixels',
    usual: usualSize,
  }),
  height: declare(shared.height.schema, {
    description: 'height of the picture, a multiple of 8 in Stable Diffusion',
    unit: 'pixels',
    usual: usualSize,
  }),
  seed: shared.seed,
  from: declare(field.picture, {
    description: 'a picture that is drawn anew as the prompt says (SDEdit), cut to the size of the new one',
  }),
  strength: declare(z.number().min(0).max(1), {
    description: phrase`how far ${setting('from')} is drawn anew: 0 leaves it as it is, 1 keeps next to nothing`,
    default: redrawStrength,
  }),
  device: shared.device,
  out: declare(field.path, {
    description: 'file of the picture: .png, which stores its settings, .jpg or .webp',
  }),
  ...pictureSampling,
};

/** What `drawImage` takes. What is left out is as the base recommends (its `lamp.json`), or usual. */
export interface DrawImageOptions extends GivenSettings<typeof drawImageSettings>, WorkOptions {}

/** The settings of `drawImages`. */
export const drawImagesSettings = {
  ...drawImageSettings,
  /** Most pictures of one call: what is above is a slip of the keyboard. */
  count: declare(z.int().min(1).max(10_000), {
    description: 'how many pictures; picture n, counted from 0, has the seed plus n',
    unit: 'pictures',
    default: 1,
  }),
};

/** What `drawImages` takes. */
export interface DrawImagesOptions extends GivenSettings<typeof drawImagesSettings>, WorkOptions {}

/**
 * Draws a picture of what a prompt says, or a given picture anew, with a base model alone. For many pictures,
 * `drawImages` compiles the networks once. Throws `UsageError` for an option that makes no sense, `CheckpointError`
 * (base), `MediaError` (`from`), `DeviceError`, `StorageError` when `out` cannot be written, `InterruptedError` when
 * the signal stops it.
 *
 * @example
 * import { drawImage } from 'lamp-video';
 *
 * const { picture } = await drawImage({ prompt: 'a fox in the snow', samplerSteps: 10, out: 'fox.png' });
 * console.log(picture.width, picture.height);
 */
export async function drawImage(options: DrawImageOptions): Promise<DrawnPicture> {
  const [drawn] = await draw({
    ...checkOptions('drawImage', options, { ...drawImageSettings, ...workFields }),
    count: 1,
  });
  return drawn!;
}

/**
 * Draws several pictures, each with noise of its own, with networks compiled once. `out` is numbered (`fox-0.png`, …)
 * where there are several; each is written as soon as it is done. Throws what `drawImage` throws.
 *
 * @example
 * import { drawImages } from 'lamp-video';
 *
 * const drawn = await drawImages({ prompt: 'a fox in the snow', count: 2, samplerSteps: 10, out: 'foxes.png' });
 * console.log(drawn.length, drawn[1]!.settings.seed); // 2 1
 */
export async function drawImages(options: DrawImagesOptions): Promise<DrawnPicture[]> {
  const { count = 1, ...given } = checkOptions('drawImages', options, {
    ...drawImagesSettings,
    ...workFields,
  });
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
