import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../../src/errors.ts';
import { type FloatTensor, floats, ints } from '../../src/graph/host-tensor.ts';
import { type Picture, picture, pictureToFloats } from '../../src/media/picture.ts';
import { endsOfTexts } from '../../src/models/ends-of-texts.ts';
import { loadTokenizer } from '../../src/models/tokenizer.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { clipConfigSchema } from './clip-config.ts';
import { cosine, openClip } from './clip-model.ts';
import { type TinyClip, writeTinyClip } from './tiny-clip.ts';

const at = await testFolder();

/** CLIP by its published formulas, in f64, one row of numbers at a time: what the graphs are compared with. */
class Oracle {
  readonly #weights: ReadonlyMap<string, FloatTensor>;
  readonly #config: TinyClip['config'];

  constructor({ weights, config }: TinyClip) {
    this.#weights = weights;
    this.#config = config;
  }

  #values(name: string): number[] {
    return [...this.#weights.get(name)!.data];
  }

  /** Row `index` of a matrix of `width` columns. */
  #row(name: string, index: number, width: number): number[] {
    return this.#values(name).slice(index * width, (index + 1) * width);
  }

  #linear(name: string, x: number[], bias = true): number[] {
    const out = this.#weights.get(`${name}.weight`)!.shape[0]!;
    return Array.from({ length: out }, (_, o) => {
      const row = this.#row(`${name}.weight`, o, x.length);
      return dot(row, x) + (bias ? this.#values(`${name}.bias`)[o]! : 0);
    });
  }

  #norm(name: string, x: number[]): number[] {
    const mean = x.reduce((a, b) => a + b) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    const [gain, bias] = [this.#values(`${name}.weight`), this.#values(`${name}.bias`)];
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[i]! + bias[i]!);
  }

  #layer(name: string, states: number[][], heads: number, causal: boolean, activation: string): number[][] {
    const normal = states.map((x) => this.#norm(`${name}.layer_norm1`, x));
    const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((part) =>
      normal.map((x) => this.#linear(`${name}.self_attn.${part}`, x)),
    ) as [number[][], number[][], number[][]];
    const width = states[0]!.length / heads;
    return states.map((state, i) => {
      const mixed = Array.from({ length: heads }, (_, head) => {
        const part = (x: number[]) => x.slice(head * width, (head + 1) * width);
        const seen = causal ? i + 1 : states.length;
        const scores = k
          .slice(0, seen)
          .map((key) => Math.exp(dot(part(q[i]!), part(key)) / Math.sqrt(width)));
        const total = scores.reduce((a, b) => a + b);
        return part(v[0]!).map((_, d) =>
          scores.reduce((sum, s, j) => sum + (s / total) * part(v[j]!)[d]!, 0),
        );
      }).flat();
      const between = plus(state, this.#linear(`${name}.self_attn.out_proj`, mixed));
      const inner = this.#linear(`${name}.mlp.fc1`, this.#norm(`${name}.layer_norm2`, between));
      const active = inner.map((x) =>
        activation === 'gelu' ? x * normalDistribution(x) : x / (1 + Math.exp(-1.702 * x)),
      );
      return plus(between, this.#linear(`${name}.mlp.fc2`, active));
    });
  }

  picture(from: Picture): number[] {
    const { hidden_size: width, patch_size: side, ...vision } = this.#config.vision_config;
    const pixels = pictureToFloats(from);
    const count = from.width / side;
    const patches = Array.from({ length: count ** 2 }, (_, patch) => {
      const [top, left] = [Math.floor(patch / count) * side, (patch % count) * side];
      const window = [0, 1, 2].flatMap((channel) =>
        Array.from({ length: side ** 2 }, (_, i) => {
          const y = top + Math.floor(i / side);
          return pixels[(channel * from.height + y) * from.width + left + (i % side)]!;
        }),
      );
      return this.#linear('vision_model.embeddings.patch_embedding', window, false);
    });
    let states = [this.#values('vision_model.embeddings.class_embedding'), ...patches].map((x, i) => {
      const position = this.#row('vision_model.embeddings.position_embedding.weight', i, width);
      return this.#norm('vision_model.pre_layrnorm', plus(x, position));
    });
    for (let layer = 0; layer < vision.num_hidden_layers; layer++) {
      const name = `vision_model.encoder.layers.${layer}`;
      states = this.#layer(name, states, vision.num_attention_heads, false, vision.hidden_act);
    }
    const first = this.#norm('vision_model.post_layernorm', states[0]!);
    return unit(this.#linear('visual_projection', first, false));
  }

  text(ids: number[], end: number): number[] {
    const { hidden_size: width, ...text } = this.#config.text_config;
    let states = ids.map((id, i) =>
      plus(
        this.#row('text_model.embeddings.token_embedding.weight', id, width),
        this.#row('text_model.embeddings.position_embedding.weight', i, width),
      ),
    );
    for (let layer = 0; layer < text.num_hidden_layers; layer++) {
      const name = `text_model.encoder.layers.${layer}`;
      states = this.#layer(name, states, text.num_attention_heads, true, text.hidden_act);
    }
    const last = this.#norm('text_model.final_layer_norm', states[end]!);
    return unit(this.#linear('text_projection', last, false));
  }
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const plus = (a: number[], b: number[]) => a.map((value, i) => value + b[i]!);
const unit = (x: number[]) => x.map((value) => value / Math.sqrt(dot(x, x)));

/** Simpson's rule over the normal density from 0. */
function normalDistribution(x: number): number {
  const steps = 400;
  const density = (t: number) => Math.exp(-(t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * density((x * i) / steps);
  return 0.5 + (sum * x) / (3 * steps);
}

const drawn = (seed: number, side = 12) =>
  picture(
    side,
    side,
    Uint8Array.from({ length: 3 * side * side }, (_, i) => Math.floor(128 + 127 * Math.sin(seed + i * i))),
  );

function expectNear(found: Float32Array, expected: number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-4);
}

describe.each(['quick_gelu', 'gelu'] as const)('with %s', (activation) => {
  test('pictures and texts are embedded as the formulas say', async () => {
    const folder = at(activation);
    const tiny = await writeTinyClip(folder, { activation });
    const oracle = new Oracle(tiny);
    const clip = await openClip(folder);
    expect(clip.logitScale).toBeCloseTo(Math.exp(tiny.weights.get('logit_scale')!.data[0]!), 5);
    const pictures = Array.from({ length: 19 }, (_, i) => drawn(i));
    const seen = await clip.embedPictures(pictures);
    expect(seen).toHaveLength(19);
    for (const i of [0, 7, 18]) expectNear(seen[i]!, oracle.picture(pictures[i]!));
    const tokenizer = await loadTokenizer(folder);
    const texts = ['a panda', 'a panda runs', ''];
    const read = await clip.embedTexts(texts);
    for (const [i, text] of texts.entries()) {
      const ids = tokenizer.encode(text);
      expectNear(read[i]!, oracle.text(ids, ids.indexOf(tokenizer.eosId)));
    }
    expect(cosine(read[0]!, read[0]!)).toBeCloseTo(1, 5);
    expect(await clip.embedTexts([])).toEqual([]);
    await clip.dispose();
  });
});

test('pictures of another size are resized and cut', async () => {
  await writeTinyClip(at('resized'));
  const clip = await openClip(at('resized'));
  const [wide] = await clip.embedPictures([
    picture(
      36,
      24,
      Uint8Array.from({ length: 3 * 36 * 24 }, (_, i) => ((i % 108) * 2) % 256),
    ),
  ]);
  expect(cosine(wide!, wide!)).toBeCloseTo(1, 5);
  await clip.dispose();
});

test('where a text ends', () => {
  const ids = ints([9, 3, 2, 8, 8, 9, 5, 5, 2, 4], [2, 5]);
  const config = (eos?: number) => clipConfigSchema.parse({ text_config: { eos_token_id: eos } }).text_config;
  const places = (eos?: number) => Array.from(endsOfTexts(config(eos), ids).data, Number);
  expect(places(8)).toEqual([3, 5]);
  expect(places(5)).toEqual([0, 6]);
  // Old configs say 2, and mean the largest number.
  expect(places(2)).toEqual([0, 5]);
  expect(config().eos_token_id).toBe(49407);
});

test('settings that a file leaves out are those of transformers', () => {
  const config = clipConfigSchema.parse({
    text_config: { hidden_size: 64 },
    text_config_dict: { num_attention_heads: 12 },
  });
  expect(config.projection_dim).toBe(512);
  expect(config.text_config).toMatchObject({ hidden_size: 512, num_attention_heads: 12, vocab_size: 49408 });
  expect(config.vision_config).toMatchObject({ image_size: 224, patch_size: 32, hidden_act: 'quick_gelu' });
});

describe('a folder that does not fit is refused', () => {
  const opening = async (name: string, change: (weights: Map<string, FloatTensor>) => void) => {
    await writeTinyClip(at(name), { change });
    return openClip(at(name));
  };

  test.each([
    'visual_projection.weight',
    'logit_scale',
    'vision_model.pre_layrnorm.bias',
    'text_model.encoder.layers.1.mlp.fc1.weight',
  ])('without %s', async (key) => {
    const found = opening(`without ${key}`, (weights) => void weights.delete(key));
    await expect(found).rejects.toThrow(CheckpointError);
    await expect(found).rejects.toThrow(key);
  });

  test('with a weight of another shape', async () => {
    const key = 'vision_model.embeddings.position_embedding.weight';
    const found = opening('shape', (weights) => void weights.set(key, floats(new Float32Array(24), [2, 12])));
    await expect(found).rejects.toThrow(/position_embedding.*\[2,12\]; expected \[10,12\]/);
  });

  test('with pictures of another size', async () => {
    await writeTinyClip(at('pictures'));
    await writeFile(at('pictures/preprocessor_config.json'), '{"crop_size": 8, "size": 8}');
    await expect(openClip(at('pictures'))).rejects.toThrow(/8x8.*expects 12x12/);
  });
});
