/** @file Model names on the Hugging Face hub in the form `hub:owner/name[/file][@revision]`. */
import { UsageError } from '../errors.ts';

/** A model on the hub, or a single file of it. */
export interface HubId {
  /** `owner/name`. */
  readonly repository: string;
  /** Branch, tag or commit; default `main`. */
  readonly revision: string;
  /** A file in the repository, for models that are a single file. */
  readonly file: string | undefined;
}

const prefix = 'hub:';
const pattern = /^(?<repository>[\w.-]+\/[\w.-]+)(?:\/(?<file>[^@]+))?(?:@(?<revision>.+))?$/;

/** Whether a name refers to a model on the hub rather than a path. */
export function isHubName(name: string): boolean {
  return name.startsWith(prefix);
}

/** Parses a name that begins with `hub:`. Throws `UsageError` when it is malformed. */
export function parseHubId(name: string): HubId {
  const { repository, file, revision = 'main' } = pattern.exec(name.slice(prefix.length))?.groups ?? {};
  // Revision and file become path components in the cache.
  const steps = [repository, file, revision].flatMap((part) => part?.split('/') ?? []);
  if (!repository || steps.some((step) => /^\.*$/.test(step) || /[\\:]/.test(step))) {
    throw new UsageError({
      found: `"${name}" names no model on the hub`,
      expected: 'hub:owner/name, hub:owner/name@revision, or hub:owner/name/file.safetensors',
      setting: 'base',
    });
  }
  return { repository, file, revision };
}
