/** @file How much memory sampling takes, decided before a network is compiled. */
import type { DeviceName } from './devices.ts';
import { mostMemory } from './free-memory.ts';
import type { MemoryChoice, MemoryMode } from './memory-mode.ts';

/** Fraction of the process's memory that `auto` fills with sampling; the rest is for other networks and the system. */
export const samplingShare = 0.7;

/**
 * Resolves `auto` for sampling: `low` if a network in one program needs more than 70 % of the memory of the machine, or
 * of what `ulimit` leaves of it. What happens to be free does not count: the same seed gives the same bytes on the same
 * machine, and modes round differently. `bytes` estimates what the network needs, and is only called where that
 * decides. On a graphics card, which has memory of its own, `auto` is `fast`.
 */
export function sampleMemory(
  choice: MemoryChoice,
  device: DeviceName,
  bytes: () => number,
  memory = mostMemory(),
): MemoryMode {
  if (choice !== 'auto') return choice;
  return device === 'cpu' && bytes() > samplingShare * memory ? 'low' : 'fast';
}

/**
 * Less than what the video U-Net takes with `low` at the sizes for which an autoencoder or an image U-Net takes so
 * much: more memory is never needed for them, and one program is more than twice as fast as a chain.
 */
const smallBytes = 2.9e9;

/**
 * Like `sampleMemory`, for networks that run while the video U-Net does not: with `low` on the CPU, those that are
 * small run as one program all the same.
 */
export function smallNetworkMemory(
  choice: MemoryChoice,
  device: DeviceName,
  bytes: () => number,
  small = smallBytes,
): MemoryMode {
  // Elsewhere than on the CPU, `low` is refused by the first network that is compiled, however small.
  return choice === 'low' && device === 'cpu' && bytes() <= small
    ? 'fast'
    : sampleMemory(choice, device, bytes);
}
