/** @file How long arithmetic takes on this machine, estimated before it is done. */
import type { DeviceName } from './devices.ts';
import { measureSpeed } from './speed.ts';

/** Share of the machine's ceiling that networks are assumed to reach. */
const assumedEfficiency = 0.5;

const ceilings = new Map<DeviceName, Promise<number>>();

/**
 * Operations a second of large products on a device: half of them matrices, half convolutions. Measured once, in
 * seconds.
 */
export function machineCeiling(device: DeviceName): Promise<number> {
  const known = ceilings.get(device);
  if (known) return known;
  const measured = measureSpeed(device).then(({ matmul, convolution }) => 2 / (1 / matmul + 1 / convolution));
  ceilings.set(device, measured);
  measured.catch(() => ceilings.delete(device));
  return measured;
}

/** Seconds that `flops` operations of networks take, about: at half of the ceiling. Throws `DeviceError`. */
export async function estimatedSeconds(flops: number, device: DeviceName): Promise<number> {
  return flops / (assumedEfficiency * (await machineCeiling(device)));
}
