import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSafetensors, writeSafetensors } from '../../checkpoints/safetensors.ts';
import {
  CheckpointError,
  DeviceError,
  InterruptedError,
  type LampError,
  MediaError,
  StorageError,
  UsageError,
} from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { floats } from '../../graph/host-tensor.ts';
import { writeVideo } from '../../media/video-file.ts';
import { openBaseModel } from '../../models/base-model.ts';
import { builtInBase } from '../../models/built-in-base.ts';
import { readMotion, readMotionInfo } from '../../motion/file/motion-file.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { lampMotion } from '../../testing/test-motions.ts';
import { testdata } from '../../testing/testdata.ts';
import { readMetrics } from '../../training/metrics.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { settingsKey } from '../video/stored-settings.ts';
import { videoGenerator } from '../video/video-pipeline.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();
const base = testdata('mini/tiny-sd');
const walking = testdata('clips/walking');
const settings: TrainingInput = {
  base,
  clips: [join(walking, 'walk_out_01.mp4'), join(walking, 'walk_out_02.mp4')],
  prompt: 'a person walks',
  frames: 4,
  width: 32,
  height: 32,
  steps: 6,
  learningRate: 1e-3,
  saveEvery: 2,
  averageDecay: 0.9,
  accumulation: 2,
};

/** Trains until the given step is done, then stops as Ctrl-C does; returns the events. */
async function trainUntil(step: number, out: string, resume: boolean): Promise<ProgressEvent[]> {
  const controller = new AbortController();
  const events: ProgressEvent[] = [];
  const onEvent = (event: ProgressEvent) => {
    events.push(event);
    if (event.type === 'step' && event.step === step) controller.abort();
  };
  await runTraining({ out, resume, settings: resume ? {} : settings, onEvent, signal: controller.signal });
  return events;
}

async function metricsOf(out: string) {
  return (await readMetrics(join(out, 'metrics.jsonl'))).map(({ seconds, ...rest }) => rest);
}

