/** @file Drawing a picture with a base model alone: everything from options to pixels in one call. */
import type { WorkOptions } from '../events.ts';
import type { Picture } from '../media/picture.ts';
import { assertPicturePath, writePicture } from '../media/picture-file.ts';
import { assertFileTarget } from '../media/video-target.ts';
import { assertPictureSize, recommendedSize } from '../models/picture-size.ts';
import { type DrawnPicture, drawImages } from '../pipelines/draw/draw-picture.ts';
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

/**
 * Draws a picture of what a prompt says, or a given picture anew, with a base model alone. For many pictures, `drawImages`
 * compiles the networks once. Throws `UsageError` for an option that makes no sense, `CheckpointError` (base), `MediaError`
 * (`from`), `DeviceError`, `StorageError` when `out` cannot be written, `InterruptedError` when the signal stops it.
 *
 * @example
 * import { drawImage } from 'lamp-video';
 *
 * const { picture } = await drawImage({ prompt: 'a fox in the snow', samplerSteps: 10, out: 'fox.png' });
 * console.log(picture.width, picture.height);
 */
export async function drawImage(options: DrawImageOptions): Promise<DrawnPicture> {
  const { onEvent, signal, ...given } = checkOptions('drawImage', options, fields);
  const work = { onEvent, signal };
  const { base: choice, out, from, width, height, device: deviceName = 'cpu', ...request } = given;
  if (out !== undefined) assertPicturePath(out);
  const device = parseDevice(deviceName);
  const base = await givenBase(choice, work);
  const usual = width !== undefined && height !== undefined ? { width, height } : recommendedSize(base);
  const size = { width: width ?? usual.width, height: height ?? usual.height };
  assertPictureSize(base.vae.config, size);
  assertComplete(base, size);
  if (out !== undefined) await assertFileTarget(out);
  const picture = from === undefined ? {} : { from: await givenPicture(from) };
  await checkDevice(device);
  await tellFarPictures({ base, requests: [{ ...request, ...picture }], size, device }, work);
  const drawing = drawImages(base, [{ ...request, ...picture }], { ...size, device }, work);
  let drawn: DrawnPicture | undefined;
  for await (const each of drawing) drawn = each;
  if (out !== undefined) {
    await writePicture(out, drawn!.picture, { [settingsKey]: JSON.stringify(drawn!.settings) });
    onEvent?.({ type: 'written', path: out });
  }
  return drawn!;
}
