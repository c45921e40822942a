import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { writeSafetensors } from '../checkpoints/safetensors.ts';
import { CheckpointError } from '../errors.ts';
import { floats } from '../graph/host-tensor.ts';
import { add } from '../graph/operators/index.ts';
import { scalar } from '../graph/tensor.ts';
import { compile } from '../runtime/program.ts';
import { testFolder } from '../testing/test-folder.ts';
import { findWeights, openComponent } from './component.ts';

const inFolder = await testFolder();
const folder = inFolder('unet');
beforeEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await touch('config.json', 'README.md');
});
const touch = (...names: string[]) =>
  Promise.all(names.map((name) => writeFile(inFolder(`unet/${name}`), '{}')));

describe('of several weights in a folder', () => {
  test.each(['diffusion_pytorch_model', 'model', 'pytorch_model'])(
    'named %s the best are taken',
    async (stem) => {
      const best = [
        `${stem}.safetensors`,
        `${stem}.fp16.safetensors`,
        `${stem}.safetensors.index.json`,
        `${stem}.safetensors.index.fp16.json`,
        `${stem}.bin`,
        `${stem}.fp16.bin`,
        `${stem}.bin.index.json`,
      ];
      await touch(`${stem}.non_ema.safetensors`, `${stem}-00001-of-00002.safetensors`, 'openvino_model.bin');
      for (const name of best.reverse()) {
        await touch(name);
        expect(await findWeights(folder)).toBe(inFolder(`unet/${name}`));
      }
    },
  );

  test.each(['unet.safetensors', 'anything.ckpt', 'diffusion_pytorch_model.non_ema.bin', 'lamp.pt'])(
    'the only one is taken, whatever it is called: %s',
    async (name) => {
      await touch(name);
      expect(await findWeights(folder)).toBe(inFolder(`unet/${name}`));
    },
  );

  test('weights of a training are taken where there are no others, averaged ones first', async () => {
    await touch('diffusion_pytorch_model.non_ema.bin');
    await touch('diffusion_pytorch_model.non_ema.safetensors');
    expect(await findWeights(folder)).toBe(inFolder('unet/diffusion_pytorch_model.non_ema.safetensors'));
    await touch('diffusion_pytorch_model.ema.safetensors');
    expect(await findWeights(folder)).toBe(inFolder('unet/diffusion_pytorch_model.ema.safetensors'));
  });

  test('two files of unknown names are refused', async () => {
    await touch('a.safetensors', 'b.bin');
    await expect(findWeights(folder)).rejects.toThrow(
      /holds no weights \(found README\.md, a\.safetensors, b\.bin\); expected a file such as/,
    );
  });

  test('parts without their index are no weights', async () => {
    await touch('model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors');
    await expect(findWeights(folder)).rejects.toThrow(/weights in parts without their index/);
  });

  test('an empty folder and a missing one are errors', async () => {
    await expect(findWeights(folder)).rejects.toThrow(CheckpointError);
    await expect(findWeights(inFolder('none'))).rejects.toThrow(/cannot read the folder of weights/);
  });
});

test('weights behind a link in another folder, in bfloat16', async () => {
  const values = Uint16Array.of(0x3f80, 0xc000); // 1, -2
  const header = JSON.stringify({ w: { dtype: 'BF16', shape: [2], data_offsets: [0, 4] } });
  const bytes = Buffer.alloc(8 + header.length + 4);
  bytes.writeBigUInt64LE(BigInt(header.length));
  bytes.write(header, 8);
  bytes.set(new Uint8Array(values.buffer), 8 + header.length);
  await mkdir(inFolder('blobs'));
  await writeFile(inFolder('blobs/0123abcd'), bytes);
  await symlink(inFolder('blobs/0123abcd'), inFolder('unet/model.safetensors'));
  const { weights } = await openComponent(folder, z.object({}));
  const program = await compile({ y: add(weights.find('w')!, scalar(0)) });
  expect([...(await program.run({})).y!.data]).toEqual([1, -2]);
  await program.dispose();
  expect(dirname(weights.path)).toBe(inFolder('blobs'));
});

test('weights in half precision are found by their name', async () => {
  await writeSafetensors(
    inFolder('unet/model.fp16.safetensors'),
    [['w', floats(Float32Array.of(1))]],
    {},
    { dtype: 'float16' },
  );
  const { weights } = await openComponent(folder, z.object({}));
  expect(weights.file.tensors.get('w')?.dtype).toBe('float16');
});
