/** @file Errors for clips, pictures, captions and lists that cannot be read. */
import { type Refuse, whyUnreadable } from '../checkpoints/user-file.ts';
import { MediaError } from '../errors.ts';
import { introduced } from '../phrases.ts';

/** Advice for a clip or picture that is damaged. */
export const COPY_AGAIN = 'Copy or download it again.';

/** Creates a `MediaError` from what is wrong with a file; `what` is its kind, such as `clip` or `picture`. */
export function refuseMedia(what: string, path: string): (...of: Parameters<Refuse>) => MediaError {
  return (reason, cause) => new MediaError(introduced(`${what} "${path}": `, reason), { cause });
}

/** The `MediaError` for a clip (a file or folder) that cannot be found or opened. */
export async function clipError(error: unknown, path: string): Promise<MediaError> {
  const why = await whyUnreadable(error, path);
  if (!why.isMissing) return refuseMedia('clip', path)(why, error);
  return new MediaError({ ...why, found: `clip "${path}" does not exist` }, { cause: error });
}
