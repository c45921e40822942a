import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { openSafetensors } from '../checkpoints/safetensors.ts';
import { openWeightFile } from '../checkpoints/weight-file.ts';
import { LampError } from '../errors.ts';
import { openBaseModel } from '../models/base-model.ts';
import { multipliedOut } from '../motion/file/low-rank.ts';
import { readMotion, writeMotion } from '../motion/file/motion-file.ts';
import { motionVariants } from '../motion/variant.ts';
import { testFolder } from '../testing/test-folder.ts';
import { lampMotion, randomMotion, testMotion } from '../testing/test-motions.ts';
import { testdata } from '../testing/testdata.ts';
import { convertCommand } from './convert.ts';

const path = await testFolder();
const base = testdata('mini/tiny-sd');
const unet = testdata('mini/unet3d');

/** Runs the command; gives what it wrote to standard error, and its error's message. */
async function convert(...words: string[]): Promise<{ stderr: string; error?: string; exitCode?: number }> {
  let stderr = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
  try {
    await new Command()
      .exitOverride()
      .addCommand(convertCommand().exitOverride())
      .parseAsync(['convert', ...words], { from: 'user' });
    return { stderr };
  } catch (error) {
    if (!(error instanceof LampError)) throw error;
    return { stderr, error: error.message, exitCode: error.exitCode };
  } finally {
    spy.mockRestore();
  }
}

beforeAll(async () => {
  const model = await openBaseModel(base);
  const variant = motionVariants['attention-only'];
  await writeMotion(
    path('own.safetensors'),
    testMotion(model, lampMotion(randomMotion(model, 1, motionVariants.lamp))),
  );
  await writeMotion(
    path('other.safetensors'),
    testMotion(model, { variant, values: randomMotion(model, 1, variant) }),
  );
});

describe('lamp convert', () => {
  test('from the authors’ U-Net to a motion and back, bit for bit', async () => {
    const given = [
      '--base',
      base,
      '--prompt',
      'a horse runs',
      '--frames',
      '4',
      '--size',
      '64x32',
      '--fps',
      '10',
      '--steps',
      '30000',
    ];
    const { stderr } = await convert(unet, ...given, '--out', path('horse.safetensors'));
    expect(stderr).toMatch(/written: .*horse\.safetensors/);
    const { info } = await readMotion(path('horse.safetensors'));
    expect(info).toMatchObject({
      baseName: 'tiny-sd',
      prompt: 'a horse runs',
      frames: 4,
      width: 64,
      height: 32,
      framesPerSecond: 10,
      steps: 30_000,
    });
    expect(
      await convert(path('horse.safetensors'), '--base', base, '--out', path('back')),
    ).not.toHaveProperty('error');
    const back = await openWeightFile(path('back/diffusion_pytorch_model.bin'));
    const original = await openSafetensors(`${unet}/diffusion_pytorch_model.safetensors`);
    expect(await back.file.readAll()).toEqual(await original.readAll());
    await convert(path('back'), ...given, '--out', path('again.safetensors'));
    expect(
      (await readFile(path('again.safetensors'))).equals(await readFile(path('horse.safetensors'))),
    ).toBe(true);
  });

  test('a motion of factors to whole matrices', async () => {
    const model = await openBaseModel(base);
    const thin = randomMotion(model, 2, motionVariants.lamp, 2);
    await writeMotion(path('thin.safetensors'), testMotion(model, lampMotion(thin), { rank: 2 }));
    await convert(path('thin.safetensors'), '--base', base, '--out', path('thin'));
    await convert(path('thin'), '--base', base, '--prompt', 'p', '--out', path('whole.safetensors'));
    expect((await readMotion(path('whole.safetensors'))).values).toEqual(await multipliedOut(thin, model));
  });

  test('a motion to another precision, and to safetensors', async () => {
    await convert(path('own.safetensors'), '--dtype', 'float16', '--out', path('half.safetensors'));
    const [half, own] = await Promise.all(
      ['half', 'own'].map((name) => readMotion(path(`${name}.safetensors`))),
    );
    expect(half!.info).toEqual(own!.info);
    const { tensors } = await openSafetensors(path('half.safetensors'));
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['float16']));
    await convert(path('own.safetensors'), '--base', base, '--format', 'safetensors', '--out', path('st'));
    expect((await openSafetensors(path('st/diffusion_pytorch_model.safetensors'))).tensors.size).toBe(690);
  });

  test.each([
    ['no prompt', [unet, '--base', base, '--out', 'x.safetensors'], 2, /"prompt" is missing/],
    ['no base', [unet, '--prompt', 'p', '--out', 'x.safetensors'], 2, /"base" is missing/],
    ['nothing to write', [unet], 2, /--out <path> missing/],
    ['U-Net to U-Net', [unet, '--base', base, '--out', 'x'], 2, /is the authors' U-Net already/],
    [
      'a prompt for a motion',
      ['own', '--prompt', 'p', '--out', 'x'],
      2,
      /"prompt" is only for conversions in which the authors' U-Net comes in/,
    ],
    [
      'a format for a motion',
      ['own', '--format', 'bin', '--out', 'x.safetensors'],
      2,
      /"format" is only for conversions in which the authors' U-Net goes out/,
    ],
    ['weights without their folder', ['/x/diffusion_pytorch_model.bin', '--out', 'x'], 2, /Give the folder/],
    [
      'nothing there',
      ['/no/such/motion', '--base', base, '--out', 'x'],
      4,
      /there is no motion "\/no\/such\/motion"/,
    ],
    ['another method', ['other', '--base', base, '--out', 'x'], 4, /of another method than LAMP/],
    [
      'the image model’s U-Net',
      [`${base}/unet`, '--base', base, '--prompt', 'p', '--out', 'x.safetensors'],
      4,
      /is no U-Net of LAMP/,
    ],
    [
      'a base model',
      [base, '--base', base, '--prompt', 'p', '--out', 'x.safetensors'],
      4,
      /is no U-Net of LAMP/,
    ],
    [
      'a base that is missing',
      [unet, '--base', '/none', '--prompt', 'p', '--out', 'x.safetensors'],
      4,
      /there is no folder "\/none"/,
    ],
  ])('refuses %s', async (_, words, exitCode, message) => {
    const own = words.map((word) => (['own', 'other'].includes(word) ? path(`${word}.safetensors`) : word));
    const found = await convert(...own);
    expect(found.error).toMatch(message);
    expect(found.exitCode).toBe(exitCode);
  });
});
