/** @file Where each text of a batch of token ids ends. */
import { type IntTensor, ints } from '../graph/host-tensor.ts';

/**
 * Where the texts end among all b·n tokens of `ids` `[b, n]`: the first token that is `eos_token_id`, the first one of all
 * where none is. Configs of before transformers 4.31 say 2, whatever the vocabulary: there it is the (first) token of the
 * largest number, which is CLIP's own rule.
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
