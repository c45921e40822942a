import { readFile, truncate, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { floats, type HostTensor, ints } from '../graph/host-tensor.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { writeTorchZip, writeZip } from '../testing/torch-zip.ts';
import { pickleStateDict } from './pickle-write.ts';
import { openSafetensors } from './safetensors.ts';
import { findTensors } from './tensor-file.ts';
import { readTensors } from './tensor-read.ts';
import { writeTorchFile } from './torch-write.ts';

const inFolder = await testFolder();

async function readAll(path: string): Promise<Map<string, HostTensor>> {
  return readTensors(await findTensors(path));
}

describe('files that PyTorch wrote', () => {
  test('of version 1.13: the same values as in safetensors', async () => {
    const found = await readAll(testdata('formats/torch-1.13_text_encoder.bin'));
    const other = await openSafetensors(testdata('mini/tiny-sd/text_encoder/model.safetensors'));
    expect(found).toEqual(await other.readAll());
  });

  test('of version 2, with the weights at the top or under a name', async () => {
    const test = ints([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]);
    for (const file of ['candle_test.pt', 'candle_test_with_key.pt']) {
      expect(await readAll(testdata(`formats/${file}`))).toEqual(new Map([['test', test]]));
    }
    const many = await readAll(testdata('formats/falcon_rw_1b_test_weight.pt'));
    const [query, count] = [many.get('transformer.h.0.self_attention.query_key_value.weight'), many.size];
    expect([count, query?.dtype, query?.shape]).toEqual([16, 'float32', [6144, 1]]);
  });

  test('with a tensor whose values lie in another order', async () => {
    const places = await findTensors(testdata('formats/candle_fortran_tensor_3d.pth'));
    expect(places.get('tensor_fortran')).toMatchObject({
      shape: [2, 3, 4],
      strides: [1, 2, 6],
      byteLength: 192,
    });
    const counted = Array.from({ length: 24 }, (_, i) => i + 1);
    expect((await readTensors(places)).get('tensor_fortran')).toEqual(ints(counted, [2, 3, 4]));
  });
});

describe('writeTorchFile', () => {
  const tensors: [string, HostTensor][] = [
    ['b.weight', floats(Float32Array.of(1, -2, 0.5, 4, 5, 6), [2, 3])],
    ['a', floats(Float32Array.of(3), [])],
    ['none', floats(new Float32Array(0), [0, 4])],
    ['ids', ints([1, -2, 3])],
    ['7', floats(Float32Array.of(8))],
  ];

  test('writes what is read back, in order, the same bytes every time', async () => {
    const [one, two] = [inFolder('one.bin'), inFolder('two.bin')];
    await writeTorchFile(one, tensors);
    await writeTorchFile(
      two,
      tensors.map(([name, tensor]) => [
        name,
        { dtype: tensor.dtype, shape: tensor.shape, load: async () => tensor },
      ]),
    );
    expect(await readFile(two)).toEqual(await readFile(one));
    const places = await findTensors(one);
    expect([...places.keys()]).toEqual(tensors.map(([name]) => name));
    for (const { offset } of places.values()) expect(offset % 64).toBe(0);
    expect(await readTensors(places)).toEqual(new Map(tensors));
  });

  test('in half precision', async () => {
    const path = inFolder('half.bin');
    await writeTorchFile(path, tensors, { dtype: 'float16' });
    expect((await findTensors(path)).get('b.weight')?.dtype).toBe('float16');
    expect(await readAll(path)).toEqual(new Map(tensors));
  });

  test('refuses a name given twice and a value that half precision cannot hold', async () => {
    const x = floats(Float32Array.of(7e4));
    await expect(
      writeTorchFile(inFolder('x'), [
        ['x', x],
        ['x', x],
      ]),
    ).rejects.toThrow('"x" is given twice');
    await expect(writeTorchFile(inFolder('x'), [['x', x]], { dtype: 'float16' })).rejects.toThrow(
      CheckpointError,
    );
  });
});

describe('many tensors', () => {
  test('100 000 of one storage', async () => {
    const path = inFolder('many.bin');
    const list = Array.from(
      { length: 100_000 },
      (_, i) => ({ name: `t${i}`, shape: [1], storage: 'FloatStorage', key: '0', count: 1 }) as const,
    );
    await writeTorchZip(path, pickleStateDict(list), { 0: Buffer.from(Float32Array.of(5).buffer) });
    const places = await findTensors(path);
    expect(places.size).toBe(100_000);
    expect((await readTensors(new Map([['x', places.get('t99999')!]]))).get('x')!.data[0]).toBe(5);
  });

  test('several thousand storages', async () => {
    const path = inFolder('storages.bin');
    const tensors = Array.from({ length: 4000 }, (_, i) => [`t${i}`, floats(Float32Array.of(i))] as const);
    await writeTorchFile(path, tensors);
    expect(await readAll(path)).toEqual(new Map(tensors));
  });
});

describe('views of a storage', () => {
  /** A pickle of one tensor `x` in storage 0 of `count` floats. */
  const view = (count: number, offset: number, shape: readonly number[], strides: readonly number[]) => {
    const tuple = (values: readonly number[]) => `(${values.map(number).join('')}t`;
    return Buffer.from(
      `\x80\x02}X\x01\x00\x00\x00xctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu${number(count)}tQ${number(offset)}${tuple(shape)}${tuple(strides)}\x89}tRs.`,
      'latin1',
    );
  };
  const number = (value: number) => `J${String.fromCharCode(...new Uint8Array(Int32Array.of(value).buffer))}`;
  const values = Buffer.from(Float32Array.from({ length: 12 }, (_, i) => i).buffer);
  const open = async (pickle: Uint8Array, data: Uint8Array = values) => {
    const path = inFolder('view.bin');
    await writeTorchZip(path, pickle, { 0: data });
    return readAll(path);
  };

  test.each([
    ['a part', 3, [2, 2], [2, 1], [3, 4, 5, 6]],
    ['transposed', 0, [3, 4], [1, 3], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]],
    ['with gaps', 1, [2, 2], [6, 2], [1, 3, 7, 9]],
    ['overlapping rows', 0, [3, 2], [1, 1], [0, 1, 1, 2, 2, 3]],
    ['repeated', 2, [2, 3], [0, 1], [2, 3, 4, 2, 3, 4]],
    ['one value', 11, [], [], [11]],
    ['axes of one index, of any stride', 4, [1, 2, 1], [99, 1, 77], [4, 5]],
    ['nothing', 0, [0, 3], [3, 1], []],
  ])('%s', async (_, offset, shape, strides, expected) => {
    const { data, shape: found } = (await open(view(12, offset, shape, strides))).get('x')!;
    expect([found, Array.from(data, Number)]).toEqual([shape, expected]);
  });

  test.each([
    ['beyond the storage', view(12, 1, [3, 4], [4, 1]), /up to value 13 of a storage of 12/],
    ['far beyond', view(12, 0, [2, 2 ** 30], [2 ** 30, 1]), /of a storage of 12/],
    ['before it', view(12, -1, [1], [1]), /no whole number/],
    ['with negative strides', view(12, 4, [2], [-1]), /no whole number/],
    [
      'repeated into terabytes',
      view(12, 0, [2 ** 20, 2 ** 20], [0, 0]),
      /repeats the 12 values of its storage/,
    ],
    ['strides of other axes', view(12, 0, [2, 2], [1]), /with strides \[1\]/],
    ['of 65 axes', view(12, 0, Array(65).fill(1), Array(65).fill(1)), /impossible dimensions/],
    ['of a storage larger than its bytes', view(13, 0, [13], [1]), /48 bytes for the 13 values behind "x"/],
  ])('%s is refused', async (_, pickle, message) => {
    await expect(open(pickle)).rejects.toThrow(CheckpointError);
    await expect(open(pickle)).rejects.toThrow(message);
  });
});

