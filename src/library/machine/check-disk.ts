/** @file Checks the folders that lamp writes to, and the cache of downloaded models. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { bytesText } from '../../amounts.ts';
import { freeBytes } from '../../checkpoints/disk-space.ts';
import { type CacheContent, cacheContent, hubCacheFolder } from '../../hub/hub-cache.ts';
import { type Finding, finding } from './finding.ts';

/** A folder that lamp writes to. */
export interface Place {
  /** What it is for. */
  readonly name: string;
  readonly folder: string;
  /** Bytes that typical work takes there. */
  readonly needs: number;
  /** What those bytes are for. */
  readonly purpose: string;
  /** Advice if the folder does not exist; absent if lamp creates it when needed. */
  readonly ifMissing?: string;
}

const gigabyte = 1e9;

/** Advice if the temporary folder cannot be used. */
export const temporaryAdvice =
  'Make the temporary folder, or set TMPDIR (TEMP on Windows) to one that is there and may be written to.';

/** The folders that lamp writes to. */
export async function places(): Promise<Place[]> {
  return [
    {
      name: 'this folder',
      folder: process.cwd(),
      needs: 8 * gigabyte,
      purpose: 'a run on Stable Diffusion 1.x with its checkpoints',
    },
    {
      name: 'temporary',
      folder: tmpdir(),
      needs: gigabyte / 4,
      purpose: 'working files',
      ifMissing: temporaryAdvice,
    },
    {
      name: 'model cache',
      folder: hubCacheFolder(),
      needs: 6 * gigabyte,
      purpose: 'downloading a Stable Diffusion model',
    },
  ];
}

/** Checks free space and write permission. */
export async function checkDisk(
  places: readonly Place[],
  free: (folder: string) => Promise<number | undefined> = freeBytes,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, folder, needs, purpose, ifMissing } of places) {
    const bytes = await free(folder);
    const subject = `disk, ${name}`;
    const found = `${bytes === undefined ? 'unknown space' : bytesText(bytes)} free at ${folder}`;
    const data = { folder, free: bytes };
    if (ifMissing !== undefined && !(await isFolder(folder))) {
      const missing = { found: `there is no folder ${folder}`, data: { folder, free: undefined } };
      findings.push(finding({ subject, verdict: 'warning', ...missing, advice: ifMissing }));
    } else if (!(await isWritable(folder))) {
      const advice = 'It cannot be written to: change its permissions, or work in another folder.';
      findings.push(finding({ subject, verdict: 'warning', found, advice, data }));
    } else if (bytes !== undefined && bytes < needs) {
      const advice = `Usual work takes about ${bytesText(needs)} there (${purpose}): free some space.`;
      findings.push(finding({ subject, verdict: 'warning', found, advice, data }));
    } else {
      findings.push(finding({ subject, verdict: 'ok', found, data }));
    }
  }
  return findings;
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Whether a folder is writable or, if it does not exist, can be created. */
async function isWritable(folder: string): Promise<boolean> {
  const parent = dirname(folder);
  return access(folder, constants.W_OK).then(
    () => isFolder(folder),
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' && parent !== folder && isWritable(parent),
  );
}

/** Reports the contents of the cache of downloaded models. */
export async function checkCache(read: () => Promise<CacheContent> = cacheContent): Promise<Finding[]> {
  const { folder, models, bytes, unfinishedBytes } = await read();
  const count = models === 1 ? '1 model' : `${models} models`;
  const unfinished = unfinishedBytes > 0 ? `, ${bytesText(unfinishedBytes)} of it unfinished downloads` : '';
  const size = bytes > 0 ? `${count}, ${bytesText(bytes)}${unfinished},` : 'none';
  const found = `${size} in ${folder}`;
  const data = { folder, models, bytes, unfinishedBytes };
  return [finding({ subject: 'cached models', verdict: 'ok', found, data })];
}
