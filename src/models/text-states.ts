/** @file Encodes prompts for the U-Net with the text encoder, or with both of Stable Diffusion XL. */
import { type FloatTensor, floats, type IntTensor } from '../graph/host-tensor.ts';
import { gather, reshape } from '../graph/operators/index.ts';
import { recomputed } from '../graph/region.ts';
import { input, type Tensor } from '../graph/tensor.ts';
import { Weights } from '../graph/weights.ts';
import type { Values } from '../runtime/program.ts';
import type { BaseModel } from './base-model.ts';
import { compileNetwork, type NetworkOptions } from './compile-network.ts';
import { type Component, withCheckpoint } from './component.ts';
import type { ProjectedTextEncoderConfig, TextEncoderConfig } from './configs.ts';
import { endsOfTexts } from './ends-of-texts.ts';
import { assertFinite } from './finite.ts';
import { linear } from './layers.ts';
import type { SecondText } from './model-parts.ts';
import { finalNorm, hiddenStates, textEncoder } from './text-encoder.ts';
import type { ClipTokenizer } from './tokenizer.ts';

/** Text states `[prompts, tokens, d]`, for the U-Net to attend to. */
export interface TextStates extends FloatTensor {
  /** Each prompt as one vector `[prompts, d']`, an additional condition of Stable Diffusion XL. */
  readonly pooled?: FloatTensor | undefined;
}

/** The parts of a model that encode prompts. */
export type TextParts = Pick<BaseModel, 'textEncoder' | 'tokenizer' | 'second'>;

/** Encodes prompts to text states. Each encoder is in memory only while it runs. */
export async function encodePrompts(
  { textEncoder, tokenizer, second }: TextParts,
  prompts: readonly string[],
  options?: NetworkOptions,
): Promise<TextStates> {
  const ids = idsOf(tokenizer, prompts);
  if (!second) return encodeIds(textEncoder, ids, options);
  const { states: first } = await run(
    textEncoder,
    (w, config, ids, part) => ({ states: penultimate(hiddenStates(w, config, ids, part)) }),
    { ids },
    options,
  );
  const { states, pooled } = await encodeSecond(second, prompts, options);
  const both = sideBySide(first, states);
  if (second.zerosForEmpty) for (const each of [both, pooled]) clearEmpty(each, prompts);
  return { ...both, pooled };
}

/** Encodes token ids `[b, n]` with the text encoder of Stable Diffusion 1.x and 2.x. */
export async function encodeIds(
  encoder: Component<TextEncoderConfig>,
  ids: IntTensor,
  options?: NetworkOptions,
): Promise<FloatTensor> {
  const build = (w: Weights, config: TextEncoderConfig, tokens: Tensor, part?: Part) => ({
    states: textEncoder(w, config, tokens, part),
  });
  return (await run(encoder, build, { ids }, options)).states;
}

/** Encodes prompts with XL's second text encoder. */
async function encodeSecond(
  { encoder, tokenizer }: SecondText,
  prompts: readonly string[],
  options?: NetworkOptions,
) {
  const ids = idsOf(tokenizer, prompts);
  const ends = endsOfTexts(encoder.config, ids);
  return run(
    encoder,
    (w, config, tokens, part) => projectedText(w, config, tokens, input('ends', ends.shape, 'int64'), part),
    { ids, ends },
    options,
  );
}

/**
 * Token ids `[b, n]` → the penultimate states `[b, n, hidden_size]`, which XL attends to, and one vector per text
 * `[b, projection_dim]`: the last layer's states after the final norm at `ends` (see `endsOfTexts`), projected.
 * `part`: see `hiddenStates`.
 */
export function projectedText(
  w: Weights,
  config: ProjectedTextEncoderConfig,
  ids: Tensor,
  ends: Tensor,
  part?: Part,
): { readonly states: Tensor; readonly pooled: Tensor } {
  const [batch, length] = ids.shape as [number, number];
  const states = hiddenStates(w, config, ids, part);
  const last = reshape(finalNorm(w, config, states.at(-1)!), [batch * length, config.hidden_size]);
  const pooled = linear(w.scope('text_projection'), gather(last, ends), config.projection_dim, {
    bias: false,
  });
  return { states: penultimate(states), pooled };
}

/** The input of the last layer. */
function penultimate(states: readonly Tensor[]): Tensor {
  return states.at(-2)!;
}

function idsOf(tokenizer: ClipTokenizer, prompts: readonly string[]): IntTensor {
  const rows = prompts.map((prompt) => tokenizer.encode(prompt));
  return {
    dtype: 'int64',
    shape: [rows.length, rows[0]!.length],
    data: BigInt64Array.from(rows.flat(), BigInt),
  };
}

/** Builds a layer as a part of a chain. */
type Part = (build: () => Tensor) => Tensor;

/** Compiles a network of token ids, runs it once, and frees it. With little memory it runs layer by layer. */
async function run<Config, Outputs extends string>(
  { config, weights }: Component<Config>,
  build: (w: Weights, config: Config, ids: Tensor, part?: Part) => Readonly<Record<Outputs, Tensor>>,
  values: Values & { readonly ids: IntTensor },
  options?: NetworkOptions,
): Promise<Record<Outputs, FloatTensor>> {
  const graph = (part?: Part) =>
    withCheckpoint(weights, () =>
      build(new Weights(weights.find), config, input('ids', values.ids.shape, 'int64'), part),
    );
  const program = await compileNetwork(graph(), () => graph(recomputed), options);
  try {
    const found = (await program.run(values)) as Record<Outputs, FloatTensor>;
    for (const each of Object.values<FloatTensor>(found))
      await assertFinite(each, 'the text encoder', weights);
    return found;
  } finally {
    await program.dispose();
  }
}

/** Two tensors joined along their last axis. */
function sideBySide(a: FloatTensor, b: FloatTensor): FloatTensor {
  const [left, right] = [a.shape.at(-1)!, b.shape.at(-1)!];
  const rows = a.data.length / left;
  const data = new Float32Array(rows * (left + right));
  for (let row = 0; row < rows; row++) {
    data.set(a.data.subarray(row * left, (row + 1) * left), row * (left + right));
    data.set(b.data.subarray(row * right, (row + 1) * right), row * (left + right) + left);
  }
  return floats(data, [...a.shape.slice(0, -1), left + right]);
}

/** Replaces the states of empty prompts with zeros. */
function clearEmpty({ data }: FloatTensor, prompts: readonly string[]): void {
  const size = data.length / prompts.length;
  for (const [i, prompt] of prompts.entries()) {
    if (prompt === '') data.fill(0, i * size, (i + 1) * size);
  }
}
