/** @file Finds the tensors of a weight file of any kind: safetensors, PyTorch, or the index of several files. */

import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { readJsonFile, unreadable } from './json-file.ts';
import { onOneLine } from './one-line.ts';
import { readBeginning, withFile } from './read-range.ts';
import { openSafetensors } from './safetensors.ts';
import type { TensorPlace, TensorPlaces } from './tensor-place.ts';
import { findTorchTensors } from './torch-file.ts';

/**
 * Finds the tensors of the file `path`. Its kind is determined by content, not by name, except for the index of several
 * files, which ends in `.index.json` or `.index.fp16.json`. Symbolic links in paths are resolved, and parts of names
 * that only show how a network was wrapped during training are removed (see `withoutWrappers`). Throws
 * `CheckpointError` when the file is missing, damaged or unsupported.
 */
export async function findTensors(path: string): Promise<TensorPlaces> {
  return withoutWrappers(await (isIndex(path) ? findShards(path) : findInFile(path)));
}

async function findInFile(path: string): Promise<TensorPlaces> {
  const real = await realpath(path).catch(async (error: unknown) => {
    throw await unreadable(error, path, 'weights file');
  });
  const kind = await kindOf(path);
  const found = kind === 'torch' ? await findTorchTensors(path) : (await openSafetensors(path)).tensors;
  return new Map([...found].map(([name, place]) => [name, { ...place, path: real }]));
}

/** Parts of names that PyTorch adds when a network is trained on several devices or compiled. */
const wrappers: ReadonlySet<string> = new Set([
  'module',
  '_orig_mod',
  '_forward_module',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
]);

/** Tensors without wrappers in their names, unless the shorter name exists as well. */
function withoutWrappers(places: TensorPlaces): TensorPlaces {
  const shorter = (name: string) => {
    const short = name
      .split('.')
      .filter((part) => !wrappers.has(part))
      .join('.');
    return places.has(short) ? name : short;
  };
  const found = new Map([...places].map(([name, place]) => [shorter(name), place]));
  return found.size === places.size ? found : places;
}

/** Whether a file of this name is the index of a sharded checkpoint. */
function isIndex(path: string): boolean {
  return /\.index(\.[a-z0-9]+)?\.json$/.test(basename(path));
}

/** Determines a file's kind by its first bytes; unknown ones are left to the safetensors reader to report. */
async function kindOf(path: string): Promise<'torch' | 'safetensors'> {
  const start = await withFile(path, (file) => readBeginning(file, path));
  const magic = Buffer.from(start.subarray(0, 4)).toString('latin1');
  return magic === 'PK\x03\x04' || magic === 'PK\x05\x06' ? 'torch' : 'safetensors';
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Finds the tensors of a sharded checkpoint by its index. */
async function findShards(path: string): Promise<TensorPlaces> {
  const what = 'the index of the weights';
  const { weight_map: fileOf } = await readJsonFile(path, indexSchema, what);
  const shards = new Map<string, TensorPlaces>();
  const found = new Map<string, TensorPlace>();
  for (const [name, file] of Object.entries(fileOf)) {
    if (file.length > 255 || basename(file) !== file || /^\.*$|[\\/\p{Cc}]/u.test(file) || isIndex(file)) {
      throw new CheckpointError({
        found: `${what}, "${path}", names the file "${onOneLine(file, 80)}"`,
        expected: 'a file beside it',
      });
    }
    const tensors = shards.get(file) ?? (await findInFile(join(dirname(path), file)));
    shards.set(file, tensors);
    const place = tensors.get(name);
    if (!place) {
      throw new CheckpointError({
        found: `${what}, "${path}", says that "${onOneLine(file, 80)}" has tensor "${onOneLine(name, 80)}", which it has not`,
        advice: 'The files do not belong together; download them again.',
      });
    }
    found.set(name, place);
  }
  if (found.size === 0) {
    throw new CheckpointError({
      found: `${what}, "${path}", names no tensors`,
      advice: 'Download it again.',
    });
  }
  return found;
}
