/** @file Downloads base models from the Hugging Face hub: resolves `hub:owner/name[@revision]` to a local folder. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesText } from '../amounts.ts';
import { freeBytes } from '../checkpoints/disk-space.ts';
import { CheckpointError, StorageError } from '../errors.ts';
import { notice, type WorkOptions } from '../events.ts';
import { messageParts } from '../phrases.ts';
import { selectBaseFiles } from './base-files.ts';
import { downloadBlob, partialPath } from './download-blob.ts';
import { type CachedRepository, cachedRepository, linkBlob, snapshotFiles } from './hub-cache.ts';
import { type HubId, isHubName, parseHubId } from './hub-id.ts';
import { type HubFile, type HubListing, listRepository } from './hub-listing.ts';
import { type HubConnection, UnreachableError } from './hub-request.ts';

/** Options of `resolveBase`. */
export interface ResolveOptions extends WorkOptions {
  /** Seconds before the first retry of a failed request, doubled for each further one; default 1. */
  readonly firstPause?: number;
}

/** Number of attempts per request: pauses of 1, 2, 4 and 8 s bridge an interruption of 15 s. */
const attempts = 5;

/**
 * The local path of a base model. A path is returned unchanged. `hub:owner/name[@revision]` is downloaded into the
 * cache shared by all Hugging Face tools, except for files already there; `hub:owner/name/file` likewise, as a single
 * file. Only files that a base model needs are downloaded (see `selectBaseFiles`), partial downloads are resumed, and
 * every file is verified against its hash. Environment variables: `HF_TOKEN`, `HF_ENDPOINT`, `HF_HOME`, `HF_HUB_CACHE`,
 * and `HF_HUB_OFFLINE=1`, with which, as when the hub cannot be reached, only the cache is used.
 *
 * Throws `UsageError` for a malformed name, `CheckpointError` when the hub refuses, cannot be reached or has no such
 * model, `StorageError` when the disk is full, `InterruptedError` when cancelled; downloaded data is kept.
 */
export async function resolveBase(name: string, options: ResolveOptions = {}): Promise<string> {
  if (!isHubName(name)) return name;
  const id = parseHubId(name);
  const cache = await cachedRepository(id.repository);
  const kept = await keptBase(cache, id).catch((error: CheckpointError) => error);
  if (isOffline()) {
    if (typeof kept === 'string') return kept;
    const unset = 'HF_HUB_OFFLINE is set: unset it to download.';
    throw new CheckpointError({ ...messageParts(kept), advice: [...kept.advice, unset] });
  }
  const connection: HubConnection = {
    ...options,
    repository: id.repository,
    endpoint: (process.env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    token: process.env.HF_TOKEN || undefined,
    attempts,
    firstPause: options.firstPause ?? 1,
  };
  // With a cached model there is no reason to wait for an unavailable network.
  const asking = typeof kept === 'string' ? { ...connection, attempts: 1 } : connection;
  const listing = await listRepository(asking, id).catch((error: unknown) => {
    if (!(error instanceof UnreachableError) || typeof kept !== 'string') throw error;
    const message = `${connection.endpoint} cannot be reached; using "${id.repository}" as it is in the cache`;
    options.onEvent?.(notice(message));
    return undefined;
  });
  if (!listing) return kept as string;
  await download(connection, cache, id, listing);
  await cache.writeReference(id.revision, listing.commit);
  return join(cache.snapshot(listing.commit), id.file ?? '');
}

function isOffline(): boolean {
  return /^(1|on|yes|true)$/i.test(process.env.HF_HUB_OFFLINE ?? '');
}

/** The cached model. Throws `CheckpointError` when it is missing or incomplete. */
async function keptBase(cache: CachedRepository, id: HubId): Promise<string> {
  const where = `"${id.repository}" in the cache (${cache.folder})`;
  const commit = await cache.readReference(id.revision);
  const folder = commit && cache.snapshot(commit);
  const files = folder ? await snapshotFiles(folder) : [];
  if (!folder || files.length === 0) {
    throw new CheckpointError(
      `there is no "${id.repository}" at revision "${id.revision}" in the cache (${cache.folder})`,
    );
  }
  chosenFiles(files, id, where);
  return join(folder, id.file ?? '');
}

function chosenFiles<File extends { readonly path: string }>(
  files: readonly File[],
  { file }: HubId,
  where: string,
): File[] {
  if (file === undefined) return selectBaseFiles(files, where);
  const found = files.find(({ path }) => path === file);
  if (!found) {
    throw new CheckpointError({
      found: `${where} has no file "${file}"`,
      setting: 'base',
      advice: 'Check the name.',
    });
  }
  return [found];
}

/** Downloads the missing files of a model, small files first. */
async function download(
  connection: HubConnection,
  cache: CachedRepository,
  id: HubId,
  { commit, files }: HubListing,
): Promise<void> {
  const wanted = chosenFiles(files, id, `"${id.repository}"`);
  const missing: (HubFile & { readonly had: number })[] = [];
  for (const file of wanted.sort((a, b) => a.size - b.size)) {
    if (await isThere(cache, commit, file)) continue;
    const partial = await sizeAt(partialPath({ path: cache.blob(file.hash) }));
    missing.push({ ...file, had: Math.min(partial ?? 0, file.size) });
  }
  if (missing.length === 0) return;
  const total = missing.reduce((sum, { size, had }) => sum + size - had, 0);
  await assertSpace(cache.folder, total, id.repository);
  let bytes = 0;
  const megabytes = (count: number) => Math.ceil(count / 1e6);
  const report = () => {
    const done = Math.min(megabytes(bytes), megabytes(total));
    connection.onEvent?.({ type: 'progress', stage: 'downloading', done, total: megabytes(total) });
  };
  report();
  for (const file of missing) {
    const path = cache.blob(file.hash);
    const url = fileUrl(connection, commit, file.path);
    if ((await sizeAt(path)) !== file.size) {
      await downloadBlob(connection, { ...file, name: file.path, url, path }, (count) => {
        const before = megabytes(bytes);
        bytes += count;
        if (megabytes(bytes) > before) report();
      });
    }
    await linkBlob(path, join(cache.snapshot(commit), ...file.path.split('/')));
  }
}

/** Whether a snapshot already has the file; for an existing blob only the link is created. */
async function isThere(cache: CachedRepository, commit: string, { path, size, hash }: HubFile) {
  const place = join(cache.snapshot(commit), ...path.split('/'));
  if ((await sizeAt(place)) === size) return true;
  if ((await sizeAt(cache.blob(hash))) !== size) return false;
  await linkBlob(cache.blob(hash), place);
  return true;
}

async function sizeAt(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

function fileUrl({ endpoint, repository }: HubConnection, commit: string, path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${endpoint}/${repository}/resolve/${commit}/${encoded}`;
}

async function assertSpace(folder: string, bytes: number, repository: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free === undefined || free >= bytes) return;
  throw new StorageError({
    found: `"${repository}" needs ${bytesText(bytes)}, but the disk of "${folder}" has ${bytesText(free)} left`,
    advice: 'Free some space, or set HF_HOME to a folder on another disk.',
  });
}
