/** @file Scaled dot-product attention (Vaswani et al. 2017), in blocks of queries that fit the processor's caches. */
import { sizeOf } from '../host-tensor.ts';
import { apply, defineOperator, ShapeError } from '../operator.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { after } from './after.ts';
import { concat } from './concat.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { reduceSum } from './reduce-sum.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { sub } from './sub.ts';

interface Attributes {
  readonly scale: number;
  /** Largest number of scores held at a time; more are computed block by block. */
  readonly limit: number;
}

/** 16 MiB of scores, so that softmax still finds the scores in the cache. */
const scoreLimit = 2 ** 22;
/** Long videos get larger blocks instead of more nodes. */
const maxBlocks = 32;

const operator = defineOperator<Attributes>({
  name: 'attention',
  infer: ([q, k, v]) => {
    const [queries, width] = q!.shape.slice(-2);
    const [keys, keyWidth] = k!.shape.slice(-2);
    if (width !== keyWidth || keys !== v!.shape.at(-2)) {
      throw new ShapeError(`attention of [${q!.shape}] to keys [${k!.shape}] and values [${v!.shape}]`);
    }
    return [{ dtype: q!.dtype, shape: [...q!.shape.slice(0, -2), queries!, v!.shape.at(-1)!] }];
  },
  lower: ([q, k, v, mask], attributes) => [
    concat(
      blocks(q!, k!, attributes).map(([start, end]) =>
        matmul(weights(rows(q!, start, end), k!, mask && rows(mask, start, end), attributes.scale), v!),
      ),
      q!.shape.length - 2,
    ),
  ],
  gradient: ({ inputs: [q, k, v, mask], outputs: [y], attributes, dy, needs }) => {
    const { scale } = attributes;
    // With a single key its weight is 1 whatever the score, so the gradient of the scores is exactly zero.
    const scored = k!.shape.at(-2)! > 1;
    const parts = blocks(q!, k!, attributes);
    // One block: its weights are kept from the forward pass. Several: each is recomputed, and only after the previous
    // one is finished, so that no more than one block of scores is held.
    let done: readonly Tensor[] = [dy];
    const late = (value: Tensor) => (parts.length > 1 ? done.reduce(after, value) : value);
    const queryAxis = q!.shape.length - 2;
    // dS = P ∘ (dP − rowsum(dO ∘ O)): a sum over the few channels replaces the sum over the keys.
    const drift = reduceSum(mul(dy, y!), [dy.shape.length - 1]);
    const total: { dq: Tensor[]; dk?: Tensor; dv?: Tensor } = { dq: [] };
    const sum = (before: Tensor | undefined, more: Tensor) => (before ? add(before, more) : more);
    for (const [start, end] of parts) {
      const queries = late(rows(q!, start, end));
      // This product must wait too: ONNX Runtime runs nodes without pending inputs for all blocks first.
      const upper = late(rows(dy, start, end));
      const p = weights(queries, k!, mask && rows(mask, start, end), scale);
      const finished: Tensor[] = [];
      if (needs[2]) {
        total.dv = sum(total.dv, matmul(p, upper, { transposeA: true }));
        finished.push(total.dv);
      }
      if (scored && (needs[0] || needs[1])) {
        const dp = matmul(upper, v!, { transposeB: true });
        const ds = mul(p, sub(dp, rows(drift, start, end)));
        if (needs[0]) {
          total.dq.push(matmul(ds, k!, { alpha: scale }));
          finished.push(total.dq.at(-1)!);
        }
        if (needs[1]) {
          total.dk = sum(total.dk, matmul(ds, queries, { transposeA: true, alpha: scale }));
          finished.push(total.dk);
        }
      }
      done = finished;
    }
    const dq = total.dq.length > 0 ? concat(total.dq, queryAxis) : undefined;
    return [dq, total.dk, total.dv, undefined];
  },
  examples: [
    {
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
        [2, 5, 4],
      ],
      attributes: { scale: 0.5, limit: 1000 },
    },
    {
      inputs: [
        [1, 2, 7, 3],
        [1, 2, 4, 3],
        [1, 2, 4, 2],
      ],
      attributes: { scale: 0.7, limit: 24 },
    },
  ],
});

/**
 * `softmax(scale·q·kᵀ + mask)·v`: q `[…, m, d]`, k `[…, s, d]`, v `[…, s, e]` → `[…, m, e]`; mask `[m, s]`, a constant.
 */
export function attend(q: Tensor, k: Tensor, v: Tensor, scale: number, mask?: Tensor): Tensor {
  return apply(operator, mask ? [q, k, v, mask] : [q, k, v], { scale, limit: scoreLimit });
}

function weights(q: Tensor, k: Tensor, mask: Tensor | undefined, scale: number): Tensor {
  const scores = matmul(q, k, { transposeB: true, alpha: scale });
  return softmax(mask ? add(scores, mask) : scores);
}

function rows(x: Tensor, start: number, end: number): Tensor {
  return slice(x, x.shape.length - 2, start, end);
}

/** Divides the queries into blocks of equal size (the last may be smaller), each within the limit of scores. */
function blocks(q: Tensor, k: Tensor, { limit }: Attributes): [start: number, end: number][] {
  const queries = q.shape.at(-2)!;
  const scores = sizeOf(q.shape.slice(0, -1)) * k.shape.at(-2)!;
  const size = Math.ceil(queries / Math.min(maxBlocks, Math.ceil(scores / limit)));
  return Array.from({ length: Math.ceil(queries / size) }, (_, i) => [
    i * size,
    Math.min(queries, (i + 1) * size),
  ]);
}
