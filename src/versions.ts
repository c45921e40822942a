/** @file Which software this is: stored with everything that is made, so that it can be made again. */
import { readFileSync } from 'node:fs';
import { env } from 'onnxruntime-common';
import { z } from 'zod';

/** This package's version, from its `package.json`. */
export const packageVersion: string = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))).version;

/** Versions of this package and of ONNX Runtime; other versions may round differently. */
export function softwareVersions(): Record<string, string> {
  return { 'lamp-video': packageVersion, onnxruntime: env.versions.node ?? env.versions.common };
}
