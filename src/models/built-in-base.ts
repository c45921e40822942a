/** @file Location of the built-in model. */
import { fileURLToPath } from 'node:url';

/**
 * Absolute path of the built-in base model, a small text-to-image model. The same from `src/` and from `dist/`. Does
 * not check that it exists: `openBaseModel` does.
 */
export function builtInBase(): string {
  return fileURLToPath(new URL('../../assets/base', import.meta.url));
}

/** The name that stands for it wherever a base model is named. */
export const builtInName = 'built-in';
