/** @file The micro world's image model, trained from scratch in minutes. */

import { randomStream } from '../../src/diffusion/random.ts';
import type { WorkOptions } from '../../src/events.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { pictureToFloats } from '../../src/media/picture.ts';
import { textEncoderConfigSchema, unetConfigSchema } from '../../src/models/configs.ts';
import { exactVaeConfig, exactVaeWeights } from '../pretraining/exact-vae.ts';
import { pretrainModel } from '../pretraining/pretrain-model.ts';
import { type PretrainSettings, pretrainDefaults } from '../pretraining/pretraining-settings.ts';
import { smallTokenizer } from '../pretraining/small-tokenizer.ts';
import { captionOf, drawScene, microColourNames, microShapeNames, microSize, paintScene } from './world.ts';

/** Number of training samples: steps times batch. */
export const microSettings: PretrainSettings = {
  ...pretrainDefaults,
  steps: 1500,
  batch: 64,
  learningRate: 2e-3,
};

/** Tokens of a caption, with begin and end tokens; enough for "a cyan square on white" and more words. */
const tokens = 12;

const unet = unetConfigSchema.parse({
  in_channels: 3,
  out_channels: 3,
  sample_size: microSize,
  block_out_channels: [32, 64],
  layers_per_block: 1,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
  up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  attention_head_dim: 4,
  cross_attention_dim: 64,
  norm_num_groups: 8,
});

/** Trains the model in `folder`, or resumes there; returns the path of the diffusers folder. */
export function trainMicroBase(
  folder: string,
  { settings = microSettings, ...work }: WorkOptions & { settings?: PretrainSettings } = {},
): Promise<string> {
  const tokenizer = smallTokenizer(
    ['a', ...microColourNames, ...microShapeNames, 'on', 'thing moving right'],
    tokens,
  );
  const textEncoder = textEncoderConfigSchema.parse({
    hidden_size: 64,
    intermediate_size: 256,
    num_attention_heads: 4,
    num_hidden_layers: 1,
    max_position_embeddings: tokens,
    vocab_size: tokenizer.vocabulary.size,
  });
  return pretrainModel({
    ...work,
    folder,
    settings,
    configs: { unet, textEncoder },
    vae: { config: exactVaeConfig, weights: exactVaeWeights() },
    tokenizer,
    width: microSize,
    height: microSize,
    batches: { captionDropout: 0.1, timesteps: 'uniform' },
    source: (index, count) => {
      const random = randomStream(settings.seed, 'micro world', index);
      const scenes = Array.from({ length: count }, () => drawScene(random));
      const size = 3 * microSize * microSize;
      const data = new Float32Array(count * size);
      for (const [i, scene] of scenes.entries()) data.set(pictureToFloats(paintScene(scene)), i * size);
      return { latents: floats(data, [count, 3, microSize, microSize]), captions: scenes.map(captionOf) };
    },
    sourceName: 'micro world 1',
    sheet: {
      prompts: [
        'a red square on blue',
        'a cyan diamond on black',
        'a white cross on green',
        'a yellow bar on red',
      ],
      columns: 8,
      enlarge: 6,
      guidance: 2,
    },
  });
}
