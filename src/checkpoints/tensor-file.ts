/** @file Finds the tensors of a weight file of any kind: safetensors, PyTorch, or the index of several files. */

import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { readJsonFile, unreadable } from './json-file.ts';
import { onOneLine } from './one-line.ts';
import { fill, withFile } from './read-range.ts';
import { openSafetensors } from './safetensors.ts';
import type { TensorPlace, TensorPlaces } from './tensor-place.ts';
import { findTorchTensors } from './torch-file.ts';

/**
 * Finds the tensors of the file `path`. What it is is told by its content, not by its name; only the index of several
 * files is known by its ending, `.index.json` or `.index.fp16.json`. Paths in the result have no symbolic links. Throws
 * `CheckpointError` when the file is missing, damaged, or of a kind that is not read.
 */
export async function findTensors(path: string): Promise<TensorPlaces> {
  if (isIndex(path)) return findShards(path);
  const real = await realpath(path).catch((error: unknown) => {
    throw unreadable(error, path, 'weights file');
  });
  const kind = await kindOf(path);
  const found = kind === 'torch' ? await findTorchTensors(path) : (await openSafetensors(path)).tensors;
  return new Map([...found].map(([name, place]) => [name, { ...place, path: real }]));
}

/** Whether a file of this name lists the parts of a checkpoint. */
export function isIndex(path: string): boolean {
  return /\.index(\.[a-z0-9]+)?\.json$/.test(basename(path));
}

/** Kinds of files that are not read, by how they begin. */
const refused: readonly (readonly [start: string, at: number, what: string, advice: string])[] = [
  [
    '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19',
    0,
    'in the format of PyTorch before 1.6, which is not read',
    'Load it with a newer PyTorch and save it again: torch.save(torch.load("old.ckpt"), "new.ckpt"); better still, save it as safetensors.',
  ],
  [
    '\x80',
    0,
    'a bare Python pickle, no PyTorch file',
    'Save its state_dict with torch.save, or as safetensors.',
  ],
  ['ustar', 257, 'a tar file', 'Unpack it and give the weights file inside.'],
  ['\x1f\x8b', 0, 'compressed with gzip', 'Unpack it (gunzip) and give the file inside.'],
  ['7z\xbc\xaf', 0, 'a 7-Zip file', 'Unpack it and give the weights file inside.'],
];

/** Tells a file's kind by its first bytes. Whatever is not known is left to the safetensors reader to complain about. */
async function kindOf(path: string): Promise<'torch' | 'safetensors'> {
  const start = await withFile(path, async (file) => {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(512, size));
    await fill(file, bytes, 0, path);
    return Buffer.from(bytes).toString('latin1');
  });
  // After the length of its header, a safetensors file has the header's opening brace.
  if (start[8] === '{') return 'safetensors';
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) return 'torch';
  for (const [beginning, at, what, advice] of refused) {
    if (start.startsWith(beginning, at)) {
      throw new CheckpointError(`weights file "${path}" is ${what}. ${advice}`);
    }
  }
  return 'safetensors';
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
    const tensors = shards.get(file) ?? (await findTensors(join(dirname(path), file)));
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
