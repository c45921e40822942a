/** @file How much memory sampling takes, decided before a network is compiled. */
import type { DeviceName } from './devices.ts';
import { machineMemory } from './memory.ts';
import type { MemoryChoice, MemoryMode } from './memory-mode.ts';

/** Fraction of the machine's memory that `auto` fills; the rest is for other networks and the system. */
const comfortable = 0.7;

/**
 * Resolves `auto` for sampling: `low` if a network in one program needs more than 70 % of the machine's memory.
 * What happens to be free does not count: the same seed gives the same bytes on the same machine, and modes round
 * differently. `bytes` estimates what the network needs, and is only called where that decides. On a graphics card,
 * which has memory of its own, `auto` is `fast`.
 */
export function sampleMemory(
  choice: MemoryChoice,
  device: DeviceName,
  bytes: () => number,
  memory = machineMemory,
): MemoryMode {
  if (choice !== 'auto') return choice;
  return device === 'cpu' && bytes() > comfortable * memory ? 'low' : 'fast';
}
