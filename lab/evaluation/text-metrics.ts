/**
 * @file The three scores of the LAMP paper (arXiv 2310.10769, Sec. 4.1), from embeddings of unit length by any
 * image–text encoder: cosines times 100.
 */

import { cosine as product } from './clip-model.ts';

/** An embedding of unit length. */
export type Embedding = Float32Array;

/** Text alignment: the mean cosine between a video's frames and its prompt. Higher is better. */
export function textAlignment(frames: readonly Embedding[], prompt: Embedding): number {
  return 100 * mean(frames.map((frame) => cosine(frame, prompt)));
}

/** Frame consistency: the mean cosine over all pairs of a video's frames. Higher is better. */
export function frameConsistency(frames: readonly Embedding[]): number {
  return 100 * meanOfPairs(frames);
}

/** Diversity: the mean cosine over all pairs of videos, each as the mean embedding of its frames. Lower is better. */
export function diversity(videos: readonly (readonly Embedding[])[]): number {
  return 100 * meanOfPairs(videos.map(meanEmbedding));
}

function meanEmbedding(frames: readonly Embedding[]): Embedding {
  const sum = new Float32Array(frames[0]!.length);
  for (const frame of frames) for (let i = 0; i < sum.length; i++) sum[i]! += frame[i]!;
  return sum.map((value) => value / frames.length);
}

function meanOfPairs(vectors: readonly Embedding[]): number {
  const pairs = vectors.flatMap((a, i) => vectors.slice(i + 1).map((b) => cosine(a, b)));
  if (pairs.length === 0) throw new RangeError('a mean over pairs needs at least two embeddings');
  return mean(pairs);
}

/** The cosine of vectors of any length. */
function cosine(a: Embedding, b: Embedding): number {
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

/** The mean of numbers; NaN for an empty list. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
