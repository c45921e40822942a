/** @file Reads fixtures: inputs and outputs of the reference implementation, and how they were computed. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors } from '../checkpoints/safetensors.ts';
import { CheckpointError } from '../errors.ts';
import type { HostTensor } from '../graph/host-tensor.ts';

/** A fixture: tensors by name (without the file's `in.` and `out.`), and the accompanying JSON. */
export interface Fixture {
  readonly inputs: ReadonlyMap<string, HostTensor>;
  readonly outputs: ReadonlyMap<string, HostTensor>;
  readonly json: unknown;
}

/**
 * Reads `<folder>/<name>.safetensors` and `<folder>/<name>.json`. Throws `CheckpointError` if a file is missing or
 * damaged, or has a tensor that is neither `in.…` nor `out.…`.
 */
export async function readFixtureFile(folder: string, name: string): Promise<Fixture> {
  const file = await openSafetensors(join(folder, `${name}.safetensors`));
  const inputs = new Map<string, HostTensor>();
  const outputs = new Map<string, HostTensor>();
  for (const [key, tensor] of await file.readAll()) {
    if (key.startsWith('in.')) inputs.set(key.slice(3), tensor);
    else if (key.startsWith('out.')) outputs.set(key.slice(4), tensor);
    else throw new CheckpointError(`fixture "${file.path}" has "${key}"; names begin with in. or out.`);
  }
  return { inputs, outputs, json: await readJson(join(folder, `${name}.json`)) };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CheckpointError(`cannot read the fixture's JSON "${path}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}
