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
 * Finds the tensors of the file `path`. What it is is told by its content, not by its name; only the index of several
 * files is known by its ending, `.index.json` or `.index.fp16.json`. Paths in the result have no symbolic links, and names no parts
 * that only say how a network was wrapped while it was trained (see `withoutWrappers`). Throws
 * `CheckpointError` when the file is missing, damaged, or of a kind that is not read.
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

/** What PyTorch puts into names where a network is trained on several devices, or compiled. */
const wrappers: ReadonlySet<string> = new Set([
  'module',
  '_orig_mod',
  '_forward_module',
  '_fsdp_wrapped_module',
  '_checkpoint_wrapped_module',
]);

/** Tensors without the wrappers in their names, unless one is there under the shorter name as well. */
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

/** Whether a file of this name lists the parts of a checkpoint. */
export function isIndex(path: string): boolean {
  return /\.index(\.[a-z0-9]+)?\.json$/.test(basename(path));
}

/** Tells a file's kind by its first bytes. Whatever is not known is left to the safetensors reader to complain about. */
async function kindOf(path: string): Promise<'torch' | 'safetensors'> {
  const start = await withFile(path, (file) => readBeginning(file, path));
  const magic = Buffer.from(start.subarray(0, 4)).toString('latin1');
  return magic === 'PK\x03\x04' || magic === 'PK\x05\x06' ? 'torch' : 'safetensors';
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Finds the tensors that an index divides among several files of its folder. */
async function findShards(path: string): Promise<TensorPlaces> {
  const what = 'the index of the weights';
  const { weight_map: fileOf } = await readJsonFile(path, indexSchema, what);
  const shards = new Map<string, TensorPlaces>();
  const found = new Map<string, TensorPlace>();
  for (const [name, file] of Object.entries(fileOf)) {
    if (file.length > 255 || basename(file) !== file || /^\.*$|[\\/\p{Cc}]/u.test(file) || isIndex(file)) {
      throw new CheckpointError(
        `${what}, "${path}", names the file "${onOneLine(file, 80)}"; it must be one beside it.`,
      );
    }
    const tensors = shards.get(file) ?? (await findInFile(join(dirname(path), file)));
    shards.set(file, tensors);
    const place = tensors.get(name);
    if (!place) {
      throw new CheckpointError(
        `${what}, "${path}", says that "${onOneLine(file, 80)}" has tensor "${onOneLine(name, 80)}"; it has not. The files do not belong together; download them again.`,
      );
    }
    found.set(name, place);
  }
  if (found.size === 0) throw new CheckpointError(`${what}, "${path}", names no tensors. Download it again.`);
  return found;
}
