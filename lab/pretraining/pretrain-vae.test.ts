import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { randomStream } from '../../src/diffusion/random.ts';
import type { ProgressEvent } from '../../src/events.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { openComponent } from '../../src/models/base-model.ts';
import { vaeConfigSchema } from '../../src/models/configs.ts';
import { pictureDecoder, pictureEncoder } from '../../src/models/programs.ts';
import { smallVaeConfig } from '../../src/testing/small-vae.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { batchCodec, encodeBatch, pretrainVae } from './pretrain-vae.ts';
import { pretrainDefaults } from './pretraining-settings.ts';
import { decoderNoise, tuneDecoder } from './tune-decoder.ts';

const at = await testFolder();

const config = smallVaeConfig(4, 8);
const plain = (index: number, count: number) => {
  const { uniform } = randomStream(0, 'plain', index);
  const levels = Array.from({ length: 3 * count }, () => 2 * uniform() - 1);
  return floats(
    Float32Array.from({ length: 192 * count }, (_, i) => levels[Math.floor(i / 64)]!),
    [count, 3, 8, 8],
  );
};

test('a trained autoencoder opens as part of a base model and has latents of unit deviation', async () => {
  const notices: string[] = [];
  const trained = await pretrainVae({
    folder: at('vae'),
    settings: { ...pretrainDefaults, steps: 40, batch: 8, warmupSteps: 5, saveEvery: 20, sampleEvery: 40 },
    config,
    width: 8,
    height: 8,
    source: plain,
    sourceName: 'plain',
    onEvent: (event) => void (event.type === 'notice' && notices.push(event.message)),
  });
  expect(notices[0]).toMatch(/^step 40: pictures come back with \d+\.\d\d dB$/);
  await access(join(at('vae'), 'samples', 'step-000040.png'));

  const codec = await batchCodec(trained, [8, 3, 8, 8]);
  const pictures = plain(-3, 8);
  const latents = await encodeBatch(codec, trained, pictures, randomStream(0, 'noise'));
  const { mean } = await codec.encode(pictures);
  await codec.dispose();
  const spread = Math.sqrt(latents.data.reduce((sum, value) => sum + value * value, 0) / latents.data.length);
  expect(spread).toBeGreaterThan(0.4);
  expect(spread).toBeLessThan(2.5);

  // The written folder is the same network.
  const component = await openComponent(at('vae/vae'), vaeConfigSchema);
  const encoder = await pictureEncoder(component, { width: 8, height: 8 });
  const one = await encoder.encode(floats(pictures.data.slice(0, 192), [1, 3, 8, 8]));
  for (const [i, value] of one.mean.data.entries()) expect(value).toBeCloseTo(mean.data[i]!, 3);
  const decoder = await pictureDecoder(component, { width: 8, height: 8 });
  expect((await decoder.decode(one.mean)).data).toHaveLength(192);
  await Promise.all([encoder.dispose(), decoder.dispose()]);
});

test('only the decoder is trained: latents stay the same, reconstructions improve', async () => {
  const notices: string[] = [];
  const common = {
    width: 8,
    height: 8,
    source: plain,
    sourceName: 'plain',
    onEvent: (event: ProgressEvent) => void (event.type === 'notice' && notices.push(event.message)),
  };
  const settings = { ...pretrainDefaults, batch: 8, warmupSteps: 5, saveEvery: 40, learningRate: 3e-3 };
  const begun = await pretrainVae({
    ...common,
    folder: at('short/vae'),
    settings: { ...settings, steps: 20, sampleEvery: 20 },
    config,
  });
  const tuned = await tuneDecoder({
    ...common,
    folder: at('short/decoder'),
    settings: { ...settings, steps: 120, sampleEvery: 120 },
    vae: begun,
  });
  const changed = [...tuned.weights].filter(([name, value]) => begun.weights.get(name) !== value);
  expect(changed.map(([name]) => name)).toContain('vae:decoder.conv_out.weight');
  expect(changed.map(([name]) => name).filter((name) => /^vae:(encoder|quant_conv)\./.test(name))).toEqual(
    [],
  );
  const decibels = notices.map((message) => Number(/ ([\d.]+) dB$/.exec(message)?.[1]));
  expect(decibels[1]! - decibels[0]!).toBeGreaterThan(0.2);
  await access(join(at('short/decoder'), 'vae', 'diffusion_pytorch_model.safetensors'));
});

test('noise in the latents costs less where the decoder learned with it', async () => {
  const common = { width: 8, height: 8, source: plain, sourceName: 'plain' };
  const settings = { ...pretrainDefaults, batch: 8, warmupSteps: 5, sampleEvery: 0, learningRate: 3e-3 };
  const vae = await pretrainVae({
    ...common,
    folder: at('noise/vae'),
    settings: { ...settings, steps: 60 },
    config,
  });
  const pictures = plain(-3, 64);
  const costOfNoise = async (mostNoise: number) => {
    const folder = at(`noise/decoder-${mostNoise}`);
    const tuned = await tuneDecoder({
      ...common,
      folder,
      settings: { ...settings, steps: 240 },
      vae,
      mostNoise,
    });
    const codec = await batchCodec(tuned, [64, 3, 8, 8]);
    const { mean } = await codec.encode(pictures);
    const noise = randomStream(1, 'noise').normals(mean.data.length);
    const noisy = mean.data.map((value, i) => value + 1.2 * noise[i]!);
    const [clean, other] = [await codec.decode(mean), await codec.decode(floats(noisy, mean.shape))];
    await codec.dispose();
    return squaredError(other) - squaredError(clean);
  };
  const squaredError = ({ data }: FloatTensor) =>
    data.reduce((sum, value, i) => sum + (value - pictures.data[i]!) ** 2, 0);
  expect(await costOfNoise(2)).toBeLessThan(0.75 * (await costOfNoise(0)));
});

test('the noise of a sample has a deviation of its own, at most the given one', () => {
  const { data, shape } = decoderNoise(randomStream(1, 'noise'), [200, 4, 16, 16], 0.8);
  expect(shape).toEqual([200, 4, 16, 16]);
  const deviations = Array.from({ length: 200 }, (_, i) => {
    const sample = data.subarray(i * 1024, (i + 1) * 1024);
    return Math.sqrt(sample.reduce((sum, value) => sum + value * value, 0) / 1024);
  });
  expect(Math.max(...deviations)).toBeGreaterThan(0.7);
  expect(Math.max(...deviations)).toBeLessThan(0.87);
  // Half of the squares of uniform numbers are below a quarter.
  const small = deviations.filter((each) => each < 0.2).length;
  expect(small).toBeGreaterThan(80);
  expect(small).toBeLessThan(120);
  expect(decoderNoise(randomStream(0, 'noise'), [1, 4, 2, 2], 0).data.every((value) => value === 0)).toBe(
    true,
  );
});
