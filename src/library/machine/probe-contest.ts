/** @file Tells whether a graphics card is worth using. */
import { parseDevice, whyUnusable } from '../../runtime/devices.ts';
import { measureProducts } from '../../runtime/speed.ts';
import { checkResults } from './probe-device.ts';

/** How many times slower than the processor a small product may be for a large one to be tried: software is slower. */
const hopeless = 16;

/**
 * Operations per second of matrix products on a card and on the processor, or why the card cannot be used. A software
 * adapter, which would need minutes for a large product, is measured with a small one. Throws `DeviceError` for wrong
 * results.
 */
export async function probeContest(name: string) {
  const device = parseDevice(name);
  const reason = await whyUnusable(device);
  if (reason !== undefined) return { reason };
  await checkResults(device);
  const processor = await measureProducts('cpu', 1024, 3);
  const small = await measureProducts(device, 512, 2);
  return { card: small < processor / hopeless ? small : await measureProducts(device, 2048, 3), processor };
}
