/** @file Marking the parts of a graph that the backward pass computes again instead of keeping their values. */
import type { Region } from './tensor.ts';

const open: Region[] = [];
let created = 0;

/** The innermost region that is being built, if any. */
export function currentRegion(): Region | undefined {
  return open.at(-1);
}

/**
 * Builds part of a graph so that its inner values are not kept for the backward pass: only what flows in is, and the
 * part is computed a second time when its gradient is due (gradient checkpointing, Chen et al. 2016,
 * arXiv 1604.06174). Inside another region it changes nothing.
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

/** Builds nodes outside any region: for the backward pass itself. */
export function withoutRegion<T>(build: () => T): T {
  const suspended = open.splice(0);
  try {
    return build();
  } finally {
    open.push(...suspended);
  }
}
