import { beforeAll, describe, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../checkpoints/safetensors.ts';
import { ddimSampler } from '../../diffusion/ddim.ts';
import { type NoiseSchedule, readNoiseSchedule } from '../../diffusion/noise-schedule.ts';
import { randomStream } from '../../diffusion/random.ts';
import { InterruptedError, MediaError, UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { type FloatTensor, floats } from '../../graph/host-tensor.ts';
import { readFrames } from '../../media/clip.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { fromFrames } from '../../motion/frames.ts';
import { motionVariants } from '../../motion/variant.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion, randomMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { denoisePicture } from '../draw/denoise.ts';
import { promptEncoder } from '../draw/kept-programs.ts';
import { encodeFirstFrame } from '../video/encode-first-frame.ts';
import { videoNetworks } from '../video/video-networks.ts';
import { type InvertClipOptions, invertClip, invertVideo } from './invert-video.ts';
import { keptInversion } from './kept-inversion.ts';

const at = await testFolder();
const size = { width: 32, height: 16 };
const path = testdata('clips/walking/walk_out_01.mp4');
let base: BaseModel;
let schedule: NoiseSchedule;

beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
  schedule = await readNoiseSchedule(base.schedulerConfig);
});

describe('inverted latents', () => {
  const latents = floats(randomStream(1).normals(2 * 3 * 4), [1, 2, 3, 2, 2]);
  const context = floats(new Float32Array(4), [1, 2, 2]);

  test('are turned back by sampling if the network predicts the same at each step', async () => {
    const said = new Map<number, FloatTensor>();
    const sayOf = (timestep: number, shape: readonly number[]) => {
      const known = said.get(timestep);
      if (known) return known;
      const noise = floats(randomStream(2, timestep).normals(latents.data.length), shape);
      said.set(timestep, noise);
      return noise;
    };
    const predictor = {
      predict: async (given: FloatTensor, [timestep]: readonly number[]) => sayOf(timestep!, given.shape),
      dispose: async () => {},
    };
    const inverted = await invertVideo({ predictor, schedule, context, latents, steps: 10 });
    expect(inverted.shape).toEqual(latents.shape);
    expect(inverted.data).not.toEqual(latents.data);
    const sampler = ddimSampler(schedule, { steps: 10 });
    const back = await denoisePicture({ predictor, sampler, context, guidance: 1, noise: inverted });
    for (const [i, value] of back.data.entries()) expect(value).toBeCloseTo(latents.data[i]!, 4);
  });

  test('need steps that the schedule has', () => {
    const predictor = { predict: () => expect.unreachable(), dispose: async () => {} };
    expect(() => invertVideo({ predictor, schedule, context, latents, steps: 0 })).toThrow(UsageError);
  });
});

describe('an inverted clip', () => {
  const frames = 3;
  const stride = 2;
  const options = (more: Partial<InvertClipOptions> = {}): InvertClipOptions => ({
    base,
    motion: lampMotion(randomMotion(base, 1, motionVariants.lamp)),
    device: 'cpu',
    clip: { path, fingerprint: 'the clip', frameCount: 20, framesPerSecond: 10 },
    clipFps: 10,
    frames,
    stride,
    size,
    fit: 'stretch',
    steps: 3,
    posterior: 'mean',
    seed: 0,
    ...more,
  });

  test("is what the clip's frames become", async () => {
    const events: ProgressEvent[] = [];
    const { latents, origin } = await invertClip(options({ onEvent: (event) => void events.push(event) }));
    expect(origin).toEqual({ clip: 'the clip', clipFps: 10, stride, fit: 'stretch', steps: 3 });
    expect(latents.shape.slice(0, 3)).toEqual([1, 4, frames]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'progress', stage: 'inverting', done: 3, total: 3 }),
    );

    const { motion } = options();
    const networks = videoNetworks(base, () => motion, { frames, size, schedule, device: 'cpu' });
    const encoder = await networks.encoder.get();
    const how = { firstFrameFit: 'stretch', firstFramePosterior: 'mean' } as const;
    const scale = base.vae.config.scaling_factor;
    const clean: FloatTensor[] = [];
    for (const picture of await readFrames(path, { indices: [0, 2, 4], size, fit: 'stretch' })) {
      clean.push(await encodeFirstFrame(encoder, picture, size, how, randomStream(0), scale));
    }
    const context = await promptEncoder(base, 'cpu').encode(['']);
    const predictor = await networks.video.unguided.get();
    const rest = { predictor, schedule, context, steps: 3 };
    expect(await invertVideo({ ...rest, latents: fromFrames(clean) })).toEqual(latents);
    await networks.dispose();
  });

  test('is the same again, and another with another motion, variant or sample of the posterior', async () => {
    const { latents } = await invertClip(options());
    expect((await invertClip(options({ seed: 5 }))).latents).toEqual(latents);
    const frozen = motionVariants['frozen-queries'];
    const others = [
      { motion: lampMotion(randomMotion(base, 2, motionVariants.lamp)) },
      { posterior: 'sample' as const },
      { motion: { variant: frozen, values: randomMotion(base, 1, frozen) } },
    ];
    for (const other of others) expect((await invertClip(options(other))).latents).not.toEqual(latents);
  });

  test('is of the frames at the rate', async () => {
    const { latents } = await invertClip(options());
    // Every second frame at 10 a second is every frame at 5, and every fourth is not.
    expect((await invertClip(options({ clipFps: 5, stride: 1 }))).latents).toEqual(latents);
    expect((await invertClip(options({ clipFps: 5 }))).latents).not.toEqual(latents);
    const byNumber = await invertClip(options({ clipFps: 'frames' }));
    expect(byNumber.latents).toEqual(latents);
    expect(byNumber.origin).not.toHaveProperty('clipFps');
  });

  test('kept by an earlier version is made again, with a notice', async () => {
    const file = at('inversion.safetensors');
    const notices: string[] = [];
    const onEvent = (event: ProgressEvent) => {
      if (event.type === 'notice') notices.push(event.message);
    };
    const { latents } = await keptInversion(file, options({ onEvent }));
    await keptInversion(file, options({ onEvent }));
    expect(notices.splice(0)).toEqual([`using the existing inverted clip "${file}".`]);
    const { metadata } = await openSafetensors(file);
    expect(metadata.version).toBe('2');
    const other = floats(
      latents.data.map((value) => value + 1),
      latents.shape,
    );
    await writeSafetensors(file, [['latents', other]], { ...metadata, version: '1' });
    expect((await keptInversion(file, options({ onEvent }))).latents).toEqual(latents);
    expect(notices).toEqual([expect.stringMatching(/earlier version.*The clip is inverted again\./)]);
  });

  test('can be stopped, and needs a clip that is long enough', async () => {
    const controller = new AbortController();
    const onEvent = (event: ProgressEvent) => {
      if (event.type === 'progress' && event.stage === 'inverting' && event.done === 1) controller.abort();
    };
    await expect(invertClip(options({ onEvent, signal: controller.signal }))).rejects.toThrow(
      new InterruptedError('stopped while inverting (1 of 3 done); nothing was written.'),
    );
    await expect(invertClip(options({ stride: 1000 }))).rejects.toThrow(MediaError);
  });
});
