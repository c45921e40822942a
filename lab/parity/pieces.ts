/** @file Parity of what runs outside graphs: schedules, statistics, pictures. */

import { createHash } from 'node:crypto';
import { ddimSampler } from '../../src/diffusion/ddim.ts';
import { dpmSolverSampler } from '../../src/diffusion/dpm-solver.ts';
import {
  addNoise,
  type NoiseSchedule,
  type PredictionType,
  readNoiseSchedule,
  velocity,
} from '../../src/diffusion/noise-schedule.ts';
import { predictClean } from '../../src/diffusion/sampler.ts';
import { type FloatTensor, floats, type HostTensor, ints, sizeOf } from '../../src/graph/host-tensor.ts';
import { videoGrid } from '../../src/media/contact-sheet.ts';
import { matchHistogramFloats } from '../../src/media/histogram.ts';
import { picture, unitFloatsToPicture } from '../../src/media/picture.ts';
import { resizeLinear } from '../../src/media/resize.ts';
import { matchStatistics, planeStatistics } from '../../src/motion/adain.ts';
import type { Fixture } from '../../src/testing/fixture.ts';
import { Comparison } from './compare.ts';
import { openFixtureBase } from './models.ts';

const forward = 1e-4;

/** Noise schedule, noising, DDIM and DPM-Solver++ steps. */
export async function checkSchedulers(folder: string, { inputs, outputs }: Fixture): Promise<Comparison> {
  const comparison = new Comparison();
  const schedule = await readNoiseSchedule((await openFixtureBase(folder)).schedulerConfig);
  const compare = (name: string, data: Float32Array | readonly number[]) =>
    comparison.absolute(name, floats(Float32Array.from(data)), outputs.get(name), forward);
  compare('betas', schedule.betas);
  compare('alphas_cumprod', schedule.alphasCumprod);
  compare('final_alpha_cumprod', [schedule.finalAlphaCumprod]);

  const given = (name: string) => inputs.get(name) as FloatTensor;
  const timesteps = Array.from(inputs.get('t')!.data, Number);
  compare('ddim_add_noise', addNoise(schedule, given('x0'), given('noise'), timesteps).data);
  compare('ddpm_add_noise', addNoise(schedule, given('x0'), given('noise'), timesteps).data);
  compare('ddpm_velocity', velocity(schedule, given('x0'), given('noise'), timesteps).data);

  for (const name of outputs.keys()) {
    const steps = Number(/^ddim_timesteps_(\d+)$/.exec(name)?.[1]);
    if (steps) comparison.exact(name, ints(ddimSampler(schedule, { steps }).timesteps), outputs.get(name));
  }
  const at = Array.from(inputs.get('step_t')!.data, Number);
  const size = sizeOf(given('step_sample').shape) / at.length;
  const part = (name: string, i: number) => given(name).data.subarray(i * size, (i + 1) * size);
  for (const name of outputs.keys()) {
    const [, kind, clip, eta] = /^ddim_(eps|vpred)(_clip)?_eta([\d.]+)\.prev$/.exec(name) ?? [];
    const [, cleanKind, cleanClip] = /^ddim_(eps|vpred)(_clip)?\.x0$/.exec(name) ?? [];
    if (!kind && !cleanKind) continue;
    const model = withPrediction(schedule, (kind ?? cleanKind) === 'vpred' ? 'v_prediction' : 'epsilon');
    const clipSample = Boolean(clip ?? cleanClip);
    const sampler = ddimSampler(model, { steps: 50, eta: Number(eta ?? 0), clipSample });
    const results = at.map((t, i) =>
      kind
        ? sampler.step(
            part('step_model_output', i),
            sampler.timesteps.indexOf(t),
            part('step_sample', i),
            part('step_variance_noise', i),
          )
        : predictClean(model, part('step_model_output', i), part('step_sample', i), t, clipSample),
    );
    compare(
      name,
      results.flatMap((values) => [...values]),
    );
  }
  for (const name of outputs.keys()) {
    const run = /^(dpm.*)\.trajectory$/.exec(name)?.[1];
    if (!run) continue;
    const model = withPrediction(schedule, run.includes('vpred') ? 'v_prediction' : 'epsilon');
    const modelOutputs = given(`${run}.model_outputs`);
    const steps = modelOutputs.shape[0]!;
    const sampler = dpmSolverSampler(model, { steps });
    comparison.exact(`${run}.timesteps`, ints(sampler.timesteps), outputs.get(`${run}.timesteps`));
    let x = given(`${run}.x`).data;
    const trajectory: number[] = [];
    for (let i = 0; i < steps; i++) {
      x = sampler.step(modelOutputs.data.subarray(i * x.length, (i + 1) * x.length), i, x);
      trajectory.push(...x);
    }
    compare(name, trajectory);
  }
  return comparison;
}

