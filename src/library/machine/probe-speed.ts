/** @file Measures the processor's speed. */
import { int8IsExact } from '../../runtime/int8-check.ts';
import { measureInt8Speed, measureSpeed } from '../../runtime/speed.ts';

/** Operations per second, the best of three runs; `int8` for 8-bit products, 0 where they are wrong. */
export async function probeSpeed() {
  const speed = await measureSpeed('cpu', 3);
  return { ...speed, int8: (await int8IsExact()) ? await measureInt8Speed(3) : 0 };
}
