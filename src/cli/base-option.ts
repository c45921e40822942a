/** @file The `--base` option: where a command's base model comes from. */
import type { WorkOptions } from '../events.ts';
import { loadBase } from '../library/load-base.ts';
import type { BaseModel } from '../models/base-model.ts';

/**
 * Opens the base model that the option names: a folder or file, `hub:owner/name[@revision]`, which is downloaded
 * where it is not in the cache yet, or nothing for the built-in one. Throws `CheckpointError`, `StorageError`.
 */
export async function chosenBase(
  option: string | undefined,
  { onEvent, signal }: WorkOptions,
): Promise<BaseModel> {
  return loadBase({ ...(option !== undefined && { base: option }), onEvent, signal });
}
