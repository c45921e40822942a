/**
 * @file What is asked of a running training, by any other process: a folder of small JSON files in its run, each one
 * request, read between steps in the order of their names.
 */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { asStorageError, writeJsonAtomically } from '../checkpoints/atomic-write.ts';
import { parseJson } from '../checkpoints/json-text.ts';
import { onOneLine } from '../checkpoints/one-line.ts';
import { readUserFile } from '../checkpoints/user-file.ts';
import { LampError, StorageError } from '../errors.ts';
import { notice, type OnEvent } from '../events.ts';
import { introduced } from '../phrases.ts';

/** A request that is longer is none. */
const MOST_BYTES = 2 ** 16;

/** A request: stop after the step, and save; make sample videos now; add a prompt to those of the samples. */
export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('stop') }),
  z.strictObject({ do: z.literal('sample') }),
  z.strictObject({ do: z.literal('add sample prompt'), prompt: z.string().trim().min(1).max(10_000) }),
]);

/** See `requestSchema`. */
export type TrainingRequest = z.infer<typeof requestSchema>;

/** A request that waits, and its file. */
export interface WaitingRequest {
  readonly path: string;
  readonly request: TrainingRequest;
}

/** Files that are being written have other names. */
const NAME = /^[\w-]+\.json$/;

/** Writes a request, atomically, after those that wait already. Throws `StorageError`. */
export async function writeRequest(folder: string, request: TrainingRequest): Promise<void> {
  const name = `${String(Date.now()).padStart(15, '0')}-${randomBytes(4).toString('hex')}.json`;
  await writeJsonAtomically(join(folder, name), request);
}

/**
 * The requests that wait in `folder`; none if there is no such folder. A file that is none is reported in a notice and
 * removed, so that it is reported once.
 */
export async function readRequests(folder: string, onEvent?: OnEvent): Promise<WaitingRequest[]> {
  const requests: WaitingRequest[] = [];
  for (const path of await filesIn(folder)) {
    try {
      requests.push({ path, request: await requestIn(path) });
    } catch (error) {
      const why = error instanceof LampError ? error.message : 'it asks for none of what can be asked';
      onEvent?.(notice(`"${path}" is no request to a training and is removed: ${onOneLine(why, 200)}`));
      await removeRequest(path).catch(() => {});
    }
  }
  return requests;
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** The request in a file. Throws if it cannot be read, or is none. */
async function requestIn(path: string): Promise<TrainingRequest> {
  const refuse = (reason: Parameters<typeof introduced>[1]) =>
    new StorageError(introduced(`cannot read "${path}": `, reason));
  const text = (await readUserFile(path, refuse, MOST_BYTES)).toString('utf8');
  return requestSchema.parse(parseJson(text, { values: 100 }));
}

/** Removes a request. Throws `StorageError`, since it would be done again. */
export async function removeRequest(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    throw asStorageError(error, path);
  }
}

/** Removes requests to stop, for a training that begins: they were meant for an earlier one. */
export async function dropStops(folder: string): Promise<void> {
  for (const path of await filesIn(folder)) {
    // What is no request is reported when the training reads it.
    const request = await requestIn(path).catch(() => undefined);
    if (request?.do === 'stop') await removeRequest(path);
  }
}
