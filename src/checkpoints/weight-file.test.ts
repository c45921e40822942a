import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { floats, sizeOf } from '../graph/host-tensor.ts';
import { add, reshape } from '../graph/operators/index.ts';
import { scalar, type Tensor } from '../graph/tensor.ts';
import { compile } from '../runtime/program.ts';
import { testFolder } from '../testing/test-folder.ts';
import { writeSafetensors } from './safetensors.ts';
import { findTensors } from './tensor-file.ts';
import { asMatrix, rowBlock, strided, type TensorPlaces } from './tensor-place.ts';
import { writeTorchFile } from './torch-write.ts';
import { fingerprint, openWeightFile, weightsAt } from './weight-file.ts';

const inFolder = await testFolder();

/** What a graph sees. */
async function values(tensor: Tensor): Promise<number[]> {
  const program = await compile({ y: add(tensor, scalar(0)) });
  const { y } = await program.run({});
  await program.dispose();
  return Array.from(y!.data, Number);
}

const counted = (size: number, shape: readonly number[] = [size]) =>
  floats(
    Float32Array.from({ length: size }, (_, i) => i),
    shape,
  );

describe('a PyTorch file', () => {
  test('is read in place, in both precisions', async () => {
    for (const dtype of ['float32', 'float16'] as const) {
      const path = inFolder(`${dtype}.bin`);
      await writeTorchFile(
        path,
        [
          ['skipped', counted(3)],
          ['w', counted(6, [2, 3])],
        ],
        { dtype },
      );
      const file = await openWeightFile(path);
      const tensor = file.find('w')!;
      expect(tensor.source).toMatchObject({ kind: 'file', file: { path: file.path, dtype } });
      expect(file.find('w')).toBe(tensor);
      expect(await values(tensor)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(file.find('other')).toBeUndefined();
    }
  });

  test('of integers is refused as weights', async () => {
    const path = inFolder('integers.bin');
    await writeTorchFile(path, [['ids', { dtype: 'int64', shape: [1], data: BigInt64Array.of(1n) }]]);
    await expect(() => openWeightFile(path).then((file) => file.find('ids'))).rejects.toThrow(
      /"ids".*is int64; expected one of: float32/,
    );
  });
});

describe('views of one tensor in the file', async () => {
  const path = inFolder('views.safetensors');
  const shape = [2, 3, 2, 2];
  await writeSafetensors(path, [['w', counted(sizeOf(shape), shape)]]);
  const { w } = Object.fromEntries(await findTensors(path));
  const find = async (places: TensorPlaces) => (await weightsAt(path, places)).find('x')!;

  test('in another order of axes lie in the file all the same', async () => {
    // As PyTorch's channels_last has it: [2, 2, 2, 3] in memory, seen as [2, 3, 2, 2].
    const place = strided({ ...w!, shape }, [12, 1, 6, 3]);
    const tensor = await find(new Map([['x', place]]));
    expect([tensor.shape, tensor.source.kind]).toEqual([shape, 'node']);
    const expected = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11];
    expect(await values(tensor)).toEqual([...expected, ...expected.map((value) => value + 12)]);
  });

  test('with gaps are copied', async () => {
    const tensor = await find(new Map([['x', strided({ ...w!, shape: [2, 2] }, [12, 2])]]));
    expect(tensor.source.kind).toBe('constant');
    expect(await values(tensor)).toEqual([0, 2, 12, 14]);
  });

  test('that would be gigabytes of copies are refused', async () => {
    const huge = { ...w!, shape: [2 ** 14, 2 ** 14], byteLength: 2 ** 30, strides: [1, 1] };
    await expect(weightsAt(path, new Map([['x', huge]]))).rejects.toThrow(
      /1 tensors in .* would have to be copied/,
    );
  });

  test('are blocks of rows, and matrices where they were 1×1 convolutions', async () => {
    expect(await values(await find(new Map([['x', rowBlock(w!, 1, 2)]])))).toEqual(
      Array.from({ length: 12 }, (_, i) => 12 + i),
    );
    const pointwise = asMatrix({ ...w!, shape: [6, 4, 1, 1] });
    expect(rowBlock(pointwise, 2, 3)).toMatchObject({
      shape: [2, 4],
      offset: w!.offset + 64,
      byteLength: 32,
    });
    expect(asMatrix(w!)).toBe(w);
    expect(() => rowBlock(w!, 0, 3)).toThrow(CheckpointError);
  });
});

describe('weights divided among several files', async () => {
  const index = inFolder('parts/model.safetensors.index.json');
  const files = ['a.safetensors', 'b.bin'].map((name) => inFolder(`parts/${name}`)) as [string, string];
  await mkdir(dirname(index));
  await writeSafetensors(files[0], [
    ['one', counted(2)],
    ['extra', counted(9)],
  ]);
  await writeTorchFile(files[1], [['two', counted(2)]]);
  const writeIndex = (map: Record<string, string>, path = index) =>
    writeFile(path, JSON.stringify({ metadata: { total_size: 16 }, weight_map: map }));

  test('are found through their index, and only those it names', async () => {
    await writeIndex({ two: 'b.bin', one: 'a.safetensors' });
    const file = await openWeightFile(index);
    expect([...file.shapes]).toEqual([
      ['two', [2]],
      ['one', [2]],
    ]);
    expect(await values(add(file.find('one')!, reshape(file.find('two')!, [2, 1])))).toEqual([0, 1, 1, 2]);
    expect((await file.file.readAll()).size).toBe(2);
  });

  test('have a fingerprint that does not depend on their folder', async () => {
    await writeIndex({ two: 'b.bin', one: 'a.safetensors' });
    const identity = await (await openWeightFile(index)).fingerprint();
    const elsewhere = inFolder('elsewhere.index.json');
    await symlink(files[0], inFolder('a.safetensors'));
    await copyFile(files[1], inFolder('b.bin'));
    await writeIndex({ one: 'a.safetensors', two: 'b.bin' }, elsewhere);
    const other = await openWeightFile(elsewhere);
    expect(await other.fingerprint()).toBe(identity);
    expect(await values(add(other.find('one')!, other.find('two')!))).toEqual([0, 2]);
    const single = await openWeightFile(files[0]);
    expect(await single.fingerprint()).toBe(await fingerprint(files[0]));
    expect(await single.fingerprint()).not.toBe(identity);
  });

  test.each([
    ['a file that is missing', { one: 'c.bin' }, /no such file/],
    [
      'a tensor that is missing',
      { three: 'a.safetensors' },
      /says that "a.safetensors" has tensor "three", which it has not/,
    ],
    [
      'a file elsewhere',
      { one: '../parts/a.safetensors' },
      /names the file "..\/parts\/a.safetensors"; expected a file beside it/,
    ],
    ['a file by its whole path', { one: files[0] }, /expected a file beside it/],
    ['itself', { one: 'model.safetensors.index.json' }, /expected a file beside it/],
    ['its folder', { one: '..' }, /expected a file beside it/],
    ['nothing', {}, /names no tensors/],
  ])('whose index names %s are refused', async (_, map, message) => {
    await writeIndex(map as Record<string, string>);
    await expect(openWeightFile(index)).rejects.toThrow(CheckpointError);
    await expect(openWeightFile(index)).rejects.toThrow(message);
  });
});
