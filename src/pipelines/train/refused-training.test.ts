import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  CheckpointError,
  DeviceError,
  type LampError,
  MediaError,
  StorageError,
  UsageError,
} from '../../errors.ts';
import { floats } from '../../graph/host-tensor.ts';
import { alterUNet, damagedBase } from '../../testing/damaged-base.ts';
import { shortTraining as settings } from '../../testing/short-training.ts';
import { testFolder } from '../../testing/test-folder.ts';
import type { TrainingInput } from '../../training/training-settings.ts';
import { runTraining } from './run-training.ts';

const at = await testFolder();

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
      'more memory than there is',
      DeviceError,
      /^a training step needs about [\d.]+ [GT]B of memory with memory: "low"; expected at most the/,
      async () => ({ width: 8192, height: 8192 }),
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
        base: await damagedBase(at('base-empty'), (folder) => writeFile(join(folder, unetFile), '')),
      }),
    ],
    [
      'header that claims 2^63 bytes',
      CheckpointError,
      /header/,
      async () => ({
        base: await damagedBase(at('base-huge'), async (folder) => {
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
        base: await damagedBase(at('base-lacking'), (folder) =>
          alterUNet(folder, (tensors) => void tensors.delete('mid_block.resnets.0.conv1.weight')),
        ),
      }),
    ],
    [
      'U-Net with a wrong shape',
      CheckpointError,
      /"conv_out.bias" is \[9\]; expected \[4\]/,
      async () => ({
        base: await damagedBase(at('base-misshapen'), (folder) =>
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
