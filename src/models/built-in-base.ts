/** @file Where the model that comes with the package is. */
import { fileURLToPath } from 'node:url';

/**
 * Absolute path of the built-in base model, a small text-to-image model of the little world. The same from `src/` and
 * from `dist/`. Nothing is looked at: `openBaseModel` says when it is missing.
 */
export function builtInBase(): string {
  return fileURLToPath(new URL('../../assets/base', import.meta.url));
}

/** What it is called, where names of base models are given. */
export const builtInName = 'built-in';
