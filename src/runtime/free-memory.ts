/** @file How much memory this process takes, and may take. */
import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';

/** Bytes of this machine's memory, or what a container leaves of it. */
export const machineMemory = Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY);

/** Memory that this process has in use, in bytes: its resident set, with the parts of weight files that it has read. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}

/** Says who sets a limit of so many bytes, for messages. */
export function whoseMemory(bytes: number, machine = machineMemory): string {
  return bytes < machine ? 'this process may have (ulimit)' : 'this machine has';
}

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
