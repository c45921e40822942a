import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { openBaseModel } from '../../src/models/base-model.ts';
import { textEncoderConfigSchema, unetConfigSchema } from '../../src/models/configs.ts';
import { drawPicture } from '../../src/pipelines/draw/draw-picture.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { readMetrics } from '../../src/training/metrics.ts';
import { exactVaeConfig, exactVaeWeights } from './exact-vae.ts';
import { type PretrainModelOptions, pretrainModel } from './pretrain-model.ts';
import { pretrainDefaults } from './pretraining-settings.ts';
import { smallTokenizer } from './small-tokenizer.ts';

const at = await testFolder();
const tokenizer = smallTokenizer(['dark', 'bright'], 8);

/** A model of pictures of one grey, dark or bright. */
function greys(folder: string, more: Partial<PretrainModelOptions> = {}): PretrainModelOptions {
  return {
    folder,
    settings: { ...pretrainDefaults, steps: 30, batch: 8, warmupSteps: 5, saveEvery: 10, sampleEvery: 30 },
    configs: {
      unet: unetConfigSchema.parse({
        in_channels: 3,
        out_channels: 3,
        block_out_channels: [8, 16],
        layers_per_block: 1,
        down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
        attention_head_dim: 2,
        cross_attention_dim: 16,
        norm_num_groups: 4,
      }),
      textEncoder: textEncoderConfigSchema.parse({
        hidden_size: 16,
        intermediate_size: 32,
        num_attention_heads: 2,
        num_hidden_layers: 1,
        max_position_embeddings: 8,
        vocab_size: tokenizer.vocabulary.size,
      }),
    },
    vae: { config: exactVaeConfig, weights: exactVaeWeights() },
    tokenizer,
    width: 4,
    height: 4,
    batches: { captionDropout: 0.1, timesteps: 'uniform' },
    source: (index, count) => {
      const random = randomStream(0, 'greys', index);
      const bright = Array.from({ length: count }, () => random.integer(2));
      return {
        latents: floats(
          Float32Array.from({ length: count * 48 }, (_, i) => (bright[Math.floor(i / 48)] ? 0.8 : -0.8)),
          [count, 3, 4, 4],
        ),
        captions: bright.map((is) => (is ? 'bright' : 'dark')),
      };
    },
    sourceName: 'greys',
    sheet: { prompts: ['dark', 'bright'], columns: 3, samplerSteps: 5 },
    ...more,
  };
}

test('a trained model opens as a base model and draws; an interrupted training ends with the same bytes', async () => {
  const whole = await pretrainModel(greys(at('whole')));
  const stop = new AbortController();
  const stopped = greys(at('stopped'), {
    signal: stop.signal,
    onEvent: (event) => void (event.type === 'step' && event.step === 17 && stop.abort()),
  });
  await expect(pretrainModel(stopped)).rejects.toThrow('stopped after step 17');
  const resumed = await pretrainModel(greys(at('stopped')));
  for (const file of ['unet/diffusion_pytorch_model.safetensors', 'text_encoder/model.safetensors']) {
    expect((await readFile(join(resumed, file))).equals(await readFile(join(whole, file))), file).toBe(true);
  }
  const losses = (await readMetrics(join(at('stopped'), 'metrics.jsonl'))).map(({ loss }) => loss);
  expect(losses).toHaveLength(30);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  await access(join(at('whole'), 'samples', 'step-000030.png'));
  const picture = await drawPicture(await openBaseModel(whole), { prompt: 'dark' }, { width: 4, height: 4 });
  expect(picture.data).toHaveLength(48);
});

test('a folder with another training is refused', async () => {
  await expect(pretrainModel(greys(at('whole'), { sourceName: 'others' }))).rejects.toThrow('other settings');
});
