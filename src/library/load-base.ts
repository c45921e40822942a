/** @file Base models as callers name them: loaded, by path, from the hub, or the built-in one. */
import { z } from 'zod';
import { exists } from '../checkpoints/exists.ts';
import type { WorkOptions } from '../events.ts';
import { resolveBase } from '../hub/resolve-base.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { builtInBase, builtInName } from '../models/built-in-base.ts';
import { declare, type GivenSettings } from '../settings.ts';
import { checked, expecting } from '../wrong-settings.ts';
import { checkOptions, workFields } from './check-options.ts';

/** A base model: one that was loaded (`loadBase`), or what `LoadBaseOptions.base` can be. */
export type BaseChoice = BaseModel | string;

/** What a base model can be. */
const baseField = checked<BaseChoice>(
  (value) =>
    (typeof value === 'string' && value !== '') ||
    typeof (value as BaseModel | null)?.fingerprint === 'string',
  'a path, a name like "hub:owner/name", or a model that loadBase gave',
);

const kinds =
  'a diffusers folder, one file, or hub:owner/name[@revision], which is downloaded where it is not in the cache';

/** What base models of motions can be. */
export const baseKinds = `Stable Diffusion 1.x or 2.x, ${kinds}`;

/** The option `base`, a base model. */
export const baseSetting = declare(baseField, {
  description: `the base model: ${baseKinds}`,
  usual: 'built-in, the small one that comes with lamp',
});

/** The same where the base draws pictures alone, without a motion. */
export const pictureBaseSetting = declare(baseField, {
  ...baseSetting,
  description: `the base model: Stable Diffusion 1.x, 2.x or XL, ${kinds}`,
});

/** The settings of `loadBase`. */
export const loadBaseSettings = {
  base: declare(expecting(z.string().min(1), 'a path, or a name like "hub:owner/name"'), pictureBaseSetting),
};

/** What `loadBase` takes. */
export interface LoadBaseOptions extends GivenSettings<typeof loadBaseSettings>, WorkOptions {}

/**
 * Opens a base model, for several calls that use it. Its weights are not read before they are needed. Throws
 * `CheckpointError` when it is missing, damaged or of another kind, or the hub refuses it; `StorageError` when the
 * disk is too full to download it; `InterruptedError` when stopped while it is downloaded.
 *
 * @example
 * import { loadBase } from 'lamp-video';
 *
 * const base = await loadBase();
 * console.log(base.name, base.settings.size); // built-in { width: 64, height: 64 }
 */
export async function loadBase(options: LoadBaseOptions = {}): Promise<BaseModel> {
  const { base = builtInName, ...work } = checkOptions('loadBase', options, {
    ...loadBaseSettings,
    ...workFields,
  });
  return openBaseModel(await basePath(base, work), work);
}

/**
 * The local path of a base model: as `resolveBase` gives it, and of the built-in one for its name, unless there is
 * something else of that name. Throws what `resolveBase` throws.
 */
export async function basePath(name: string, work: WorkOptions): Promise<string> {
  const isBuiltIn = name === builtInName && !(await exists(name));
  return isBuiltIn ? builtInBase() : resolveBase(name, work);
}

/** The model that an option means: see `loadBase`. */
export async function givenBase(base: BaseChoice | undefined, work: WorkOptions): Promise<BaseModel> {
  if (typeof base === 'object') return base;
  const { onEvent, signal } = work;
  return loadBase({ ...(base !== undefined && { base }), onEvent, signal });
}

/** Its local path: see `loadBase`. */
export async function baseFolder(base: BaseChoice, work: WorkOptions): Promise<string> {
  return typeof base === 'object' ? base.folder : basePath(base, work);
}
