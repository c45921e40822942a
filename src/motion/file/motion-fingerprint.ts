/** @file Identity of a motion: a hash of its trained values, independent of the file they are in. */
import { createHash } from 'node:crypto';
import type { MotionValues } from '../trained-motion.ts';

/** SHA-256 (hexadecimal) over names, shapes and values of the trained parameters, in the order of their names. */
export function motionFingerprint(values: MotionValues): string {
  const hash = createHash('sha256');
  for (const [name, { shape, data }] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}
