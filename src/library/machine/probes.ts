/**
 * @file What is tried in a process of its own, because it runs native code that may not load, hang, or take the process
 * down. Nothing is imported before it is needed: one part that does not load must not hide the others.
 */
import type { PackedError } from '../engine-messages.ts';

/** The probes by name. Arguments and results travel between processes as JSON. */
export const probes = {
  engine: async () => (await import('./probe-engine.ts')).probeEngine(),
  device: async (name: string) => (await import('./probe-device.ts')).probeDevice(name),
  speed: async () => (await import('./probe-speed.ts')).probeSpeed(),
  media: async (ending: string) => (await import('./probe-media.ts')).probeMedia(ending),
  training: async () => (await import('./probe-training.ts')).probeTraining(),
  base: async () => (await import('./probe-base.ts')).probeBase(),
};

/** See `probes`. */
export type Probes = typeof probes;

/** What a probe's process tells the one that started it. */
export type ProbeAnswer = { readonly result: unknown } | { readonly error: PackedError };
