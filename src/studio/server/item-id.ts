/** @file Identifiers of files and folders: what the page calls them by, and what says nothing of where they are. */
import { createHash } from 'node:crypto';

/** The identifier of what is at a path, which is relative to the studio or, outside of it, absolute. */
export function itemId(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16);
}
