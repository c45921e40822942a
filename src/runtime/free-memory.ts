/** @file How much memory this process may still take. */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { machineMemory } from './memory.ts';

/**
 * Bytes of memory that are free for this process: what the system can give without swapping, within the limits of a
 * container (cgroup) and of the process (`ulimit -v`, `ulimit -d`).
 */
export function freeMemory(): number {
  const available = process.availableMemory?.() || freemem();
  return Math.min(available, mostMemory());
}

/** Bytes of memory that this process may have at most: the machine's, a container's, or its own limits'. */
export function mostMemory(limits = limitsFile()): number {
  return Math.min(machineMemory, ...processLimits(limits));
}

/** The contents of `/proc/self/limits`; empty where there is no such file. */
function limitsFile(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}

/** The soft limits, in bytes, on a process's address space and data in the text of `/proc/self/limits`. */
export function processLimits(text: string): number[] {
  const limits = [...text.matchAll(/^Max (?:address space|data size) +(\d+) /gm)];
  return limits.map(([, bytes]) => Number(bytes));
}
