/** @file Lists the files of a hub repository at a revision. */
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { commitPattern } from './hub-cache.ts';
import type { HubId } from './hub-id.ts';
import { type HubConnection, patientFetch } from './hub-request.ts';

/** A file in a repository. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256 of the content, or git's SHA-1 for small files: the name of its blob in the cache. */
  readonly hash: string;
}

/** The files of one commit. */
export interface HubListing {
  readonly commit: string;
  readonly files: readonly HubFile[];
}

const hash = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);
const entrySchema = z.object({
  path: z.string(),
  size: z.int().nonnegative(),
  oid: hash,
  lfs: z.object({ oid: hash, size: z.int().nonnegative() }).optional(),
});

/** Names that would escape their folder, here or on Windows. */
const unsafe = /[\\:]|(^|\/)\.{0,2}(\/|$)/;

/**
 * Looks up the commit of a revision and its files. Throws `CheckpointError` when the hub refuses, cannot be reached
 * (`UnreachableError`) or gives an unexpected answer.
 */
export async function listRepository(
  connection: HubConnection,
  { repository, revision }: HubId,
): Promise<HubListing> {
  const { listFiles, modelInfo } = await import('@huggingface/hub');
  const fetch = patientFetch(connection);
  const hubUrl = connection.endpoint;
  const strange = (error: unknown) =>
    new CheckpointError(
      `${hubUrl} does not answer as the Hugging Face hub does (${firstLine(error)}). Check HF_ENDPOINT.`,
      { cause: error },
    );
  try {
    const { sha } = await modelInfo({ name: repository, revision, hubUrl, fetch, additionalFields: ['sha'] });
    const commit = z.string().regex(commitPattern).parse(sha);
    const files: HubFile[] = [];
    const listing = { repo: { type: 'model', name: repository }, recursive: true } as const;
    for await (const entry of listFiles({ ...listing, revision: commit, hubUrl, fetch })) {
      if (entry.type !== 'file' || unsafe.test(entry.path)) continue;
      const { path, size, oid, lfs } = entrySchema.parse(entry);
      files.push({ path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid });
    }
    return { commit, files };
  } catch (error) {
    const formal = error instanceof z.ZodError || error instanceof SyntaxError || error instanceof TypeError;
    throw formal ? strange(error) : error;
  }
}

function firstLine(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues[0]!.message;
  return error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
}
