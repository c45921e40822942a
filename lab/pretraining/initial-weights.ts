/** @file The weights of a base model as initial values of another training. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightFile } from '../../src/checkpoints/weight-file.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import type { BaseModel } from '../../src/models/base-model.ts';

/** All weights of one network of a model, under the name of its part. */
export async function weightsOf(
  part: string,
  { weights }: { weights: WeightFile },
): Promise<[string, FloatTensor][]> {
  return [...(await weights.file.readAll())].map(([name, value]) => [
    `${part}:${name}`,
    value as FloatTensor,
  ]);
}

/**
 * Those of text encoder and U-Net for another vocabulary: words of the base's vocabulary keep their rows, others get
 * small random ones, drawn from `seed`.
 */
export async function modelWeights(
  base: BaseModel,
  vocabulary: ReadonlyMap<string, number>,
  seed: number,
): Promise<Map<string, FloatTensor>> {
  const path = join(base.folder, 'tokenizer', 'vocab.json');
  const known = new Map<string, number>(Object.entries(JSON.parse(await readFile(path, 'utf8'))));
  const text = (await weightsOf('text_encoder', base.textEncoder)).map(([name, table]) => {
    const isTokens = name.endsWith('token_embedding.weight');
    return [name, isTokens ? withRows(table, known, vocabulary, seed) : table] as const;
  });
  return new Map([...text, ...(await weightsOf('unet', base.unet))]);
}

function withRows(
  table: FloatTensor,
  known: ReadonlyMap<string, number>,
  vocabulary: ReadonlyMap<string, number>,
  seed: number,
): FloatTensor {
  const width = table.shape[1]!;
  const random = randomStream(seed, 'new words');
  const rows = [...vocabulary.keys()].map((token) => {
    const row = known.get(token);
    if (row !== undefined) return table.data.subarray(row * width, (row + 1) * width);
    return random.normals(width).map((value) => 0.02 * value);
  });
  return floats(Float32Array.from(rows.flatMap((row) => [...row])), [rows.length, width]);
}
