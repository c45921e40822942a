/** @file Marks parts of a graph that the backward pass recomputes instead of keeping their values. */
import type { Region } from './graph-types.ts';

const open: Region[] = [];
let created = 0;

/** The region being built, if any. */
export function currentRegion(): Region | undefined {
  return open.at(-1);
}

/**
 * Gradient checkpointing (Chen et al. 2016, arXiv 1604.06174): builds part of a graph of which only the inputs are kept
 * for the backward pass; the rest is recomputed when its gradient is needed. Has no effect inside another region.
 */
export function recomputed<T>(build: () => T): T {
  if (open.length > 0) return build();
  open.push({ id: created++ });
  try {
    return build();
  } finally {
    open.pop();
  }
}

/** Builds nodes outside any region, for the backward pass itself. */
export function withoutRegion<T>(build: () => T): T {
  const suspended = open.splice(0);
  try {
    return build();
  } finally {
    open.push(...suspended);
  }
}
