/** @file Whether something is there. */
import { access } from 'node:fs/promises';

/** Whether a file or folder of this path is there and can be reached. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
