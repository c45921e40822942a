/**
 * @file Probes that run in a process of their own, since they run native code that may fail to load, hang, or crash.
 * Modules are imported only when needed, so that one that does not load does not hide the others.
 */
import type { PackedError } from '../packed-error.ts';

/** The probes by name. Arguments and results travel between processes as JSON. */
export const probes = {
  engine: async () => (await import('./probe-engine.ts')).probeEngine(),
  device: async (name: string) => (await import('./probe-device.ts')).probeDevice(name),
  contest: async (name: string) => (await import('./probe-contest.ts')).probeContest(name),
  speed: async () => (await import('./probe-speed.ts')).probeSpeed(),
  media: async (ending: string) => (await import('./probe-media.ts')).probeMedia(ending),
  training: async () => (await import('./probe-training.ts')).probeTraining(),
  base: async () => (await import('./probe-base.ts')).probeBase(),
};

/** See `probes`. */
export type Probes = typeof probes;

/** The answer of a probe's process to its parent. */
export type ProbeAnswer = { readonly result: unknown } | { readonly error: PackedError };
