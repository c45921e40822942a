/** @file Existence of files and folders. */
import { access } from 'node:fs/promises';

/** Whether a file or folder exists at this path and can be accessed. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
