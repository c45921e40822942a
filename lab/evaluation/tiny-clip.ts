/** @file A tiny CLIP model with random weights, as a folder. */
import type { WriteOptions } from '../../src/checkpoints/safetensors.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats, sizeOf } from '../../src/graph/host-tensor.ts';
import { writeClip } from '../pretraining/clip-folder.ts';
import { clipShapes } from '../pretraining/contrastive-step.ts';
import { smallTokenizer } from '../pretraining/small-tokenizer.ts';
import { type ClipConfig, clipConfigSchema } from './clip-config.ts';

/** Result of `writeTinyClip`. */
export interface TinyClip {
  readonly config: ClipConfig;
  /** By key name. */
  readonly weights: ReadonlyMap<string, FloatTensor>;
}

/** Options of `writeTinyClip`. */
export interface TinyClipOptions extends WriteOptions {
  readonly activation?: 'gelu' | 'quick_gelu';
  /** Default the last token of the tokenizer. */
  readonly eosTokenId?: number;
  /** Changes the weights before they are written. */
  readonly change?: (weights: Map<string, FloatTensor>) => void;
}

const tokens = 7;

/** Pictures of 12×12 in patches of 4, two layers each, vectors of 6 numbers; the tokenizer knows "a panda runs". */
export async function writeTinyClip(folder: string, options: TinyClipOptions = {}): Promise<TinyClip> {
  const { activation = 'quick_gelu', change, ...writing } = options;
  const tokenizer = smallTokenizer(['a panda runs'], tokens);
  const vocabulary = tokenizer.vocabulary.size;
  const config = clipConfigSchema.parse({
    projection_dim: 6,
    text_config: {
      hidden_size: 8,
      intermediate_size: 12,
      num_attention_heads: 2,
      num_hidden_layers: 2,
      hidden_act: activation,
      max_position_embeddings: tokens,
      vocab_size: vocabulary,
      eos_token_id: options.eosTokenId ?? vocabulary - 1,
    },
    vision_config: {
      hidden_size: 12,
      intermediate_size: 20,
      num_attention_heads: 3,
      num_hidden_layers: 2,
      hidden_act: activation,
      image_size: 12,
      patch_size: 4,
    },
  });
  const weights = new Map(
    clipShapes(config).map(({ name, shape }) => {
      const values = randomStream(0, 'tiny clip', name).normals(sizeOf(shape));
      return [
        name.slice('clip:'.length),
        floats(
          values.map((value) => 0.4 * value),
          shape,
        ),
      ] as const;
    }),
  );
  change?.(weights);
  await writeClip(folder, { config, tokenizer, weights }, writing);
  return { config, weights };
}
