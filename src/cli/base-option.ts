/** @file The `--base` option: where a command's base model comes from. */
import type { WorkOptions } from '../events.ts';
import { resolveBase } from '../hub/resolve-base.ts';
import { type BaseModel, openBaseModel } from '../models/base-model.ts';
import { builtInBase } from '../models/built-in-base.ts';

/**
 * Opens the base model that the option names: a folder or file, `hub:owner/name[@revision]`, which is downloaded where it
 * is not in the cache yet, or nothing for the built-in one. Throws `CheckpointError`, `StorageError`.
 */
export async function chosenBase(option: string | undefined, work: WorkOptions): Promise<BaseModel> {
  return openBaseModel(option === undefined ? builtInBase() : await resolveBase(option, work), work);
}
