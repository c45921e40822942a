/**
 * @file Weights given by low-rank factors (LoRA, arXiv 2106.09685): W = B·A with A `[rank, in, …]` and B `[out, rank,
 * …]`. Tensor names are those of other LoRA files: `X.lora_A.weight` and `X.lora_B.weight` stand for `X.weight`.
 */
import type { Weights } from '../graph/weights.ts';

/** Names of the factors in the scope of their layer. */
export const [nameOfA, nameOfB] = ['lora_A.weight', 'lora_B.weight'] as const;

/** The rank of the layer's weight where only its factors are given; `undefined` where the weight itself is. */
export function rankOfFactors(w: Weights): number | undefined {
  const rank = w.optional(nameOfA)?.shape[0];
  return rank === undefined || w.has('weight') ? undefined : rank;
}
