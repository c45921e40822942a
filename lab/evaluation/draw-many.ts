/** @file Text-to-image for many prompts at once: for sheets of samples and for measuring a base model. */

import { guide } from '../../src/diffusion/guidance.ts';
import { readNoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { randomStream } from '../../src/diffusion/random.ts';
import { type FloatTensor, floats, sizeOf } from '../../src/graph/host-tensor.ts';
import type { Picture } from '../../src/media/picture.ts';
import type { Size } from '../../src/media/size.ts';
import type { BaseModel } from '../../src/models/base-model.ts';
import {
  encodePrompts,
  imagePredictor,
  pictureDecoder,
  sampleSize,
  type TextStates,
} from '../../src/models/programs.ts';
import { denoise, twice } from '../../src/pipelines/draw/denoise.ts';
import { type DrawSettings, decodedPicture, latentShape } from '../../src/pipelines/draw/draw-picture.ts';
import { pictureSampling, samplerFor } from '../../src/pipelines/draw/sampling-settings.ts';
import type { DeviceName } from '../../src/runtime/devices.ts';
import { defaultsOf } from '../../src/settings.ts';

/** How the pictures are drawn; default DPM-Solver++ with 25 steps, guidance 2, at every step. */
export interface DrawManyOptions
  extends Size,
    Partial<Omit<DrawSettings, 'prompt' | 'guidanceStart' | 'guidanceEnd' | 'adaptiveGuidance'>> {
  readonly device?: DeviceName;
  /** Seed of the noise; picture i uses the stream of (seed, i). */
  readonly seed?: number;
  /** Batch size; default 32. */
  readonly batch?: number;
}

/** Draws a picture for each prompt; prompts may repeat. */
export async function drawMany(
  base: BaseModel,
  prompts: readonly string[],
  options: DrawManyOptions,
): Promise<Picture[]> {
  const { width, height, device = 'cpu', seed = 0, batch = 32, negativePrompt = '', ...given } = options;
  const settings = { ...defaultsOf(pictureSampling), samplerSteps: 25, guidance: 2, ...given };
  const size = { width, height };
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const texts = [negativePrompt, ...new Set(prompts)];
  const states = await encodePrompts(base, texts, { device });
  const [, ...one] = latentShape(base, size);
  const count = Math.min(batch, prompts.length);
  const shape = [count, ...one];
  const predictor = await imagePredictor(
    base.unet,
    [2 * count, ...one] as [number, number, number, number],
    base.tokenizer.maxLength,
    { device, picture: size },
  );
  const decoder = await pictureDecoder(base.vae, size, { device });
  const pictures: Picture[] = [];
  try {
    for (let start = 0; start < prompts.length; start += count) {
      // The last batch is padded with its first prompt.
      const chosen = Array.from({ length: count }, (_, i) => prompts[start + i] ?? prompts[start]!);
      const rows = [...chosen.map(() => 0), ...chosen.map((prompt) => texts.indexOf(prompt, 1))];
      const context = textRows(states, rows);
      const perPicture = sizeOf(one);
      const noise = new Float32Array(count * perPicture);
      for (let i = 0; i < count; i++) {
        noise.set(randomStream(seed, 'picture', start + i).normals(perPicture), i * perPicture);
      }
      const sampler = samplerFor(schedule, settings, randomStream(seed, 'steps', start));
      const drawn = await denoise(
        { sampler, noise: floats(noise, shape) },
        {
          predict: async (latents, timestep) => {
            const times = Array<number>(2 * count).fill(timestep);
            const { data } = await predictor.predict(twice(latents), times, context);
            const half = latents.data.length;
            return guide(data.subarray(0, half), data.subarray(half), settings.guidance);
          },
        },
      );
      for (let i = 0; i < count && start + i < prompts.length; i++) {
        pictures.push(decodedPicture(await decoder.decode(rowsOf(drawn, [i]))));
      }
    }
  } finally {
    await predictor.dispose();
    await decoder.dispose();
  }
  return pictures;
}

/** Text states of the given prompts. */
function textRows(states: TextStates, rows: readonly number[]): TextStates {
  const { pooled } = states;
  return { ...rowsOf(states, rows), pooled: pooled && rowsOf(pooled, rows) };
}

/** The given rows of a tensor, one after the other. */
function rowsOf(tensor: FloatTensor, rows: readonly number[]): FloatTensor {
  const size = sampleSize(tensor);
  const data = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries())
    data.set(tensor.data.subarray(row * size, (row + 1) * size), i * size);
  return floats(data, [rows.length, ...tensor.shape.slice(1)]);
}
