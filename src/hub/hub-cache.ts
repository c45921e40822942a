/**
 * @file The cache folder shared by all programs that use the Hugging Face hub: `models--owner--name/` with `blobs/`
 * (contents named by their hash), `snapshots/<commit>/` (links to blobs) and `refs/` (the commit of each branch or
 * tag).
 */

import { lstat, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { asStorageError, writeAtomically } from '../checkpoints/atomic-write.ts';
import { refuseToRead } from '../checkpoints/json-file.ts';
import { makeFolders } from '../checkpoints/make-folders.ts';
import { readUserFile } from '../checkpoints/user-file.ts';

/** A repository in the cache. */
export interface CachedRepository {
  readonly folder: string;
  /** Path of the content with this hash. */
  blob(hash: string): string;
  /** Folder of the files of a commit. */
  snapshot(commit: string): string;
  /** The commit of a branch or tag when it was last looked up; a commit is returned unchanged. */
  readReference(revision: string): Promise<string | undefined>;
  /** Stores the commit of a branch or tag. Throws `StorageError`. */
  writeReference(revision: string, commit: string): Promise<void>;
}

/** A name of a commit. */
export const commitPattern = /^[0-9a-f]{40}$/;

/**
 * The cache folder: `HF_HUB_CACHE` (or, as it was called, `HUGGINGFACE_HUB_CACHE`), else `hub/` in `HF_HOME`, else in
 * `huggingface/` in `XDG_CACHE_HOME` or `~/.cache`. Variables that are empty count as unset, and so does a relative
 * `XDG_CACHE_HOME`, as the XDG Base Directory Specification demands; `~` at the beginning of the others is the home.
 */
export function hubCacheFolder(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const given = (name: string) => variables[name]?.replace(/^~(?=[/\\]|$)/, home) || undefined;
  const cache = given('HF_HUB_CACHE') ?? given('HUGGINGFACE_HUB_CACHE');
  if (cache !== undefined) return cache;
  return join(given('HF_HOME') ?? join(cachesFolder(variables), 'huggingface'), 'hub');
}

/** The user's folder for caches: `XDG_CACHE_HOME` if it is an absolute path, else `~/.cache`. */
export function cachesFolder(variables: Readonly<Record<string, string | undefined>> = process.env): string {
  const { XDG_CACHE_HOME: xdg = '' } = variables;
  return isAbsolute(xdg) ? xdg : join(home(), '.cache');
}

/** Also where `HOME` is empty. */
function home(): string {
  return homedir() || userInfo().homedir;
}

/** The cache entry of a repository `owner/name`. Creates nothing. */
export async function cachedRepository(repository: string): Promise<CachedRepository> {
  const { getRepoFolderName } = await import('@huggingface/hub');
  const folder = join(hubCacheFolder(), getRepoFolderName({ type: 'model', name: repository }));
  const referencePath = (revision: string) => join(folder, 'refs', ...revision.split('/'));
  const readReference = async (revision: string) => {
    if (commitPattern.test(revision)) return revision;
    const path = referencePath(revision);
    const refuse = refuseToRead('the reference', path);
    const text = String(await readUserFile(path, refuse, 4096).catch(() => '')).trim();
    return commitPattern.test(text) ? text : undefined;
  };
  return {
    folder,
    blob: (hash) => join(folder, 'blobs', hash),
    snapshot: (commit) => join(folder, 'snapshots', commit),
    readReference,
    async writeReference(revision, commit) {
      if ((await readReference(revision)) === commit) return;
      await writeAtomically(referencePath(revision), (file) => file.writeFile(commit));
    },
  };
}

/**
 * Adds a blob to a snapshot under a name: as a relative link, so that the cache can be moved, or by moving the file
 * where the system does not support links. Throws `StorageError`.
 */
export async function linkBlob(blob: string, path: string): Promise<void> {
  try {
    await makeFolders(dirname(path), path);
    await rm(path, { force: true });
    await symlink(relative(dirname(path), blob), path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return;
      if (!['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EINVAL'].includes(error.code ?? '')) throw error;
      await rename(blob, path);
    });
  } catch (error) {
    throw asStorageError(error, path);
  }
}

/** The files present in a snapshot, with `/` as separator in their names. */
export async function snapshotFiles(folder: string): Promise<{ path: string; size: number }[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files: { path: string; size: number }[] = [];
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) files.push({ path: name.split(sep).join('/'), size: found.size });
  }
  return files;
}

/** The repository `owner/name` that a path in the cache belongs to; `undefined` for other paths. */
export function repositoryOf(path: string): string | undefined {
  const folder = path.split(/[/\\]/).find((part, at, parts) => {
    return /^models--.+--/.test(part) && parts[at + 1] === 'snapshots';
  });
  return folder?.split('--').slice(1).join('/');
}

/** Summary of the cache's contents. */
export interface CacheContent {
  readonly folder: string;
  /** Number of models. */
  readonly models: number;
  /** Their total size in bytes. */
  readonly bytes: number;
  /** Bytes of incomplete downloads. */
  readonly unfinishedBytes: number;
}

/** Summarises the cache; all zeros when the folder does not exist. */
export async function cacheContent(): Promise<CacheContent> {
  const folder = hubCacheFolder();
  const models = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('models--'));
  let [bytes, unfinishedBytes] = [0, 0];
  for (const model of models) {
    for (const name of await readdir(join(folder, model), { recursive: true }).catch(() => [])) {
      const found = await lstat(join(folder, model, name)).catch(() => undefined);
      if (!found?.isFile()) continue;
      bytes += found.size;
      if (name.endsWith('incomplete')) unfinishedBytes += found.size;
    }
  }
  return { folder, models: models.length, bytes, unfinishedBytes };
}
