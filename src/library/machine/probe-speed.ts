/** @file How fast the processor is. */
import { measureSpeed } from '../../runtime/speed.ts';

/** Floating-point operations per second, the best of three runs. */
export function probeSpeed() {
  return measureSpeed('cpu', 3);
}
