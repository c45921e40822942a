/** @file Lists the files of a hub repository at a revision. */
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { type GivenParts, introduced } from '../phrases.ts';
import { wrongInFile } from '../wrong-settings.ts';
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

/** A hash, or a name of a commit, of these digits. */
const hexadecimal = (pattern: RegExp, digits: string) =>
  z.string().refine((text) => pattern.test(text), { error: `${digits} hexadecimal digits` });

const commitSchema = z.object({ sha: hexadecimal(commitPattern, '40') });
const hash = hexadecimal(/^([0-9a-f]{40}|[0-9a-f]{64})$/, '40 or 64');
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
  const strange = (what: GivenParts, cause?: unknown) =>
    new CheckpointError(
      {
        ...introduced(`${hubUrl} does not answer as the Hugging Face hub does: `, what),
        advice: 'Check HF_ENDPOINT.',
      },
      { cause },
    );
  const checked = <T>(schema: z.ZodType<T>, answer: unknown, what: string): T => {
    const read = schema.safeParse(answer);
    if (read.success) return read.data;
    throw strange(introduced(`in ${what}, `, wrongInFile(read.error, schema, answer)), read.error);
  };
  try {
    const info = await modelInfo({ name: repository, revision, hubUrl, fetch, additionalFields: ['sha'] });
    const { sha: commit } = checked(commitSchema, info, `what it says of "${repository}"`);
    const files: HubFile[] = [];
    const listing = { repo: { type: 'model', name: repository }, recursive: true } as const;
    for await (const entry of listFiles({ ...listing, revision: commit, hubUrl, fetch })) {
      if (entry.type !== 'file' || unsafe.test(entry.path)) continue;
      const { path, size, oid, lfs } = checked(entrySchema, entry, `its list of files of "${repository}"`);
      files.push({ path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid });
    }
    return { commit, files };
  } catch (error) {
    if (error instanceof SyntaxError) throw strange({ found: 'its answer is not JSON' }, error);
    if (error instanceof TypeError) throw strange({ found: 'its answer is of another shape' }, error);
    throw error;
  }
}
