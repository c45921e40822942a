/** @file Errors for clips, pictures, captions and lists that cannot be read. */
import { NO_SUCH_FILE, type Refuse, whyUnreadable } from '../checkpoints/user-file.ts';
import { MediaError } from '../errors.ts';

/** Creates a `MediaError` from what is wrong with a file; `what` is its kind, such as `clip` or `picture`. */
export function refuseMedia(what: string, path: string): (...of: Parameters<Refuse>) => MediaError {
  return (reason, cause) => new MediaError(`${what} "${path}": ${reason}`, { cause });
}

/** The `MediaError` for a clip (a file or folder) that cannot be found or opened. */
export async function clipError(error: unknown, path: string): Promise<MediaError> {
  const why = await whyUnreadable(error, path);
  if (why !== NO_SUCH_FILE) return refuseMedia('clip', path)(why, error);
  return new MediaError(`clip "${path}" does not exist. Check the path.`, { cause: error });
}
