/** @file Position of the end of each text in a batch of token ids. */
import { type IntTensor, ints } from '../graph/host-tensor.ts';

/**
 * End positions of the texts among all b·n tokens of `ids` `[b, n]`: the first token equal to `eos_token_id`, or the
 * very first token when there is none. Configs from before transformers 4.31 have the value 2 whatever the vocabulary;
 * then it is the first token with the largest id, which is CLIP's own rule.
 */
export function endsOfTexts(
  { eos_token_id: end }: { readonly eos_token_id: number },
  { data, shape }: IntTensor,
): IntTensor {
  const [batch, length] = shape as [number, number];
  const places = Array.from({ length: batch }, (_, text) => {
    const row = Array.from(data.subarray(text * length, (text + 1) * length), Number);
    const place = end === 2 ? row.indexOf(Math.max(...row)) : Math.max(0, row.indexOf(end));
    return text * length + place;
  });
  return ints(places);
}
