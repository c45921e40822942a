/**
 * @file The base suite: how well a base model of the little world draws, and how well its autoencoder reconstructs
 * pictures.
 */

import { join } from 'node:path';
import { writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import type { WorkOptions } from '../../src/events.ts';
import { floats } from '../../src/graph/host-tensor.ts';
import { contactSheet } from '../../src/media/contact-sheet.ts';
import { type Picture, signedFloatsToPicture } from '../../src/media/picture.ts';
import { writePng } from '../../src/media/picture-file.ts';
import type { Size } from '../../src/media/size.ts';
import type { BaseModel } from '../../src/models/base-model.ts';
import { pictureDecoder, pictureEncoder } from '../../src/models/programs.ts';
import { decodedPicture } from '../../src/pipelines/draw/draw-picture.ts';
import { type BatchSource, worldBatch } from '../world/batch.ts';
import { captionOf } from '../world/caption.ts';
import { worldSample } from '../world/sample.ts';
import { SCENES, type Scene } from '../world/scene.ts';
import { loadShapes } from '../world/shape.ts';
import { loadThings, type Thing } from '../world/thing.ts';
import type { Classifier } from './classifier.ts';
import { fineEnergy } from './detail.ts';
import { type DrawManyOptions, drawMany } from './draw-many.ts';
import { psnr } from './quality.ts';
import { mean } from './text-metrics.ts';

/** Inputs of the suite. */
export interface BaseSuiteOptions extends WorkOptions {
  /** Gets `base.json`, `base-samples.png` and `base-autoencoder.png`. */
  readonly out: string;
  readonly base: BaseModel;
  readonly size: Size;
  /** Sampling settings. */
  readonly drawing: Omit<DrawManyOptions, 'width' | 'height'>;
  readonly classifier: Classifier;
  /** Number of combinations of a thing and a scene; default 60. */
  readonly prompts?: number;
  /** Number of pictures per prompt; default 4. */
  readonly seeds?: number;
}

/** Results. */
export interface BaseResult {
  /**
   * Mean PSNR in decibels of reconstructions of pictures that are made from seeds that no training uses.
   */
  readonly reconstruction: number;
  readonly pictures: number;
  /** Share of drawn pictures, in percent, in which the classifier sees the named thing, and the named scene. */
  readonly things: number;
  readonly scenes: number;
  /** The classifier's shares for real pictures of the same things and scenes: the best that can be expected. */
  readonly realThings: number;
  readonly realScenes: number;
  /**
   * Energy of the drawn pictures above half the Nyquist frequency (`fineEnergy`), in percent of that of real pictures
   * of the same things in the same scenes: below 100 if they are blurred, above if they are rougher.
   */
  readonly fineEnergy: number;
  /** Things, least often recognised first, with their shares in percent. */
  readonly worst: readonly (readonly [thing: string, share: number])[];
}

/** Seeds used only for measuring. */
const unseenSeed = 1_000_003;
const reconstructed = 128;

/** Runs the suite. */
export async function runBaseSuite(options: BaseSuiteOptions): Promise<BaseResult> {
  const { base, size, out, classifier, drawing, prompts: count = 60, seeds = 4, onEvent } = options;
  const things = await loadThings();
  const source = { things, shapes: await loadShapes(size), shapeShare: 0.15, options: { size } };
  const pairs = thingsInScenes(things, count);
  const prompts = pairs.map(({ thing, scene }) => captionOf({ thing: thing.phrase, place: scene.places[0] }));
  const drawn: Picture[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    drawn.push(...(await drawMany(base, prompts, { ...drawing, ...size, seed })));
    onEvent?.({ type: 'progress', stage: 'drawing', done: seed + 1, total: seeds });
  }
  const seen = await classifier.classify(drawn);
  const right = seen.map(({ thing }, i) => (thing === pairs[i % count]!.thing.name ? 100 : 0));
  const inPlace = seen.map(({ scene }, i) => (scene === pairs[i % count]!.scene.name ? 100 : 0));
  const real = await realPictures(classifier, source);
  const result: BaseResult = {
    reconstruction: await reconstruction(base, size, source, join(out, 'base-autoencoder.png')),
    pictures: drawn.length,
    things: mean(right),
    scenes: mean(inPlace),
    ...real,
    fineEnergy: (100 * mean(drawn.map(fineEnergy))) / mean(realOf(pairs, size).map(fineEnergy)),
    worst: worstThings(pairs, right),
  };
  const sheet = join(out, 'base-samples.png');
  await writePng(sheet, contactSheet([drawn.slice(0, 64)], { columns: 8 }));
  onEvent?.({ type: 'written', path: sheet });
  await writeJsonAtomically(join(out, 'base.json'), result);
  onEvent?.({ type: 'written', path: join(out, 'base.json') });
  return result;
}

/** A real picture of every pair, for each of a few seeds. */
function realOf(pairs: readonly { thing: Thing; scene: Scene }[], size: Size): Picture[] {
  return pairs.flatMap(({ thing, scene }, i) =>
    Array.from({ length: 4 }, (_, seed) => {
      const stream = randomStream(unseenSeed, 'real pair', i, seed);
      return worldSample([thing], stream, { size, scenes: [scene], emptyShare: 0 }).picture;
    }),
  );
}

/** Every core thing equally often, each time in another scene. */
function thingsInScenes(things: readonly Thing[], count: number): { thing: Thing; scene: Scene }[] {
  const core = things.filter((each) => each.core);
  const random = randomStream(0, 'base suite');
  const order = random.shuffle(core.length);
  const scenes = random.shuffle(SCENES.length);
  return Array.from({ length: count }, (_, i) => ({
    thing: core[order[i % core.length]!]!,
    // Shifted by one in every round, so that a thing never appears twice in a scene.
    scene: SCENES[scenes[(i + Math.floor(i / core.length)) % SCENES.length]!]!,
  }));
}

function worstThings(
  pairs: readonly { readonly thing: Thing }[],
  right: readonly number[],
): (readonly [string, number])[] {
  const names = [...new Set(pairs.map(({ thing }) => thing.name))];
  const shareOf = (name: string) =>
    mean(right.filter((_, i) => pairs[i % pairs.length]!.thing.name === name));
  return names
    .map((name) => [name, shareOf(name)] as const)
    .sort((a, b) => a[1] - b[1])
    .slice(0, 8);
}

/** How often the classifier is right about pictures of the world that it was not trained on. */
async function realPictures(
  classifier: Classifier,
  { things, options }: BatchSource,
): Promise<Pick<BaseResult, 'realThings' | 'realScenes'>> {
  const samples = Array.from({ length: 256 }, (_, i) => {
    const stream = randomStream(unseenSeed, 'real', i);
    return worldSample(things, stream, { ...options, emptyShare: 0 });
  });
  const seen = await classifier.classify(samples.map(({ picture }) => picture));
  return {
    realThings: mean(seen.map(({ thing }, i) => (thing === samples[i]!.thing!.name ? 100 : 0))),
    realScenes: mean(seen.map(({ scene }, i) => (scene === samples[i]!.scene.name ? 100 : 0))),
  };
}

/** Encodes and decodes pictures of unseen scenes; draws the first of them above what came back. */
async function reconstruction(
  base: BaseModel,
  size: Size,
  source: BatchSource,
  sheet: string,
): Promise<number> {
  const { pixels } = worldBatch(source, unseenSeed, 0, reconstructed);
  const each = 3 * size.width * size.height;
  const encoder = await pictureEncoder(base.vae, size);
  const decoder = await pictureDecoder(base.vae, size);
  const [before, after]: [Picture[], Picture[]] = [[], []];
  try {
    for (let i = 0; i < reconstructed; i++) {
      const values = pixels.subarray(i * each, (i + 1) * each);
      const { mean: latents } = await encoder.encode(floats(values, [1, 3, size.height, size.width]));
      const scaled = floats(
        latents.data.map((value) => value * base.vae.config.scaling_factor),
        latents.shape,
      );
      before.push(signedFloatsToPicture(values, size));
      after.push(decodedPicture(await decoder.decode(scaled)));
    }
  } finally {
    await encoder.dispose();
    await decoder.dispose();
  }
  await writePng(sheet, contactSheet([before.slice(0, 12), after.slice(0, 12)]));
  return mean(before.map((picture, i) => psnr(picture, after[i]!)));
}
