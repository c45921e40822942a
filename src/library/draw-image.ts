/** @file `drawImage` and `drawImages`: drawing pictures with a base model, from options to pixels. */

import { join, parse } from 'node:path';
import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { UsageError } from '../errors.ts';
import type { WorkOptions } from '../events.ts';
import { assertPicturePath, writePicture } from '../media/picture-file.ts';
import { sizeSettings } from '../media/shape-settings.ts';
import { assertFileTarget } from '../media/video-target.ts';
import { assertPictureSize, recommendedSize } from '../models/picture-size.ts';
import { inPrecision } from '../models/precision.ts';
import { phrase, setting } from '../phrases.ts';
import { type DrawnPicture, drawPictures, resolveDrawSettings } from '../pipelines/draw/draw-picture.ts';
import { tellFarPictures } from '../pipelines/draw/far-size.ts';
import { redrawSettings } from '../pipelines/draw/redrawing.ts';
import { pictureSampling, recommendedSampling } from '../pipelines/draw/sampling-settings.ts';
import { storedMetadata } from '../pipelines/video/stored-settings.ts';
import { concerning } from '../renamed-setting.ts';
import { checkDevice } from '../runtime/devices.ts';
import { declare, type GivenSettings, pick, redeclared, required, withDefaults } from '../settings.ts';
import { assertComplete } from '../training/complete-base.ts';
import { onDevice } from './chosen-device.ts';
import { givenBase, pictureBaseSetting } from './load-base.ts';
import { field, workFields } from './shared-fields.ts';
import { shared } from './shared-settings.ts';
import { assertGuided } from './unused-options.ts';
import { givenPicture } from './video.ts';

const usualSize = "the base's";

/** The settings of `drawImage`. */
export const drawImageSettings = {
  prompt: required(declare(field.text, { description: 'what the picture shows' })),
  base: pictureBaseSetting,
  negativePrompt: declare(shared.negativePrompt.schema, {
    ...shared.negativePrompt,
    description: 'what the picture should not show',
  }),
  ...redeclared(sizeSettings, {
    width: {
      description: 'width of the picture, a multiple of 8 in Stable Diffusion',
      sizeOf: 'the picture, a multiple of 8 in Stable Diffusion',
      usual: usualSize,
    },
    height: { description: 'height of the picture, a multiple of 8 in Stable Diffusion', usual: usualSize },
  }),
  seed: shared.seed,
  from: declare(field.picture, {
    description: 'a picture to redraw according to the prompt (SDEdit), cropped to the size',
  }),
  strength: declare(redrawSettings.strength.schema, { ...redrawSettings.strength, onlyWith: 'from' }),
  device: shared.device,
  memory: shared.memory,
  precision: shared.precision,
  out: declare(field.path, {
    description: 'file of the picture: .png, which stores its settings, .jpg or .webp',
  }),
  ...pictureSampling,
};

/**
 * Options of `drawImage`. Omitted settings are those that the base recommends (in its `lamp.json`), else the defaults.
 */
export interface DrawImageOptions extends GivenSettings<typeof drawImageSettings>, WorkOptions {}

/** The settings of `drawImages`. */
export const drawImagesSettings = {
  ...drawImageSettings,
  /** The upper bound is meant to catch typing errors. */
  count: declare(z.int().min(1).max(10_000), {
    description: 'how many pictures; picture n, counted from 0, has the seed plus n',
    unit: 'pictures',
    default: 1,
  }),
};

/** Options of `drawImages`. */
export interface DrawImagesOptions extends GivenSettings<typeof drawImagesSettings>, WorkOptions {}

/**
 * Draws a picture from a prompt, or redraws a given one, with a base model alone. For many pictures, `drawImages`
 * compiles the networks once. Throws `UsageError` for an invalid option, `CheckpointError` (base), `MediaError`
 * (`from`), `DeviceError`, `StorageError` if `out` cannot be written, `InterruptedError` when stopped by the signal.
 *
 * @example
 * import { drawImage } from 'lamp-video';
 *
 * const { picture } = await drawImage({ prompt: 'a fox in the snow', samplerSteps: 10, out: 'fox.png' });
 * console.log(picture.width, picture.height);
 */
export async function drawImage(options: DrawImageOptions): Promise<DrawnPicture> {
  const [drawn] = await draw(checkOptions('drawImage', options, { ...drawImageSettings, ...workFields }));
  return drawn!;
}

/**
 * Draws several pictures, each with its own noise, compiling the networks once. With several pictures, `out` is
 * numbered (`fox-0.png`, …); each is written as soon as it is finished. Throws what `drawImage` throws.
 *
 * @example
 * import { drawImages } from 'lamp-video';
 *
 * const drawn = await drawImages({ prompt: 'a fox in the snow', count: 2, samplerSteps: 10, out: 'foxes.png' });
 * console.log(drawn.length, drawn[1]!.settings.seed); // 2 1
 */
export async function drawImages(options: DrawImagesOptions): Promise<DrawnPicture[]> {
  const given = checkOptions('drawImages', options, { ...drawImagesSettings, ...workFields });
  return draw(given);
}

async function draw(options: DrawImagesOptions): Promise<DrawnPicture[]> {
  const { onEvent, onPreview, signal, ...given } = options;
  const {
    base: choice,
    out,
    from,
    width,
    height,
    device: deviceName,
    memory,
    precision,
    seed,
    count,
    ...request
  } = withDefaults(pick(drawImagesSettings, ['device', 'memory', 'precision', 'seed', 'count']), given);
  if (out !== undefined) assertPicturePath(out);
  if (request.strength !== undefined && from === undefined) {
    throw new UsageError({
      found: phrase`${setting('strength')} says how far a picture is redrawn, but none is given`,
      setting: 'strength',
      advice: phrase`Give the picture with ${setting('from')}.`,
    });
  }
  const { device, work } = await onDevice(
    { device: deviceName, memory, precision },
    { onEvent, onPreview, signal },
  );
  const base = await inPrecision(await givenBase(choice, work), precision, device);
  const usual = width !== undefined && height !== undefined ? { width, height } : recommendedSize(base);
  const size = { width: width ?? usual.width, height: height ?? usual.height };
  assertPictureSize(base.vae.config, size);
  await concerning('base', async () => assertComplete(base, size));
  assertGuided(request, resolveDrawSettings(request, recommendedSampling(base.settings)));
  const paths = Array.from({ length: count }, (_, n) => out && (count === 1 ? out : numbered(out, n, count)));
  await concerning('out', async () => {
    for (const path of paths) if (path !== undefined) await assertFileTarget(path);
  });
  const picture = from === undefined ? {} : { from: await givenPicture('from', from) };
  await checkDevice(device);
  const requests = paths.map((_, n) => ({ ...request, ...picture, seed: seed + n }));
  await tellFarPictures({ base, requests, size, device }, work);
  const drawn: DrawnPicture[] = [];
  // Weights are read while a picture is drawn.
  return concerning({ CheckpointError: 'base', StorageError: 'out' }, async () => {
    for await (const each of drawPictures(base, requests, { ...size, device, memory }, work)) {
      const path = paths[drawn.length];
      drawn.push(each);
      if (path === undefined) continue;
      await writePicture(path, each.picture, storedMetadata(each.settings));
      onEvent?.({ type: 'written', path });
    }
    return drawn;
  });
}

/**
 * Numbers a path: `fox.png` becomes `fox-0.png`, with as many digits as the last number needs, so that names sort
 * correctly.
 */
function numbered(path: string, n: number, count: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${String(n).padStart(String(count - 1).length, '0')}${ext}`);
}
