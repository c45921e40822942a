/**
 * @file `npx tsx lab/pretraining/compare-widths.ts <folder> <seconds> <widths>…`: which width of the U-Net learns most
 * in the same processor time. `folder` is one of `npm run pretrain`, with its latents; widths are written like
 * `32-64-128`. Each is trained from nothing for so many seconds of processor time, and its moving average judged on the
 * last file of latents, which it is not trained on.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile } from '../../src/checkpoints/json-file.ts';
import { noiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { vaeConfigSchema } from '../../src/models/configs.ts';
import { loadTokenizer } from '../../src/models/tokenizer.ts';
import { adamWState } from '../../src/training/adamw.ts';
import { initialParameters } from './initial-values.ts';
import { drawFromPool, joinedPools, readPool } from './latent-pool.ts';
import { schedulerConfig } from './model-folder.ts';
import { modelShapes, modelStep } from './model-step.ts';
import { modelBatches } from './pretraining-batches.ts';
import { pretrainDefaults } from './pretraining-settings.ts';
import { builtInRecipe, timestepsAround } from './recipe.ts';
import { smallModel } from './small-model.ts';
import { smallTokenizer, writeSmallTokenizer } from './small-tokenizer.ts';
import { updateParameters } from './update-parameters.ts';

const [folder = 'runs/pretraining', seconds = '900', ...given] = process.argv.slice(2);
const { latentChannels: channels, tokens, textWidth, unetWidths, model } = builtInRecipe;
const { batch, learningRate, seed } = model[0]!;
const heldOutBatches = 16;

const latents = join(folder, 'latents');
const files = (await readdir(latents)).filter((name) => name.endsWith('.safetensors')).sort();
const pools = await Promise.all(files.map((name) => readPool(join(latents, name))));
const [pool, heldOut] = [joinedPools(pools.slice(0, -1)), pools.at(-1)!];
const tokenizer = smallTokenizer([...new Set(pools.flatMap(({ captions }) => captions))].sort(), tokens);
await writeSmallTokenizer(join(folder, 'compared', 'tokenizer'), tokenizer);
const vae = await readJsonFile(
  join(folder, 'whitening', 'vae', 'config.json'),
  vaeConfigSchema,
  'the settings of a VAE',
);
const batchOf = modelBatches({
  seed,
  schedule: noiseSchedule(schedulerConfig),
  tokenizer: await loadTokenizer(join(folder, 'compared', 'tokenizer')),
  captionDropout: 0.1,
  timesteps: 'logit-normal',
  timestepsAround,
});
const drawn = (from: typeof pool, seedOfDraw: number, index: number) =>
  batchOf(index, drawFromPool(from, vae.scaling_factor, seedOfDraw, index, batch));

for (const widths of given.length > 0 ? given : [unetWidths.join('-')]) {
  const configs = smallModel({
    channels,
    tokens,
    vocabulary: tokenizer.vocabulary.size,
    widths: widths.split('-').map(Number),
    textWidth,
  });
  const parameters = initialParameters(modelShapes(configs), seed);
  const average = parameters.zeros();
  average.flat.set(parameters.flat);
  const step = await modelStep(configs, parameters, [batch, channels, 16, 16], tokens);
  const state = adamWState(parameters);
  const start = processorSeconds();
  while (processorSeconds() - start < Number(seconds)) {
    await step.run(drawn(pool, seed, state.step));
    const rate = learningRate * Math.min(1, (state.step + 1) / pretrainDefaults.warmupSteps);
    updateParameters({ parameters, average, state }, step.gradients, rate);
  }
  parameters.flat.set(average.flat);
  let loss = 0;
  for (let i = 0; i < heldOutBatches; i++) {
    loss += (await step.run(drawn(heldOut, seed + 1, 1_000_000 + i))) / heldOutBatches;
  }
  await step.dispose();
  const millions = (parameters.flat.length / 1e6).toFixed(1);
  console.log(
    `${widths}: ${millions} M parameters, ${state.step} steps of ${batch}, loss ${loss.toFixed(4)}`,
  );
}

/** Processor time of this process, which other processes do not lengthen as they do the time that passes. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
