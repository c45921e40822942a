/** @file Whether the system has ended processes because memory ran out. */
import { readFileSync } from 'node:fs';

/** How many processes the system has ended since it started because memory ran out; 0 where it does not say. */
export function memoryKills(): number {
  try {
    return memoryKillsIn(readFileSync('/proc/vmstat', 'utf8'));
  } catch {
    return 0; // Not Linux.
  }
}

/** The same from the contents of `/proc/vmstat` on Linux. */
export function memoryKillsIn(vmstat: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(vmstat)?.[1] ?? 0);
}
