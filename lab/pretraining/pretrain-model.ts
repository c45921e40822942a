/**
 * @file Trains a text-to-image model from scratch on the latents of a given VAE, and writes it as a diffusers folder.
 */
import { join } from 'node:path';
import { enlarge } from '../../scripts/demo/enlarge.ts';
import { noiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import type { WorkOptions } from '../../src/events.ts';
import type { FloatTensor } from '../../src/graph/host-tensor.ts';
import { contactSheet } from '../../src/media/contact-sheet.ts';
import { writePng } from '../../src/media/picture-file.ts';
import { openBaseModel } from '../../src/models/base-model.ts';
import { type VaeConfig, vaeFactor } from '../../src/models/configs.ts';
import { loadTokenizer } from '../../src/models/tokenizer.ts';
import type { DeviceName } from '../../src/runtime/devices.ts';
import type { ParameterSet } from '../../src/training/parameter-set.ts';
import { type DrawManyOptions, drawMany } from '../evaluation/draw-many.ts';
import { schedulerConfig, writeModel } from './model-folder.ts';
import { type ModelConfigs, modelShapes } from './model-step.ts';
import { dividedStep } from './parallel-step.ts';
import { pretrain } from './pretrain.ts';
import { type BatchPlan, type CaptionedLatents, modelBatches } from './pretraining-batches.ts';
import type { PretrainSettings } from './pretraining-settings.ts';
import { type SmallTokenizer, writeSmallTokenizer } from './small-tokenizer.ts';

/** Inputs of the training. */
export interface PretrainModelOptions extends WorkOptions {
  /** Folder for `model/` (the diffusers folder), `samples/`, `metrics.jsonl` and `checkpoints/`. */
  readonly folder: string;
  readonly settings: PretrainSettings;
  /** Samples of a piece of a batch, which threads compute side by side (see `dividedStep`); default: no pieces. */
  readonly piece?: number | undefined;
  readonly configs: ModelConfigs;
  readonly vae: { readonly config: VaeConfig; readonly weights: ReadonlyMap<string, FloatTensor> };
  readonly tokenizer: SmallTokenizer;
  /** Side of the pictures in pixels. */
  readonly width: number;
  readonly height: number;
  readonly batches: Pick<BatchPlan, 'captionDropout' | 'timesteps' | 'timestepsAround'>;
  /** Batch `index` of `count` clean latents, scaled for the U-Net: a function of the index alone. */
  readonly source: (index: number, count: number) => CaptionedLatents | Promise<CaptionedLatents>;
  /** Names the data, so that a checkpoint of other data is refused. */
  readonly sourceName: string;
  /** Contents of `scheduler_config.json`. */
  readonly scheduler?: Readonly<Record<string, unknown>>;
  /** Prompts of the sample sheets, and how they are drawn; each row of the sheet is a prompt. */
  readonly sheet: Omit<DrawManyOptions, 'width' | 'height'> & {
    readonly prompts: readonly string[];
    readonly columns: number;
    /** Enlargement of pictures on the sheet. */
    readonly enlarge?: number;
  };
  readonly dtype?: 'float32' | 'float16';
  /** Weights of text encoder and U-Net (`text_encoder:…`, `unet:…`) to begin with; default random. */
  readonly initial?: ReadonlyMap<string, FloatTensor> | undefined;
  readonly device?: DeviceName;
}

/** Trains, or resumes, and returns the path of the model. */
export async function pretrainModel(options: PretrainModelOptions): Promise<string> {
  const { folder, settings, configs, width, height, tokenizer, device = 'cpu' } = options;
  const { piece, scheduler = schedulerConfig, dtype = 'float32', vae, onEvent, signal } = options;
  const path = join(folder, 'model');
  await writeSmallTokenizer(join(path, 'tokenizer'), tokenizer);
  const factor = vaeFactor(vae.config);
  const latentShape = [settings.batch, vae.config.latent_channels, height / factor, width / factor];
  const batchOf = modelBatches({
    ...options.batches,
    seed: settings.seed,
    schedule: noiseSchedule(scheduler),
    tokenizer: await loadTokenizer(join(path, 'tokenizer')),
  });
  const write = (trained: ParameterSet) =>
    writeModel(
      path,
      {
        unet: configs.unet,
        vae: vae.config,
        textEncoder: configs.textEncoder,
        tokenizer,
        scheduler,
        weights: new Map([...trained.views, ...vae.weights]),
      },
      { dtype },
    );
  const weights = await pretrain({
    onEvent,
    signal,
    folder,
    settings,
    identity: { configs, latentShape, batches: options.batches, scheduler, source: options.sourceName },
    shapes: modelShapes(configs),
    initial: options.initial,
    step: (parameters) =>
      dividedStep(
        (samples) => ({
          kind: 'model',
          configs,
          latentShape: [samples, ...latentShape.slice(1)],
          tokens: tokenizer.maxLength,
        }),
        parameters,
        { batch: settings.batch, piece, device },
      ),
    batchAt: async (index) => batchOf(index, await options.source(index, settings.batch)),
    look: async (trained, step) => {
      await write(trained);
      const { prompts, columns, enlarge: factor = 1, ...drawing } = options.sheet;
      const repeated = prompts.flatMap((prompt) => Array<string>(columns).fill(prompt));
      const drawn = await drawMany(await openBaseModel(path), repeated, {
        device,
        ...drawing,
        width,
        height,
      });
      const rows = prompts.map((_, i) => drawn.slice(i * columns, (i + 1) * columns));
      const sheet = contactSheet(rows.map((row) => row.map((each) => enlarge(each, factor))));
      const file = join(folder, 'samples', `step-${String(step).padStart(6, '0')}.png`);
      await writePng(file, sheet);
      onEvent?.({ type: 'written', path: file });
    },
  });
  await write(weights);
  return path;
}
