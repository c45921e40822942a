import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { floats, type HostTensor, ints } from '../graph/host-tensor.ts';
import { testdata } from '../testing/testdata.ts';
import { findDuplicateKey } from './duplicate-key.ts';
import { openSafetensors, writeSafetensors } from './safetensors.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamp-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes a file with this header text and this much data. */
async function fileWith(header: string | Uint8Array, data: Uint8Array | number = 0): Promise<string> {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + (typeof data === 'number' ? data : data.length));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  if (typeof data !== 'number') bytes.set(data, 8 + json.length);
  return rawFile(bytes);
}

async function rawFile(bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, 'case.safetensors');
  await writeFile(path, bytes);
  return path;
}

async function complaint(path: string): Promise<string> {
  const error = await openSafetensors(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  const { message } = error as CheckpointError;
  expect(message).not.toContain('\n');
  return message;
}

describe('files of other programs', () => {
  test('candle: integers', async () => {
    const file = await openSafetensors(testdata('formats/candle_jfk-codes.safetensors'));
    const codes = await file.read('codes');
    expect([codes.dtype, codes.shape, codes.data.length]).toEqual(['int64', [1, 2, 828], 1656]);
    expect([...codes.data].every((code) => code >= 0n && code < 2048n)).toBe(true);
  });

  test('mediapipe: floats, one tensor and all of them', async () => {
    const file = await openSafetensors(testdata('formats/stablelm_3b_4e1t_test_weight.safetensors'));
    const all = await file.readAll();
    expect([...all.keys()].sort()).toEqual([...file.tensors.keys()].sort());
    for (const name of file.tensors.keys()) expect(await file.read(name)).toEqual(all.get(name));
    expect(all.get('lm_head.weight')?.shape).toEqual([10, 20]);
  });

  test('offsets are absolute', async () => {
    const path = testdata('formats/stablelm_3b_4e1t_test_weight.safetensors');
    const file = await openSafetensors(path);
    const { offset, byteLength } = file.tensors.get('lm_head.weight')!;
    const bytes = await readFile(path);
    const values = new Float32Array(new Uint8Array(bytes.subarray(offset, offset + byteLength)).buffer);
    expect((await file.read('lm_head.weight')).data).toEqual(values);
  });
});

describe('damaged files', () => {
  const entry = (fields: object) =>
    JSON.stringify({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } });

  test.each<[string, string | Uint8Array, number, RegExp]>([
    ['not JSON', '{"x":', 8, /not valid JSON/],
    ['an array', '[]', 8, /not a JSON object/],
    ['null', 'null', 8, /not a JSON object/],
    ['not UTF-8', Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 8, /not UTF-8/],
    ['an entry that is no object', '{"x":7}', 8, /tensor "x" wrongly/],
    [
      'an unknown kind',
      entry({ dtype: 'F8_E8M0' }),
      8,
      /tensor "x" of kind "F8_E8M0"; expected one of: F64, F32/,
    ],
    ['a negative size', entry({ shape: [-2] }), 8, /tensor "x" wrongly: "shape\.0" is /],
    ['a broken size', entry({ shape: [1.5] }), 8, /tensor "x" wrongly: "shape\.0" is /],
    ['a huge size', entry({ shape: [2 ** 50, 2 ** 50] }), 8, /of shape .* cannot be counted/],
    [
      'zero times infinity',
      entry({
        shape: Array(40)
          .fill(2 ** 40)
          .concat(0),
        data_offsets: [0, 0],
      }),
      8,
      /cannot be counted/,
    ],
    ['a negative place', entry({ data_offsets: [-8, 0] }), 8, /data_offsets\.0/],
    ['a place that is no number', entry({ data_offsets: [null, 8] }), 8, /data_offsets\.0/],
    ['one offset', entry({ data_offsets: [8] }), 8, /data_offsets/],
    ['a backward place', entry({ data_offsets: [8, 0] }), 8, /at bytes 8 to 0/],
    [
      'a size that does not fit',
      entry({ shape: [3] }),
      8,
      /gives tensor "x", F32 of shape \[3\], 8 bytes; expected 12\./,
    ],
    ['too little data', entry({}), 5, /is cut off: \d+ bytes of \d+, 3 are missing .* Download it again/],
    ['too much data', entry({}), 9, /has 1 bytes after its last tensor/],
    ['a gap', entry({ data_offsets: [8, 16] }), 16, /8 unused bytes before tensor "x"/],
    [
      'metadata that is not text',
      '{"__metadata__":{"epoch":3}}',
      0,
      /bad metadata \("epoch" is not a string/,
    ],
    [
      'tensors in one place',
      '{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}',
      6,
      /tensors "x" and "y" in the same place/,
    ],
    [
      'a name twice',
      '{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\\u0078":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}',
      4,
      /names "x" twice/,
    ],
  ])('%s', async (_, header, data, expected) => {
    expect(await complaint(await fileWith(header, data))).toMatch(expected);
  });

  test('impossible lengths', async () => {
    expect(await complaint(await rawFile(''))).toMatch(/is empty \(0 bytes\)/);
    expect(await complaint(await rawFile(Uint8Array.of(1, 2, 3)))).toMatch(/has 3 bytes/);
    const claim = new Uint8Array(32);
    new DataView(claim.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(await complaint(await rawFile(claim))).toMatch(/claims a header of 9223372036854775808 bytes/);
    new DataView(claim.buffer).setBigUint64(0, 1000n, true);
    expect(await complaint(await rawFile(claim))).toMatch(/ends within its header: 32 bytes, 976 too few/);
  });

  test('files of another kind, folders, and nothing at all', async () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';
    expect(await complaint(await rawFile(pointer))).toMatch(/Git LFS pointer.*git lfs pull/);
    expect(await complaint(await rawFile('<!DOCTYPE html><html></html>'))).toMatch(/web page/);
    expect(await complaint(await rawFile('PK\x03\x04 and so on, a zip'))).toMatch(/PyTorch or zip/);
    expect(await complaint(folder)).toMatch(/it is a folder/);
    expect(await complaint(join(folder, 'none.safetensors'))).toMatch(/no such file/);
  });

  test('a file that shrinks after it was opened', async () => {
    const path = await fileWith(entry({}), 8);
    const file = await openSafetensors(path);
    await truncate(path, 62);
    await expect(file.read('x')).rejects.toThrow(/ended at byte 62 while it was read/);
  });

  test('an unknown name lists some that exist', async () => {
    const file = await openSafetensors(await fileWith(entry({}), 8));
    await expect(file.read('y')).rejects.toThrow(/has no tensor "y"; it has 1 others/);
  });

  test('thousands of mutated headers end in a CheckpointError or a valid file', async () => {
    const good = await readFile(testdata('formats/stablelm_3b_4e1t_test_weight.safetensors'));
    const headerEnd = 8 + Number(good.readBigUInt64LE(0));
    let state = 12345;
    const random = (n: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * n);
    };
    const path = join(folder, 'fuzz.safetensors');
    const handle = await open(path, 'w+');
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const bytes = Buffer.from(good);
      for (let count = 1 + random(4); count > 0; count--) {
        const at = random(10) === 0 ? random(8) : 8 + random(headerEnd - 8);
        bytes[at] = random(3) === 0 ? random(256) : '0123456789{}[]",:-.eE'.charCodeAt(random(21));
      }
      await handle.write(bytes, 0, bytes.length, 0);
      await openSafetensors(path).catch((error: unknown) => {
        expect(error).toBeInstanceOf(CheckpointError);
        refused++;
      });
    }
    await handle.close();
    expect(refused).toBeGreaterThan(1500);
  });
});

