import { expect, test } from 'vitest';
import { ddimSampler } from '../../diffusion/ddim.ts';
import { noiseSchedule } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import { type FloatTensor, floats, type Shape, sizeOf } from '../../graph/host-tensor.ts';
import { frameOf } from '../../motion/frames.ts';
import { drawUncopied } from './draw-uncopied.ts';

const [channels, frames, height, width] = [2, 3, 2, 4];
const shape: Shape = [1, channels, frames, height, width];
const pixels = height * width;
const random = randomStream(3, 'draw uncopied');
const normals = () => floats(random.normals(sizeOf(shape)), shape);
const [video, noise] = [normals(), normals()];
const schedule = noiseSchedule({ prediction_type: 'sample' });
const context = floats(new Float32Array(2), [1, 1, 2]);

/** What the image model takes for a clean picture, whatever it sees. */
const DREAM = 7;

/**
 * Draws where `copied` (one number per pixel of a frame, the same for all frames) says so; also tells what the
 * networks were asked.
 */
async function drawn(
  copied: readonly number[] | undefined,
  { guidance = 1, below = 300, given = true } = {},
) {
  const [seen, looked]: [number[], Shape[]] = [[], []];
  const steps: string[] = [];
  const result = await drawUncopied({
    schedule,
    sampler: ddimSampler(schedule, { steps: 10 }),
    video,
    given,
    motion: {
      context,
      guidance,
      timestep: 501,
      predictor: {
        extra: copied
          ? {
              copied: async (latents: FloatTensor) => {
                looked.push(latents.shape);
                const ones = Array<number>(frames * pixels).fill(1);
                const all = Array.from({ length: frames }, () => copied).flat();
                const samples = latents.shape[0] === 2 ? [...ones, ...all] : all;
                return floats(Float32Array.from(samples), [latents.shape[0]!, 1, frames, height, width]);
              },
            }
          : {},
      },
    },
    noise,
    details: {
      below,
      guidance: 1,
      context,
      predictor: async () => ({
        predict: async (latents: FloatTensor, timesteps: readonly number[]) => {
          seen.push(timesteps[0]!);
          return floats(new Float32Array(latents.data.length).fill(DREAM), latents.shape);
        },
        dispose: async () => {},
      }),
    },
    onStep: (index, count) => void steps.push(`${index + 1}/${count}`),
  });
  return { result, seen, looked, steps };
}

test('copied pixels are kept, others are redrawn by the image model', async () => {
  const half = [1, 1, 0, 0, 1, 1, 0, 0];
  const { result, seen, looked, steps } = await drawn(half);
  expect(looked).toEqual([shape]);
  // Two frames in each of the steps below 300.
  expect(seen).toEqual([201, 201, 101, 101, 1, 1]);
  expect(steps).toEqual(['1/3', '2/3', '3/3']);
  expect(frameOf(result, 0)).toEqual(frameOf(video, 0));
  for (let f = 1; f < frames; f++) {
    const [before, after] = [frameOf(video, f), frameOf(result, f)];
    for (const [i, value] of after.data.entries()) {
      if (half[i % pixels] === 1) expect(value).toBe(before.data[i]);
      else expect(value).toBeCloseTo(DREAM, 4);
    }
  }
});

test('a pixel that was partly copied is partly redrawn', async () => {
  const mostly = Array<number>(pixels).fill(0.9);
  const { result } = await drawn(mostly);
  for (const [i, value] of frameOf(result, 1).data.entries()) {
    expect(value).toBeCloseTo(0.4 * DREAM + 0.6 * frameOf(video, 1).data[i]!, 4);
  }
});

test('a fully copied video stays unchanged, without running the image model', async () => {
  const { result, seen, steps } = await drawn(Array<number>(pixels).fill(0.98));
  expect(result).toBe(video);
  expect(seen).toEqual([]);
  expect(steps).toEqual([]);
  expect((await drawn(undefined, { below: 0 })).result).toBe(video);
});

test('of a motion that cannot copy everything is redrawn, also a first frame that was not given', async () => {
  const { result } = await drawn(undefined, { given: false });
  for (const value of result.data) expect(value).toBeCloseTo(DREAM, 4);
});

test('with guidance, the prompted half of the batch says what was copied', async () => {
  const { result, looked } = await drawn(Array<number>(pixels).fill(0), { guidance: 5 });
  expect(looked).toEqual([[2, ...shape.slice(1)]]);
  for (const value of frameOf(result, 2).data) expect(value).toBeCloseTo(DREAM, 4);
});