function withPrediction(schedule: NoiseSchedule, predictionType: PredictionType): NoiseSchedule {
  return { ...schedule, predictionType };
}

/** Adaptive instance normalisation. */
export async function checkAdain(_folder: string, { inputs, outputs }: Fixture): Promise<Comparison> {
  const comparison = new Comparison();
  const cases = [
    ['out', 'content', 'style'],
    ['flat_as_content', 'flat', 'style'],
    ['flat_as_style', 'content', 'flat'],
    ['out2', 'content2', 'style'],
  ] as const;
  const planesOf = (tensor: HostTensor | undefined, count: number) => {
    const { data, shape } = tensor as FloatTensor;
    const size = shape[2]! * shape[3]!;
    return Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
  };
  for (const [name, content, style] of cases) {
    const expected = outputs.get(name) as FloatTensor;
    const count = expected.shape[0]! * expected.shape[1]!;
    const target = floats(new Float32Array(expected.data.length), expected.shape);
    const targets = planesOf(target, count);
    const styles = planesOf(inputs.get(style), count);
    for (const [i, plane] of planesOf(inputs.get(content), count).entries()) {
      matchStatistics(plane, styles[i]!, targets[i]!);
    }
    comparison.absolute(name, target, expected, forward);
  }
  const statistics = planesOf(inputs.get('content'), outputs.get('content_mean')!.data.length).map(
    planeStatistics,
  );
  const column = (of: 'mean' | 'deviation') => floats(Float32Array.from(statistics, (value) => value[of]));
  comparison.absolute('content_mean', column('mean'), outputs.get('content_mean'), forward);
  comparison.absolute('content_std', column('deviation'), outputs.get('content_std'), forward);
  return comparison;
}

/** Histogram matching, exactly. */
export async function checkHistograms(_folder: string, { inputs, outputs }: Fixture): Promise<Comparison> {
  const comparison = new Comparison();
  for (const [name, expected] of outputs) {
    if (name.endsWith('.u8')) continue;
    const [source, target] = [inputs.get(`${name}.src`), inputs.get(`${name}.dst`)] as [
      FloatTensor,
      FloatTensor,
    ];
    const matched = matchHistogramFloats(source.data, target.data);
    comparison.exact(name, floats(matched), expected);
    const levels = ints(Array.from(matched, (value) => Math.round(value * 255)));
    comparison.exact(`${name}.u8`, levels, outputs.get(`${name}.u8`));
  }
  return comparison;
}

/** OpenCV's linear resize, exactly. */
export async function checkResize(_folder: string, { outputs, json }: Fixture): Promise<Comparison> {
  const comparison = new Comparison();
  for (const [name, expected] of outputs) {
    const {
      in_hw: [height, width],
      sha256_of_full_uint8_output: sum,
    } = (json as Record<string, { in_hw: [number, number]; sha256_of_full_uint8_output: string }>)[name]!;
    const data = new Uint8Array(height * width * 3);
    for (let i = 0; i < data.length; i++) {
      const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
      data[i] = (7 * y + 13 * x + 29 * c + Math.floor((x * y) / 5)) % 256;
    }
    const resized = resizeLinear(picture(width, height, data), { width: 512, height: 320 });
    const sampled: number[] = [];
    for (let y = 0; y < 320; y += 9) {
      for (let x = 0; x < 512; x += 11)
        sampled.push(...resized.data.subarray((y * 512 + x) * 3, (y * 512 + x) * 3 + 3));
    }
    comparison.exact(name, ints(sampled), expected);
    const digest = createHash('sha256').update(resized.data).digest('hex');
    comparison.add(`${name}: sha256 of all pixels differs`, Number(digest !== sum), 0);
  }
  return comparison;
}

/** The frames of the reference's GIFs, exactly. */
export async function checkGrid(_folder: string, { inputs, outputs }: Fixture): Promise<Comparison> {
  const comparison = new Comparison();
  for (const [name, expected] of outputs) {
    const videos = inputs.get(name.replace('frames', 'v')) as FloatTensor;
    const [count, , frames, height, width] = videos.shape as [number, number, number, number, number];
    const plane = height * width;
    const pictures = Array.from({ length: count }, (_, v) =>
      Array.from({ length: frames }, (_, f) => {
        const channels = [0, 1, 2].flatMap((c) => {
          const start = ((v * 3 + c) * frames + f) * plane;
          return [...videos.data.subarray(start, start + plane)];
        });
        return unitFloatsToPicture(Float32Array.from(channels), { width, height }, { rounding: 'truncate' });
      }),
    );
    const values = videoGrid(pictures, 4).flatMap(({ data }) => [...data]);
    comparison.exact(name, ints(values), expected);
  }
  return comparison;
}