describe('kinds', () => {
  const cases: [string, Uint8Array, readonly number[]][] = [
    ['F64', bytesOf(Float64Array.of(1.5, -2, 1e300)), [1.5, -2, Infinity]],
    ['F32', bytesOf(Float32Array.of(1.5, -2, 3)), [1.5, -2, 3]],
    ['F16', bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x3555)), [1, -2, 0.333251953125]],
    ['BF16', bytesOf(Uint16Array.of(0x3f80, 0xc000, 0x4049)), [1, -2, 3.140625]],
    ['I64', bytesOf(BigInt64Array.of(1n, -2n, 3n)), [1, -2, 3]],
    ['I32', bytesOf(Int32Array.of(1, -2, 3)), [1, -2, 3]],
    ['I16', bytesOf(Int16Array.of(1, -2, 3)), [1, -2, 3]],
    ['I8', bytesOf(Int8Array.of(1, -2, 3)), [1, -2, 3]],
    ['U32', bytesOf(Uint32Array.of(1, 2 ** 32 - 1, 3)), [1, 2 ** 32 - 1, 3]],
    ['U16', bytesOf(Uint16Array.of(1, 65535, 3)), [1, 65535, 3]],
    ['U8', Uint8Array.of(1, 255, 3), [1, 255, 3]],
    ['BOOL', Uint8Array.of(1, 0, 1), [1, 0, 1]],
  ];

  test.each(cases)('%s, also at an unaligned offset', async (dtype, data, expected) => {
    const header = {
      odd: { dtype: 'U8', shape: [3], data_offsets: [0, 3] },
      x: { dtype, shape: [3], data_offsets: [3, 3 + data.length] },
      empty: { dtype, shape: [0, 7], data_offsets: [3 + data.length, 3 + data.length] },
    };
    const file = await openSafetensors(
      await fileWith(JSON.stringify(header), Buffer.concat([Buffer.alloc(3), data])),
    );
    const all = await file.readAll();
    expect(Array.from(all.get('x')!.data, Number)).toEqual(expected);
    expect(all.get('empty')!.data.length).toBe(0);
    expect(await file.read('x')).toEqual(all.get('x'));
  });
});

