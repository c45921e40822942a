import { beforeAll, describe, expect, test } from 'vitest';
import { readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import type { Preview } from '../../events.ts';
import { floats } from '../../graph/host-tensor.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { vaeFactor } from '../../models/configs.ts';
import { testdata } from '../../testing/testdata.ts';
import { drawPictures } from './draw-picture.ts';
import { predictedLatents, previewsFor } from './previews.ts';

let base: BaseModel;
beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
});

describe('previews', () => {
  test('come at most once a second, and only where they are due are their latents asked for', async () => {
    const shown: Preview[] = [];
    let milliseconds = 0;
    let asked = 0;
    const onPreview = (preview: Preview) => void shown.push(preview);
    const previews = await previewsFor(base, { onPreview }, () => milliseconds);
    const latents = () => {
      asked++;
      return floats(new Float32Array(base.vae.config.latent_channels * 2 * 3 * 4), [
        ...[1, base.vae.config.latent_channels, 2, 3, 4],
      ]);
    };
    for (const [done, now] of [0, 999, 1000, 1500, 2001].entries()) {
      milliseconds = now;
      previews!.show({ stage: 'sampling', done, total: 5 }, latents);
    }
    expect(shown.map(({ done }) => done)).toEqual([0, 2, 4]);
    expect(asked).toBe(3);
    expect(shown[0]).toMatchObject({ stage: 'sampling', total: 5 });
    // Two frames of 4x3.
    expect(shown[0]!.frames.map(({ width, height, data }) => [width, height, data.length])).toEqual([
      [4, 3, 36],
      [4, 3, 36],
    ]);
  });

  test('are not prepared if nobody asks for them', async () => {
    expect(await previewsFor(base, {})).toBeUndefined();
  });

  test('of a drawn picture have a pixel for each of its latents, and do not change it', async () => {
    const shown: Preview[] = [];
    const size = { width: 32, height: 16 };
    const draw = async (work: { onPreview?: (preview: Preview) => void }) => {
      for await (const { picture } of drawPictures(base, [{ prompt: 'a cat', samplerSteps: 2 }], size, work))
        return picture;
      return undefined;
    };
    const seen = await draw({ onPreview: (preview) => void shown.push(preview) });
    expect(await draw({})).toEqual(seen);
    const factor = vaeFactor(base.vae.config);
    expect(shown).toMatchObject([
      {
        ...{ stage: 'drawing', done: 1, total: 2 },
        frames: [{ width: size.width / factor, height: size.height / factor }],
      },
    ]);
  });
});

test('the latents shown are those that the prediction implies, with the known first frame', async () => {
  const schedule = await readNoiseSchedule(base.schedulerConfig);
  const alpha = schedule.alphasCumprod[500]!;
  const clean = floats(Float32Array.of(1, -2, 0.5, 3), [1, 2, 2, 1, 1]);
  const noise = Float32Array.of(0.3, -0.7, 1.1, 0.2);
  const sample = floats(
    clean.data.map((value, i) => Math.sqrt(alpha) * value + Math.sqrt(1 - alpha) * noise[i]!),
    clean.shape,
  );
  const taken = { output: noise, sample, timestep: 500 };
  const found = predictedLatents({ ...schedule, clipSample: false }, taken);
  for (const [i, value] of clean.data.entries()) expect(found.data[i]).toBeCloseTo(value, 4);
  const first = floats(Float32Array.of(7, 8), [1, 2, 1, 1, 1]);
  const given = predictedLatents({ ...schedule, clipSample: false }, taken, first);
  expect([given.data[0], given.data[2]]).toEqual([7, 8]);
  expect(given.data[1]).toBe(found.data[1]);
});
