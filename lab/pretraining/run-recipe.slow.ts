import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { InterruptedError } from '../../src/errors.ts';
import { openBaseModel } from '../../src/models/base-model.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { withoutArticle } from '../world/caption.ts';
import { loadShapes, type Shape, trainingShapes } from '../world/shape.ts';
import { builtInRecipe, narrowRecipe, tinyRecipe } from './recipe.ts';
import { type RunRecipeOptions, runRecipe, stagesOf } from './run-recipe.ts';
import { trainingPictures } from './training-pictures.ts';

const at = await testFolder();
const tiny = { recipe: tinyRecipe, sampleEvery: 0, saveEvery: 1 } satisfies Partial<RunRecipeOptions>;

/** The content of every file of a folder, by path. */
async function contents(folder: string): Promise<Map<string, Buffer>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const read = paths.sort().map(async (path) => [path.slice(folder.length), await readFile(path)] as const);
  return new Map(await Promise.all(read));
}

test('all stages run, and give the same bytes after being stopped and killed', async () => {
  const whole = await runRecipe({ ...tiny, folder: at('whole') });
  expect((await readdir(at('whole'))).sort()).toEqual(stagesOf(tinyRecipe).sort());
  const folder = at('stopped');
  const controller = new AbortController();
  const stopping = runRecipe({
    ...tiny,
    folder,
    signal: controller.signal,
    onEvent: (event) => event.type === 'step' && event.step === 2 && controller.abort(),
  });
  await expect(stopping).rejects.toThrow(InterruptedError);
  expect(await readdir(folder)).toEqual(['autoencoder-1']);
  await killedAt('model-1', folder);
  expect(await runRecipe({ ...tiny, folder })).toBe(join(folder, 'model-2', 'model'));
  expect(await contents(join(folder, 'model-2', 'model'))).toEqual(await contents(whole));
  const base = await openBaseModel(whole);
  expect(base.vae.config.latent_channels).toBe(tinyRecipe.latentChannels);
  expect(base.unet.config.block_out_channels).toEqual(tinyRecipe.unetWidths);
});

/** Runs the recipe's command, and kills it when it says that this stage begins. */
async function killedAt(stage: string, folder: string): Promise<void> {
  const main = fileURLToPath(new URL('./recipe-main.ts', import.meta.url));
  const words = [main, folder, '--recipe', 'tiny', '--sample-every', '0'];
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), ...words]);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('\n').includes(stage)) child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const signal = await new Promise((resolve) => child.on('close', (_, by) => resolve(by)));
  expect(signal, said).toBe('SIGKILL');
}

test('a model can go on where the folder of its stages is gone', async () => {
  const before = await runRecipe({ ...tiny, folder: at('first') });
  const path = await runRecipe({ ...tiny, folder: at('second'), from: before });
  expect((await readdir(at('second'))).sort()).toEqual(['latents', 'model-1', 'model-2']);
  const [old, next] = [await openBaseModel(before), await openBaseModel(path)];
  const name = 'decoder.conv_out.weight';
  expect(await next.vae.weights.file.read(name)).toEqual(await old.vae.weights.file.read(name));
});

test('a U-Net of another width shares the autoencoder and the latents of the folder', async () => {
  const folder = at('shared');
  await runRecipe({ ...tiny, folder, until: 'latents' });
  const before = await contents(folder);
  const recipe = { ...tinyRecipe, unetWidths: [8, 8, 16], modelName: 'narrow' };
  const base = await openBaseModel(await runRecipe({ ...tiny, recipe, folder }));
  expect(base.unet.config.block_out_channels).toEqual([8, 8, 16]);
  const after = await contents(folder);
  expect([...before].filter(([name, bytes]) => !after.get(name)?.equals(bytes))).toEqual([]);
  expect((await readdir(folder)).filter((name) => !stagesOf(tinyRecipe).includes(name))).toEqual([
    'narrow-1',
    'narrow-2',
  ]);
  expect(stagesOf(narrowRecipe).slice(0, -2)).toEqual(stagesOf(builtInRecipe).slice(0, -2));
});

test('until a stage, nothing after it is begun', async () => {
  const folder = at('until');
  expect(await runRecipe({ ...tiny, folder, until: 'autoencoder-1' })).toBe(join(folder, 'autoencoder-1'));
  expect(await readdir(folder)).toEqual(['autoencoder-1']);
});

test('six objects are kept out of every picture that the recipe trains on', async () => {
  const size = { width: 16, height: 16 };
  const shapes = await loadShapes(size);
  const trained = await trainingShapes(shapes);
  expect(shapes.length - trained.length).toBe(6);
  const heldOut = shapes.filter((shape) => !trained.includes(shape));
  const options = { size, seed: 0, moreShare: 0, renderedShare: 0, plainFirst: 0, shapeShare: 1 };
  const { captions } = (await trainingPictures(options)).ofModel(0, 600);
  const seen = (some: readonly Shape[]) =>
    some.filter(({ phrase }) => captions.some((caption) => caption.includes(withoutArticle(phrase))));
  expect(seen(heldOut)).toEqual([]);
  expect(seen(trained)).toEqual(trained);
  expect(builtInRecipe.shares.shapes).toBeGreaterThan(0);
});