describe('writing', () => {
  const tensors: [string, HostTensor][] = [
    ['b', floats(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])],
    ['7', ints([1, -2, 3])],
    ['a"\n', floats(Float32Array.of(0.1))],
    ['scalar', floats(Float32Array.of(7), [])],
    ['empty', floats(new Float32Array(0), [0, 4])],
  ];

  test('what is written is read again, and any order gives the same bytes', async () => {
    const [one, two] = [join(folder, 'one.safetensors'), join(folder, 'deep/two.safetensors')];
    await writeSafetensors(one, tensors, { format: 'pt', about: 'ünï' });
    await writeSafetensors(two, new Map([...tensors].reverse()), { about: 'ünï', format: 'pt' });
    expect(await readFile(two)).toEqual(await readFile(one));
    const file = await openSafetensors(one);
    expect(file.metadata).toEqual({ about: 'ünï', format: 'pt' });
    expect(await file.readAll()).toEqual(new Map(tensors.map(([name, tensor]) => [name, { ...tensor }])));
    for (const { offset, dtype } of file.tensors.values())
      expect(offset % (dtype === 'int64' ? 8 : 4)).toBe(0);
  });

  test('the bytes that are written never change', async () => {
    const path = join(folder, 'pinned.safetensors');
    await writeSafetensors(path, [['x', floats(Float32Array.of(1))]]);
    const bytes = await readFile(path);
    const json = '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(bytes.subarray(8, -4).toString()).toBe(json.padEnd(56));
    expect([...bytes.subarray(0, 8), ...bytes.subarray(-4)]).toEqual([
      56, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 63,
    ]);
  });

  test('half precision', async () => {
    const path = join(folder, 'half.safetensors');
    await writeSafetensors(path, tensors, {}, { dtype: 'float16' });
    const file = await openSafetensors(path);
    expect(file.tensors.get('b')?.dtype).toBe('float16');
    expect(file.tensors.get('7')?.dtype).toBe('int64');
    expect((await file.read('b')).data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect((await file.read('a"\n')).data[0]).toBeCloseTo(0.1, 4);
    const tooMuch = writeSafetensors(path, [['x', floats(Float32Array.of(7e4))]], {}, { dtype: 'float16' });
    await expect(tooMuch).rejects.toThrow(/tensor "x" holds 70000, and float16 ends at 65504/);
    expect((await readdir(folder)).filter((name) => name.includes('.tmp-'))).toEqual([]);
  });

  test('names given twice or reserved', async () => {
    const path = join(folder, 'twice.safetensors');
    const x = floats(Float32Array.of(1));
    await expect(
      writeSafetensors(path, [
        ['x', x],
        ['x', x],
      ]),
    ).rejects.toThrow(/"x" is reserved or given twice/);
    await expect(writeSafetensors(path, [['__metadata__', x]])).rejects.toThrow(CheckpointError);
  });

  test('tensors larger than the read buffer, at unaligned offsets', async () => {
    const path = join(folder, 'large.safetensors');
    const length = 9_000_001; // 34 MiB as float32, more than two windows
    const large = floats(Float32Array.from({ length }, (_, i) => i % 2048));
    await writeSafetensors(
      path,
      [
        ['large', large],
        ['small', ints([5])],
      ],
      {},
      { dtype: 'float16' },
    );
    const half = await openSafetensors(path);
    expect(Buffer.compare(bytesOf((await half.readAll()).get('large')!.data), bytesOf(large.data))).toBe(0);

    const header = {
      odd: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      x: { dtype: 'F32', shape: [length], data_offsets: [1, 1 + 4 * length] },
    };
    const odd = await openSafetensors(
      await fileWith(JSON.stringify(header), Buffer.concat([Buffer.alloc(1), bytesOf(large.data)])),
    );
    expect(Buffer.compare(bytesOf((await odd.readAll()).get('x')!.data), bytesOf(large.data))).toBe(0);
  });
});

test('findDuplicateKey looks into every object and past escapes', () => {
  expect(findDuplicateKey('{"a":{"b":1,"c":[{"b":2}]},"b":"\\"a\\":"}')).toBeUndefined();
  expect(findDuplicateKey('{"a":{"b":1, "b" : 2}}')).toBe('b');
  expect(findDuplicateKey('{"a":"\\\\","a":1}')).toBe('a');
  expect(findDuplicateKey('{"a":["a","a","b"]}')).toBeUndefined();
});

function bytesOf(data: NodeJS.ArrayBufferView): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