describe('a run', () => {
  const whole = at('whole');
  beforeAll(async () => {
    await runTraining({ out: whole, settings: { ...settings, sampleEvery: 6 } });
  });

  test('is a folder with everything in it', async () => {
    expect((await readdir(whole)).sort()).toEqual([
      'checkpoints',
      'latents',
      'metrics.jsonl',
      'motion.safetensors',
      'run.json',
      'samples',
    ]);
    expect(await readdir(join(whole, 'checkpoints'))).toEqual([
      'step-000004.safetensors',
      'step-000006.safetensors',
    ]);
    const run = JSON.parse(await readFile(join(whole, 'run.json'), 'utf8'));
    expect(run.finished).toMatch(/^\d{4}-/);
    expect(run.clips).toHaveLength(2);
    expect(run.versions).toHaveProperty('onnxruntime');
    expect(run).toMatchObject({ settings: { memory: 'auto' }, memory: 'fast' });
    expect((await metricsOf(whole)).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    const info = await readMotionInfo(join(whole, 'motion.safetensors'));
    expect(info).toMatchObject({ prompt: 'a person walks', frames: 4, width: 32, height: 32, steps: 6 });
    expect(JSON.stringify(info)).not.toContain(walking);
  });

  test('stopped and resumed gives the same bytes', async () => {
    const out = at('stopped');
    const stops = [1, 3];
    for (const [i, step] of stops.entries()) {
      const stopping = trainUntil(step, out, i > 0);
      await expect(stopping).rejects.toThrow(InterruptedError);
      await expect(stopping).rejects.toThrow(
        `stopped after step ${step} of 6; it is saved. Continue with: learnMotion({ out: `,
      );
    }
    await runTraining({ out, resume: true, settings });
    for (const file of ['motion.safetensors', 'checkpoints/step-000006.safetensors']) {
      const [a, b] = await Promise.all([readFile(join(whole, file)), readFile(join(out, file))]);
      expect(a.equals(b), file).toBe(true);
    }
    expect(await metricsOf(out)).toEqual(await metricsOf(whole));
  });

  test('with little memory, stopped and resumed gives the same bytes, nearly those of more memory', async () => {
    const low: Partial<TrainingInput> = { memory: 'low', sampleEvery: 0 };
    await runTraining({ out: at('low'), settings: { ...settings, ...low } });
    const controller = new AbortController();
    const stopping = runTraining({
      out: at('low stopped'),
      settings: { ...settings, ...low },
      signal: controller.signal,
      onEvent: (event) => void (event.type === 'step' && event.step === 3 && controller.abort()),
    });
    await expect(stopping).rejects.toThrow(InterruptedError);
    const notices: string[] = [];
    await runTraining({
      out: at('low stopped'),
      resume: true,
      settings: {},
      onEvent: (event) => void (event.type === 'notice' && notices.push(event.message)),
    });
    expect(notices).toContainEqual(
      expect.stringMatching(/^training with memory: "low": a step needs about 0\.\d GB$/),
    );
    const [unbroken, resumed] = await Promise.all(
      ['low', 'low stopped'].map((name) => readFile(join(at(name), 'motion.safetensors'))),
    );
    expect(resumed!.equals(unbroken!)).toBe(true);
    const [plain, less] = await Promise.all(['whole', 'low'].map((name) => metricsOf(at(name))));
    for (const [i, { loss }] of less!.entries()) expect(loss).toBeCloseTo(plain![i]!.loss, 4);
  });

  test('goes on with the memory it was begun with, also where that was told in older words', async () => {
    const out = at('older words');
    await expect(trainUntil(1, out, false)).rejects.toThrow(InterruptedError);
    const path = join(out, 'run.json');
    const { memory, settings: begun, ...record } = JSON.parse(await readFile(path, 'utf8'));
    expect(memory).toBe('fast');
    const { memory: _, ...others } = begun;
    const older = { ...record, settings: { ...others, recompute: 'auto' }, recomputed: true };
    await writeFile(path, JSON.stringify(older));
    await expect(trainUntil(2, out, true)).rejects.toThrow(InterruptedError);
    const resumed = JSON.parse(await readFile(path, 'utf8'));
    expect(resumed).toMatchObject({ memory: 'balanced', settings: { memory: 'auto' } });
    expect(resumed).not.toHaveProperty('recomputed');
    expect(resumed.settings).not.toHaveProperty('recompute');
  });

  test.each([
    ['adamw-8bit', {}],
    ['lion', {}],
    ['adamw-8bit', { memory: 'low', rank: 3 }],
    ['lion', { memory: 'balanced', averageDecay: 0, accumulation: 1 }],
  ] as const)('with %s and %j, stopped and resumed gives the same bytes', async (optimizer, more) => {
    const given: TrainingInput = { ...settings, ...more, optimizer };
    const [out, broken] = ['unbroken', 'broken'].map((name) =>
      at(`${name} ${optimizer} ${JSON.stringify(more)}`),
    );
    await runTraining({ out: out!, settings: given });
    const controller = new AbortController();
    const stopping = runTraining({
      out: broken!,
      settings: given,
      signal: controller.signal,
      onEvent: (event) => void (event.type === 'step' && event.step === 3 && controller.abort()),
    });
    await expect(stopping).rejects.toThrow(InterruptedError);
    const other = runTraining({ out: broken!, resume: true, settings: { optimizer: 'adamw' } });
    await expect(other).rejects.toThrow(/^"optimizer" is "adamw", but the run was begun with/);
    await runTraining({ out: broken!, resume: true, settings: {} });
    for (const file of ['motion.safetensors', 'checkpoints/step-000006.safetensors']) {
      const [a, b] = await Promise.all([out!, broken!].map((run) => readFile(join(run, file))));
      expect(a!.equals(b!), file).toBe(true);
    }
    expect(await metricsOf(broken!)).toEqual(await metricsOf(out!));
    const run = JSON.parse(await readFile(join(out!, 'run.json'), 'utf8'));
    expect(run.settings).toMatchObject({ optimizer, beta2: optimizer === 'lion' ? 0.99 : 0.999 });
    const { settings: stored } = await readMotionInfo(join(out!, 'motion.safetensors'));
    expect(stored).toMatchObject({ optimizer });
    // The first step is computed from the same gradients as with AdamW. Later ones are not, except that the tensors of
    // this model are too small for moments of 8 bits.
    const [usual, found] = (await Promise.all([whole, out!].map(metricsOf))).map((lines) =>
      lines.map(({ loss }) => loss),
    );
    if (Object.keys(more).length === 0) expect(found![0]).toBe(usual![0]);
    if (optimizer === 'lion') expect(found![5]).not.toBe(usual![5]);
    else if (Object.keys(more).length === 0) expect(found).toEqual(usual);
  });

  test('moments of 8 bits, stopped and resumed, give the same bytes', async () => {
    // The tiny model's tensors are too small for them.
    const given: Partial<TrainingInput> = {
      ...settings,
      base: builtInBase(),
      optimizer: 'adamw-8bit',
      frames: 2,
      width: 32,
      height: 32,
      accumulation: 1,
      steps: 2,
    };
    await runTraining({ out: at('8 bits'), settings: given, useRecommended: false });
    await runTraining({ out: at('8 bits stopped'), settings: { ...given, steps: 1 }, useRecommended: false });
    await runTraining({ out: at('8 bits stopped'), resume: true, settings: { steps: 2 } });
    for (const file of ['motion.safetensors', 'checkpoints/step-000002.safetensors']) {
      const [a, b] = await Promise.all(
        ['8 bits', '8 bits stopped'].map((run) => readFile(join(at(run), file))),
      );
      expect(a!.equals(b!), file).toBe(true);
    }
    const { tensors } = await openSafetensors(at('8 bits/checkpoints/step-000002.safetensors'));
    const codes = [...tensors].filter(([, { dtype }]) => dtype === 'uint8');
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.every(([name]) => tensors.has(name.replace(':', '-scales:')))).toBe(true);
  });

  test('makes samples as generate does from the motion of that step', async () => {
    const motion = await readMotion(join(whole, 'motion.safetensors'));
    const { width, height, frames, framesPerSecond, prompt: motionName } = motion.info;
    const options = { width, height, frames, motionName };
    const generator = await videoGenerator(
      await openBaseModel(base),
      () => lampMotion(motion.values),
      options,
    );
    const video = await generator.generate({ prompt: 'a person walks', seed: 0 });
    await generator.dispose();
    const metadata = { [settingsKey]: JSON.stringify({ ...video.settings, framesPerSecond }) };
    await writeVideo(at('same.mp4'), video.frames, { framesPerSecond, metadata });
    const [sample, same] = await Promise.all([
      readFile(join(whole, 'samples', '000006-1.mp4')),
      readFile(at('same.mp4')),
    ]);
    expect(sample.equals(same)).toBe(true);
  });

  test('that is finished is left alone, and trains on when steps are raised', async () => {
    const before = await readFile(join(whole, 'run.json'));
    const notices: ProgressEvent[] = [];
    const again = { out: whole, resume: true, onEvent: (event: ProgressEvent) => void notices.push(event) };
    expect(await runTraining({ ...again, settings: {} })).toMatchObject({ wasFinished: true, steps: 6 });
    expect(notices.at(-1)).toMatchObject({
      type: 'notice',
      message: expect.stringContaining('Raise "steps"'),
    });
    expect((await readFile(join(whole, 'run.json'))).equals(before)).toBe(true);
    const more = await runTraining({ ...again, settings: { steps: 7, sampleEvery: 0 } });
    expect(more).toMatchObject({ wasFinished: false, steps: 7 });
    expect(await metricsOf(whole)).toHaveLength(7);
    await expect(runTraining({ ...again, settings: { steps: 3 } })).rejects.toThrow('already taken 7 steps');
    await cp(whole, at('bare'), { recursive: true });
    await rm(at('bare/checkpoints'), { recursive: true });
    const bare = runTraining({ out: at('bare'), resume: true, settings: { steps: 9 } });
    await expect(bare).rejects.toThrow('contains a motion but no checkpoint to continue from');
  });

  test('is not written over, nor resumed with other settings, clips or base', async () => {
    const before = await readFile(join(whole, 'motion.safetensors'));
    const refused = async (resume: boolean, given: Partial<TrainingInput>) =>
      runTraining({ out: whole, resume, settings: given }).then(
        () => 'accepted',
        (error: LampError) => error.message,
      );
    expect(await refused(false, settings)).toMatch(/already holds a run. Add resume: true/);
    expect(await refused(true, { frames: 5 })).toMatch(/^"frames" is 5/);
    expect(await refused(true, { clips: [...settings.clips].reverse() })).toMatch(
      /not those the run was begun with/,
    );
    expect(await refused(true, { clips: [settings.clips[0]!] })).toMatch(/walk_out_02.mp4" is missing/);
    expect(await refused(true, { clips: [at('gone.mp4')] })).toMatch(
      /does not exist.*If the clips have moved/,
    );
    await cp(walking, at('moved'), { recursive: true });
    const moved = ['01', '02'].map((number) => at(`moved/walk_out_${number}.mp4`));
    expect(await refused(true, { clips: moved })).toBe('accepted');
    const other = await damagedBase('other', async (folder) => {
      await alterUNet(folder, (tensors) => tensors.get('conv_in.bias')!.data.fill(1));
    });
    expect(await refused(true, { base: other })).toMatch(/another base model.*its unet differs/);
    expect((await readFile(join(whole, 'motion.safetensors'))).equals(before)).toBe(true);
  });
});

/** A copy of the base model with something done to it. */
async function damagedBase(name: string, damage: (folder: string) => Promise<void>): Promise<string> {
  const folder = at(`base-${name}`);
  await cp(base, folder, { recursive: true });
  await damage(folder);
  return folder;
}

async function alterUNet(
  folder: string,
  alter: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void,
): Promise<void> {
  const path = join(folder, 'unet/diffusion_pytorch_model.safetensors');
  const tensors = (await (await openSafetensors(path)).readAll()) as Map<string, ReturnType<typeof floats>>;
  alter(tensors);
  await writeSafetensors(path, tensors);
}

describe('bad input is refused on one line, and nothing is written', () => {
  const out = at('never');
  const unetFile = 'unet/diffusion_pytorch_model.safetensors';
  const vaeFile = 'vae/diffusion_pytorch_model.safetensors';
  const clip = settings.clips[0]!;
  const cases: [
    name: string,
    kind: new (m: string) => LampError,
    words: RegExp,
    () => Promise<Partial<TrainingInput>>,
  ][] = [
    [
      'missing base folder',
      CheckpointError,
      /there is no folder .*Check "base"/,
      async () => ({ base: at('nowhere') }),
    ],
    ['missing clip folder', MediaError, /does not exist/, async () => ({ clips: [at('nowhere')] })],
    [
      'clip too short',
      MediaError,
      /frames; expected at least 400, which 400 frames at stride 1 need\. Use .*frames: /,
      async () => ({ frames: 400 }),
    ],
    [
      'truncated mp4',
      MediaError,
      /cut off|damaged|no picture track/,
      async () => {
        await cp(clip, at('cut.mp4'));
        await truncate(at('cut.mp4'), 90_000);
        return { clips: [at('cut.mp4')] };
      },
    ],
    [
      'text file named .mp4',
      MediaError,
      /not a video file/,
      async () => {
        await writeFile(at('text.mp4'), 'this is no video\n'.repeat(100));
        return { clips: [at('text.mp4')] };
      },
    ],
    [
      '0-byte safetensors',
      CheckpointError,
      /empty|0 bytes/,
      async () => ({
        base: await damagedBase('empty', (folder) => writeFile(join(folder, unetFile), '')),
      }),
    ],
    [
      'header that claims 2^63 bytes',
      CheckpointError,
      /header/,
      async () => ({
        base: await damagedBase('huge', async (folder) => {
          const bytes = await readFile(join(folder, vaeFile));
          bytes.writeBigUInt64LE(2n ** 63n, 0);
          await writeFile(join(folder, vaeFile), bytes);
        }),
      }),
    ],
    [
      'U-Net lacking a tensor',
      CheckpointError,
      /"mid_block.resnets.0.conv1.weight" is missing/,
      async () => ({
        base: await damagedBase('lacking', (folder) =>
          alterUNet(folder, (tensors) => void tensors.delete('mid_block.resnets.0.conv1.weight')),
        ),
      }),
    ],
    [
      'U-Net with a wrong shape',
      CheckpointError,
      /"conv_out.bias" is \[9\]; expected \[4\]/,
      async () => ({
        base: await damagedBase('misshapen', (folder) =>
          alterUNet(folder, (tensors) => void tensors.set('conv_out.bias', floats(new Float32Array(9)))),
        ),
      }),
    ],
    [
      'unknown device',
      DeviceError,
      /unknown device "tpu"; expected one of/,
      async () => ({ device: 'tpu' as never }),
    ],
    [
      'size the VAE cannot take',
      UsageError,
      /36x32 cannot be used.* Use width: (32|40), height: 32/,
      async () => ({ width: 36 }),
    ],
  ];
  test.each(cases)('%s', async (_, kind, words, make) => {
    const given = { ...settings, ...(await make()) };
    const error = await runTraining({ out, settings: given }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(words);
    expect((error as Error).message).not.toContain('\n');
    expect(await readdir(at('.'))).not.toContain(basename(out));
  });

  test('an output folder that holds something else stays as it is', async () => {
    await mkdir(at('taken'));
    await writeFile(at('taken/thesis.txt'), 'mine');
    const refused = runTraining({ out: at('taken'), settings });
    await expect(refused).rejects.toThrow(StorageError);
    await expect(refused).rejects.toThrow(/not empty \(it holds thesis.txt\) and is no run/);
    expect(await readdir(at('taken'))).toEqual(['thesis.txt']);
    await expect(runTraining({ out: at('taken/thesis.txt'), settings })).rejects.toThrow(StorageError);
    await expect(runTraining({ out: at('nothing'), resume: true, settings })).rejects.toThrow(
      /no run in .* to resume/,
    );
    await rm(at('taken'), { recursive: true });
  });

  test('an output folder that is a link to none yet is made where the link leads', async () => {
    await symlink(at('elsewhere'), at('dangling'));
    await runTraining({ out: at('dangling'), settings: { ...settings, steps: 1 } });
    expect(await readdir(at('elsewhere'))).toContain('motion.safetensors');
  });
});
