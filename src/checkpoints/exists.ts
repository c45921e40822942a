/** @file Existence of files and folders. */
import { access, stat } from 'node:fs/promises';

/** Whether a file or folder exists at this path and can be accessed. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether there is a file at this path, or a link that leads to one. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