describe('other files, and damaged PyTorch files', () => {
  const pickle = pickleStateDict([{ name: 'x', shape: [1], storage: 'FloatStorage', key: '0', count: 1 }]);
  const write = async (name: string, bytes: Uint8Array) => {
    await writeFile(inFolder(name), bytes);
    return inFolder(name);
  };
  const tar = Buffer.alloc(1024);
  tar.write('ustar', 257);

  test.each([
    ['a tar file', tar, /is a tar file\. Unpack it/],
    ['gzip', gzipSync('weights'), /compressed with gzip/],
    [
      'a pickle before PyTorch 1.6',
      Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02', 'latin1'),
      /format of PyTorch before 1\.6.*save it again/,
    ],
    ['a bare pickle', Buffer.from('\x80\x04N.', 'latin1'), /a bare Python pickle/],
    ['text', Buffer.from('not weights at all'), /is text \("not weights at all"\), not weights/],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
    [
      'an empty zip file',
      Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]),
      /0 members data\.pkl and holds nothing/,
    ],
  ])('%s', async (_, bytes, message) => {
    const path = await write('wrong.ckpt', bytes);
    await expect(findTensors(path)).rejects.toThrow(CheckpointError);
    await expect(findTensors(path)).rejects.toThrow(message);
  });

  test('a zip file of something else', async () => {
    await writeZip(inFolder('other.zip'), { 'readme.txt': Buffer.from('hello') });
    await expect(findTensors(inFolder('other.zip'))).rejects.toThrow(
      /0 members data\.pkl and holds readme\.txt/,
    );
  });

  test('values that are missing', async () => {
    await writeTorchZip(inFolder('missing.bin'), pickle, { 1: Buffer.alloc(4) });
    await expect(findTensors(inFolder('missing.bin'))).rejects.toThrow(
      /lacks the values of tensor "x" \(data\/0\)/,
    );
  });

  test('values that were compressed afterwards', async () => {
    const path = inFolder('packed.bin');
    await writeTorchZip(path, pickle, { 0: Buffer.alloc(4) });
    const bytes = await readFile(path);
    bytes.writeUInt16LE(8, bytes.lastIndexOf('x/data/0') - 36); // its method in the directory
    await writeFile(path, bytes);
    await expect(findTensors(path)).rejects.toThrow(/is compressed \("x\/data\/0"\).*packed again/);
  });

  test('values in the other byte order', async () => {
    const path = inFolder('big.bin');
    await writeZip(path, {
      'x/data.pkl': pickle,
      'x/byteorder': Buffer.from('big'),
      'x/data/0': Buffer.alloc(4),
    });
    await expect(findTensors(path)).rejects.toThrow(/byte order "big"; expected "little"/);
  });

  test('one that is cut off, at any place', async () => {
    const path = inFolder('cut.bin');
    const whole = await readFile(testdata('formats/candle_test.pt'));
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path, whole);
      await truncate(path, length);
      await expect(findTensors(path)).rejects.toThrow(CheckpointError);
    }
  });

  test('one in which any byte is changed is read, or refused with a CheckpointError', async () => {
    const path = inFolder('flipped.bin');
    const whole = await readFile(testdata('formats/candle_test_with_key.pt'));
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      await writeFile(path, bytes);
      await readAll(path).catch((error: unknown) => expect(error).toBeInstanceOf(CheckpointError));
    }
  });
});
