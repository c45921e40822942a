/** @file Base models as given by callers: loaded, by path, from the hub, or the built-in one. */

import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { exists } from '../checkpoints/exists.ts';
import type { WorkOptions } from '../events.ts';
import { resolveBase } from '../hub/resolve-base.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { builtInBase, builtInName } from '../models/built-in-base.ts';
import { concerning } from '../renamed-setting.ts';
import { declare, type GivenSettings } from '../settings.ts';
import { checked, expecting } from '../wrong-settings.ts';
import { workFields } from './shared-fields.ts';

/** A base model: the result of `loadBase`, or a value of `LoadBaseOptions.base`. */
export type BaseChoice = BaseModel | string;

/** What a base model can be. */
const baseField = checked<BaseChoice>(
  (value) =>
    (typeof value === 'string' && value !== '') ||
    typeof (value as BaseModel | null)?.fingerprint === 'string',
  'a path, a name like "hub:owner/name", or a model returned by loadBase',
  'path',
);

const kinds =
  'a diffusers folder, a single file, or hub:owner/name[@revision], which is downloaded unless it is in the cache';

/** The kinds of base models for motions. */
export const baseKinds = `Stable Diffusion 1.x or 2.x, ${kinds}`;

/** The option `base`, a base model. */
export const baseSetting = declare(baseField, {
  description: `the base model: ${baseKinds}`,
  usual: 'built-in, the small one included in lamp',
});

/** The option `base` for drawing pictures without a motion. */
export const pictureBaseSetting = declare(baseField, {
  ...baseSetting,
  description: `the base model: Stable Diffusion 1.x, 2.x or XL, ${kinds}`,
});

/** The settings of `loadBase`. */
export const loadBaseSettings = {
  base: declare(
    expecting(z.string().min(1), 'a path, or a name like "hub:owner/name"', 'path'),
    pictureBaseSetting,
  ),
};

/** Options of `loadBase`. */
export interface LoadBaseOptions extends GivenSettings<typeof loadBaseSettings>, WorkOptions {}

/**
 * Opens a base model for use in several calls. Weights are read only when needed. Throws `CheckpointError` if it is
 * missing, damaged or of another kind, or if the hub refuses it; `StorageError` if the disk is too full for the
 * download; `InterruptedError` when stopped during the download.
 *
 * @example
 * import { loadBase } from 'lamp-video';
 *
 * const base = await loadBase();
 * console.log(base.name, base.settings.size); // built-in { width: 128, height: 128 }
 */
export async function loadBase(options: LoadBaseOptions = {}): Promise<BaseModel> {
  const { base = builtInName, ...work } = checkOptions('loadBase', options, {
    ...loadBaseSettings,
    ...workFields,
  });
  return concerning('base', async () => openBaseModel(await basePath(base, work), work));
}

/**
 * The local path of a base model: that of `resolveBase`, or of the built-in model for its name unless a file of that
 * name exists. Throws what `resolveBase` throws.
 */
async function basePath(name: string, work: WorkOptions): Promise<string> {
  const isBuiltIn = name === builtInName && !(await exists(name));
  return isBuiltIn ? builtInBase() : resolveBase(name, work);
}

/** The model given by an option; see `loadBase`. */
export async function givenBase(base: BaseChoice | undefined, work: WorkOptions): Promise<BaseModel> {
  if (typeof base === 'object') return base;
  const { onEvent, signal } = work;
  return loadBase({ ...(base !== undefined && { base }), onEvent, signal });
}

/** The model's local path; see `loadBase`. */
export async function baseFolder(base: BaseChoice, work: WorkOptions): Promise<string> {
  return typeof base === 'object' ? base.folder : concerning('base', () => basePath(base, work));
}
