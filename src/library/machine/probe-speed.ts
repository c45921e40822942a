/** @file Measures the processor's speed. */
import { measureSpeed } from '../../runtime/speed.ts';

/** Floating-point operations per second; the best of three runs. */
export function probeSpeed() {
  return measureSpeed('cpu', 3);
}
