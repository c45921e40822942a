/** @file Parity of the sampling loops, decoding included. */
import { ddimSampler } from '../../src/diffusion/ddim.ts';
import { readNoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { type FloatTensor, floats } from '../../src/graph/host-tensor.ts';
import { matchHistogramFloats } from '../../src/media/histogram.ts';
import { encodePrompts, pictureDecoder, pictureEncoder, sampleLatents } from '../../src/models/programs.ts';
import { frameOf } from '../../src/motion/frames.ts';
import { videoPredictor } from '../../src/motion/predictor.ts';
import { invertVideo } from '../../src/pipelines/edit/invert-video.ts';
import { sampleVideo } from '../../src/pipelines/video/sample-video.ts';
import { referenceOptions } from '../../src/pipelines/video/video-settings.ts';
import type { MemoryMode } from '../../src/runtime/memory-mode.ts';
import type { Fixture } from '../../src/testing/fixture.ts';
import { Comparison } from './compare.ts';
import { openFixtureBase, openFixtureVideoUNet, untouched } from './models.ts';

const afterMany = 2e-2;
const forward = 1e-4;

interface PipelineJson {
  readonly guidance_scale: number;
  readonly steps: number;
  readonly timesteps: readonly number[];
  readonly prompt: string;
  readonly negative_prompt: string | null;
}

/** The whole pipeline: text, first frame, shared noise or an inverted clip, guided steps, alignment, decoding. */
export async function checkPipeline(
  folder: string,
  { inputs, outputs, json }: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const comparison = new Comparison();
  const settings = json as PipelineJson;
  const network = { memory, small: 0 };
  const unet = await openFixtureVideoUNet(folder);
  const { vae, textEncoder, tokenizer, schedulerConfig } = await openFixtureBase(folder);
  const schedule = await readNoiseSchedule(schedulerConfig);
  const context = inputs.get('text_embeddings') as FloatTensor;
  const guided = context.shape[0] === 2;
  const prompts = guided ? [settings.negative_prompt ?? '', settings.prompt] : [settings.prompt];
  const states = await encodePrompts({ textEncoder, tokenizer }, prompts, network);
  comparison.absolute('text_embeddings', states, context, forward);

  const firstFrame = inputs.get('first_frame_latents') as FloatTensor;
  const inverted = inputs.get('ddim_inv_latent') as FloatTensor | undefined;
  const noise = inputs.get('noise_as_drawn') as FloatTensor;
  const shape = (inverted ?? noise).shape;
  const [, , frames, height, width] = shape as [number, number, number, number, number];
  const size = {
    height: height * 2 ** (vae.config.block_out_channels.length - 1),
    width: width * 2 ** (vae.config.block_out_channels.length - 1),
  };
  if (inputs.has('image_u8_hwc_rgb')) {
    const encoder = await pictureEncoder(vae, size, network);
    const picture = pixels(inputs.get('image_u8_hwc_rgb')!.data as BigInt64Array, size);
    const sample = sampleLatents(
      await encoder.encode(picture),
      (inputs.get('encode_eps') as FloatTensor).data,
      vae.config.scaling_factor,
    );
    comparison.absolute('first_frame_latents', sample, firstFrame, forward);
    await encoder.dispose();
  }

  const predictor = await videoPredictor(
    unet,
    () => untouched,
    [guided ? 2 : 1, ...shape.slice(1)],
    context.shape[1]!,
    { memory },
  );
  const sampler = ddimSampler(schedule, { steps: settings.steps });
  if (sampler.timesteps.some((t, i) => t !== settings.timesteps[i])) throw new Error('other timesteps');
  let calls = 0;
  const latents = await sampleVideo({
    predictor: {
      ...predictor,
      async predict(given, timesteps, states) {
        const output = await predictor.predict(given, timesteps, states);
        if (calls++ === 0) {
          // Frame 0 of the output is never used.
          comparison.absolute('unet_input_step1', given, outputs.get('unet_input_step1'), forward);
          comparison.absolute('unet_output_step1', output, outputs.get('unet_output_step1'), forward);
        }
        return output;
      },
    },
    sampler,
    context,
    settings: {
      ...referenceOptions,
      samplerSteps: settings.steps,
      guidance: guided ? settings.guidance_scale : 1,
    },
    start: inverted ? { inverted } : { noise },
    firstFrame,
    onStep: (index, value) => {
      const name = `latents_after${index + 1}`;
      if (outputs.has(name))
        comparison.absolute(name, value, outputs.get(name), index === 0 ? forward * 10 : afterMany);
    },
  });
  comparison.absolute('latents_final', latents, outputs.get('latents_final'), afterMany);
  await predictor.dispose();

  const decoder = await pictureDecoder(vae, size, network);
  const plane = size.height * size.width;
  const video = new Float32Array(3 * frames * plane);
  for (let f = 0; f < frames; f++) {
    const { data } = await decoder.decode(frameOf(latents, f));
    for (let c = 0; c < 3; c++) {
      const values = data
        .subarray(c * plane, (c + 1) * plane)
        .map((x) => Math.min(1, Math.max(0, x / 2 + 0.5)));
      video.set(values, (c * frames + f) * plane);
    }
  }
  comparison.absolute('video', floats(video), outputs.get('video'), afterMany);
  await decoder.dispose();
  const expected = outputs.get('video_hist') as FloatTensor | undefined;
  if (expected) checkHistogram(comparison, outputs.get('video') as FloatTensor, expected);
  return comparison;
}

/** Histogram matching of the stored video, exactly. */
function checkHistogram(comparison: Comparison, video: FloatTensor, expected: FloatTensor): void {
  const [, , frames, height, width] = video.shape as [number, number, number, number, number];
  const first = interleaved(video, 0);
  for (let f = 1; f < frames; f++) {
    const matched = matchHistogramFloats(first, interleaved(video, f));
    comparison.exact(
      `video_hist frame ${f}`,
      floats(matched, [height, width, 3]),
      floats(interleaved(expected, f), [height, width, 3]),
    );
  }
}

/** Frame `f` of `[1, 3, frames, h, w]` as `[h, w, 3]`. */
function interleaved(video: FloatTensor, f: number): Float32Array {
  const { data } = frameOf(video, f);
  const plane = data.length / 3;
  return Float32Array.from({ length: data.length }, (_, i) => data[(i % 3) * plane + Math.floor(i / 3)]!);
}

/** DDIM inversion as in the reference, which always interprets the output as noise. */
export async function checkInversion(
  folder: string,
  { inputs, outputs }: Fixture,
  memory: MemoryMode,
): Promise<Comparison> {
  const comparison = new Comparison();
  const unet = await openFixtureVideoUNet(folder);
  const { textEncoder, tokenizer, schedulerConfig } = await openFixtureBase(folder);
  const schedule = await readNoiseSchedule(schedulerConfig);
  const context = await encodePrompts({ textEncoder, tokenizer }, [''], { memory, small: 0 });
  const latents = inputs.get('video_latent') as FloatTensor;
  const steps = Math.max(
    ...[...outputs.keys()].map((name) => Number(/^latent_after(\d+)$/.exec(name)?.[1] ?? 0)),
  );
  const predictor = await videoPredictor(unet, () => untouched, latents.shape, context.shape[1]!, {
    memory,
  });
  await invertVideo({
    predictor,
    schedule,
    steps,
    reading: 'epsilon',
    context,
    latents,
    onStep: (index, value) => {
      const name = `latent_after${index + 1}`;
      if (outputs.has(name))
        comparison.absolute(name, value, outputs.get(name), index < 2 ? forward : afterMany);
    },
  });
  await predictor.dispose();
  return comparison;
}

/** 8-bit pixels `[h, w, 3]` → `[1, 3, h, w]` in −1…1. */
function pixels(values: BigInt64Array, { height, width }: { height: number; width: number }): FloatTensor {
  const plane = height * width;
  const data = Float32Array.from(
    { length: 3 * plane },
    (_, i) => Number(values[(i % plane) * 3 + Math.floor(i / plane)]!) / 127.5 - 1,
  );
  return floats(data, [1, 3, height, width]);
}
