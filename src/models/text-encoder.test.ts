import { expect, test } from 'vitest';
import { randomStream } from '../diffusion/random.ts';
import { floats, ints, sizeOf } from '../graph/host-tensor.ts';
import { constant, input } from '../graph/tensor.ts';
import { Weights, weightsTakenBy } from '../graph/weights.ts';
import { compile } from '../runtime/program.ts';
import { textEncoderConfigSchema } from './configs.ts';
import { textEncoder } from './text-encoder.ts';

const config = textEncoderConfigSchema.parse({
  hidden_size: 6,
  intermediate_size: 10,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  max_position_embeddings: 5,
  vocab_size: 8,
});
const ids = [3, 0, 7, 3];
const shapes = weightsTakenBy((w) => textEncoder(w, config, input('ids', [1, ids.length], 'int64')));
const random = randomStream(4, 'text encoder');
const weights = new Map(
  [...shapes].map(([name, shape]) => [name, floats(random.normals(sizeOf(shape)), shape)] as const),
);
const value = (name: string) => weights.get(`text_model.${name}`)!.data;

type Rows = number[][];

/** The formulas of Radford et al. 2021, number by number. */
function byHand(activation: (x: number) => number): number[] {
  const width = config.hidden_size;
  const layer = (name: string) => `encoder.layers.0.${name}`;
  const linear = (name: string, x: Rows): Rows => {
    const [weight, bias] = [value(`${name}.weight`), value(`${name}.bias`)];
    return x.map((row) =>
      Array.from(bias, (b, o) => row.reduce((sum, xi, i) => sum + xi * weight[o * row.length + i]!, b)),
    );
  };
  const norm = (name: string, x: Rows): Rows =>
    x.map((row) => {
      const mean = row.reduce((a, b) => a + b) / width;
      const variance = row.reduce((sum, xi) => sum + (xi - mean) ** 2, 0) / width;
      const scaled = row.map((xi) => (xi - mean) / Math.sqrt(variance + config.layer_norm_eps));
      return scaled.map((xi, i) => xi * value(`${name}.weight`)[i]! + value(`${name}.bias`)[i]!);
    });
  const plus = (a: Rows, b: Rows) => a.map((row, i) => row.map((x, j) => x + b[i]![j]!));
  const attend = (x: Rows): Rows => {
    const [q, k, v] = ['q', 'k', 'v'].map((part) => linear(layer(`self_attn.${part}_proj`), x)) as [
      Rows,
      Rows,
      Rows,
    ];
    const size = width / config.num_attention_heads;
    return q.map((row, i) =>
      row.map((_, j) => {
        const head = Math.floor(j / size) * size;
        const scores = k.slice(0, i + 1).map((key) => {
          let dot = 0;
          for (let c = head; c < head + size; c++) dot += row[c]! * key[c]!;
          return Math.exp(dot / Math.sqrt(size));
        });
        const total = scores.reduce((a, b) => a + b);
        return scores.reduce((sum, score, s) => sum + (score / total) * v[s]![j]!, 0);
      }),
    );
  };
  const embedding = (table: string, row: number) => [
    ...value(`embeddings.${table}.weight`).subarray(row * width, (row + 1) * width),
  ];
  let x = ids.map(
    (id, i) => plus([embedding('token_embedding', id)], [embedding('position_embedding', i)])[0]!,
  );
  x = plus(x, linear(layer('self_attn.out_proj'), attend(norm(layer('layer_norm1'), x))));
  const inner = linear(layer('mlp.fc1'), norm(layer('layer_norm2'), x)).map((row) => row.map(activation));
  x = plus(x, linear(layer('mlp.fc2'), inner));
  return norm('final_layer_norm', x).flat();
}

/** Gauss's error function by its series; exact enough for |x| < 6. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

test.each([
  ['quick_gelu', (x: number) => x / (1 + Math.exp(-1.702 * x))],
  ['gelu', (x: number) => 0.5 * x * (1 + erf(x / Math.SQRT2))],
] as const)('one layer with %s is as the formulas say', async (activation, formula) => {
  const w = new Weights((name) => (weights.has(name) ? constant(weights.get(name)!) : undefined));
  const states = textEncoder(
    w,
    { ...config, hidden_act: activation },
    input('ids', [1, ids.length], 'int64'),
  );
  const program = await compile({ states });
  const found = (await program.run({ ids: ints(ids, [1, ids.length]) })).states!;
  await program.dispose();
  const expected = byHand(formula);
  expect(found.shape).toEqual([1, ids.length, config.hidden_size]);
  for (const [i, x] of expected.entries()) expect(Number(found.data[i])).toBeCloseTo(x, 4);
});
