/** @file The readers of weight files, for fuzzing: safetensors, pickles, PyTorch's zip files, indices, motions. */
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { namedTensors } from '../../src/checkpoints/named-tensors.ts';
import { withFile } from '../../src/checkpoints/read-range.ts';
import { openSafetensors } from '../../src/checkpoints/safetensors.ts';
import { findTensors } from '../../src/checkpoints/tensor-file.ts';
import { itemSizes, spanOf, type TensorPlaces } from '../../src/checkpoints/tensor-place.ts';
import { readTensors } from '../../src/checkpoints/tensor-read.ts';
import { unpickleTorch } from '../../src/checkpoints/torch-pickle.ts';
import { readZipDirectory } from '../../src/checkpoints/zip.ts';
import { sizeOf } from '../../src/graph/host-tensor.ts';
import { kindOfWeights } from '../../src/models/other-models.ts';
import { readMotion, readMotionInfo } from '../../src/motion/file/motion-file.ts';
import { motionVariants } from '../../src/motion/variant.ts';
import { pickles, picklesWithMore, pickleWithCallbacks } from '../../src/testing/pickles.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { badBytes } from './damaged-bytes.ts';
import { badJson } from './damaged-json.ts';
import { type Fuzzing, fuzzing } from './fuzz.ts';
import { zipOf } from './zip-of.ts';

function check(fact: boolean, what: string): void {
  if (!fact) throw new Error(`read, but inconsistent: ${what}`);
}

/** Checks that every tensor lies within the file and has as many values as its shape says. */
async function checkTensors(places: TensorPlaces, size: number): Promise<void> {
  for (const [name, { shape, dtype, offset, byteLength, strides }] of places) {
    check(offset >= 0 && offset + byteLength <= size, `place of ${name}`);
    const elements = strides ? spanOf(shape, strides) : sizeOf(shape);
    check(byteLength === itemSizes[dtype] * elements, `bytes of ${name}`);
  }
  const tensors = await readTensors(places);
  check(tensors.size === places.size, 'number of tensors');
  for (const [name, { shape, data }] of tensors) {
    check(String(shape) === String(places.get(name)!.shape), `shape of ${name}`);
    check(data.length === sizeOf(shape), `values of ${name}`);
  }
}

/** A safetensors file: the length of the header, the header, the data. */
function safetensors(header: Uint8Array | string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes, data]);
}

const header = {
  __metadata__: { format: 'pt', about: 'two lines' },
  a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
  'b.weight': { dtype: 'F16', shape: [4], data_offsets: [24, 32] },
  c: { dtype: 'BF16', shape: [2, 1, 2], data_offsets: [32, 40] },
  none: { dtype: 'F32', shape: [0, 4], data_offsets: [40, 40] },
  ids: { dtype: 'I64', shape: [1], data_offsets: [40, 48] },
  one: { dtype: 'F64', shape: [], data_offsets: [48, 56] },
  small: { dtype: 'U8', shape: [3], data_offsets: [56, 59] },
  'module.e': { dtype: 'F8_E4M3', shape: [2], data_offsets: [59, 61] },
  '_orig_mod.f': { dtype: 'F8_E5M2', shape: [3], data_offsets: [61, 64] },
};
const data = Buffer.from(Array.from({ length: 64 }, (_, i) => (37 * i) % 256));
const candle = readFileSync(testdata('formats/candle_jfk-codes.safetensors'));

const safetensorsReader = fuzzing<Uint8Array>({
  name: 'safetensors',
  inputs: fc.oneof(
    { weight: 3, arbitrary: badJson(header).map((bytes) => safetensors(bytes, data)) },
    { weight: 2, arbitrary: badBytes([safetensors(JSON.stringify(header), data), candle]) },
  ),
  async read(bytes, path) {
    writeFileSync(path('x.safetensors'), bytes);
    const file = await openSafetensors(path('x.safetensors'));
    await checkTensors(file.tensors, bytes.length);
  },
});

const validPickles = [...Object.values(pickles), ...Object.values(picklesWithMore), pickleWithCallbacks].map(
  (text) => Buffer.from(text, 'base64'),
);

/** Operations of pickles: a generated program runs longer than a damaged one, and reaches more unusual states. */
const operations = fc.constantFrom(
  ...['(', ')', ']', '}', 't', 'd', 'l', 'u', 's', 'a', 'e', 'R', 'b', 'Q', '0', '1', '2', 'N', '.'],
  ...[
    '\x85',
    '\x86',
    '\x87',
    '\x88',
    '\x8f',
    '\x90',
    '\x91',
    '\x93',
    '\x94',
    'K\x01',
    'K\0',
    'J\xff\xff\xff\xff',
  ],
  ...['q\0', 'q\x01', 'h\0', 'h\x01', 'h\x02', 'X\x01\0\0\0a', 'U\x070000000', 'U\x07storage', 'U\x03cpu'],
  ...['U\x0astate_dict', 'ccollections\nOrderedDict\n', 'ctorch\nFloatStorage\n', 'ctorch\nSize\n'],
  ...['ctorch._utils\n_rebuild_tensor_v2\n', 'ctorch._utils\n_rebuild_parameter\n', 'ctorch\nfloat32\n'],
  ...['\x81', '\x92', 'c__builtin__\nset\n', 'cargparse\nNamespace\n', 'cnumpy\nndarray\n'],
  ...['ctorch.storage\nUntypedStorage\n', 'ctorch._tensor\n_rebuild_from_type_v2\n', 'ctorch\nfloat8_e5m2\n'],
  ...['ctorch._utils\n_rebuild_tensor_v3\n'],
  // A storage, and a tensor of it.
  ...['((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x06tQ', 'K\0K\x02K\x03\x86K\x03K\x01\x86\x89)tR'],
);
const programs = fc
  .array(operations, { maxLength: 40 })
  .map((parts) => Buffer.from(`\x80\x02}${parts.join('')}.`, 'latin1'));

const pickleReader = fuzzing<Uint8Array>({
  name: 'pickle',
  inputs: fc.oneof(badBytes(validPickles), programs),
  async read(bytes) {
    for (const [name, tensor] of namedTensors(unpickleTorch(bytes, 'x.pt'), 'x.pt')) {
      check(tensor.shape.length === tensor.strides.length, `strides of ${name}`);
      check(typeof itemSizes[tensor.storage.dtype] === 'number', `kind of ${name}`);
      check(Number.isSafeInteger(tensor.offset + tensor.storage.count), `place of ${name}`);
    }
  },
});

const torchFiles = ['candle_test.pt', 'candle_test_with_key.pt', 'candle_fortran_tensor_3d.pth'].map((name) =>
  readFileSync(testdata(`formats/${name}`)),
);
const storage = new Uint8Array(24);
const byteorder = Buffer.from('little');

const torchReader = fuzzing<Uint8Array>({
  name: 'torch',
  inputs: fc.oneof(
    badBytes(torchFiles),
    badBytes(validPickles).map((pickle) =>
      zipOf({ 'x/data.pkl': pickle, 'x/byteorder': byteorder, 'x/data/0': storage }),
    ),
  ),
  async read(bytes, path) {
    writeFileSync(path('x.pt'), bytes);
    await checkTensors(await findTensors(path('x.pt')), bytes.length);
  },
});

/** Beginnings of other files that users confuse with weights. */
const otherBeginnings = [
  ...[
    '{"error":"x"}',
    '[1]',
    '<!doctype html>',
    'version https://git-lfs.github.com/spec/v1\n',
    'Entry not found',
  ],
  ...['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', '\0\0\0\x18ftypheic', 'GGUF\x03\0\0\0', '\x89HDF\r\n\x1a\n'],
  ...['\x08\x07\x12\x07pytorch', '\x08\x01\x12', '\x1f\x8b', '\x80\x04N.', '\0\0\0\0\0\0\0\0'],
].map((start) => Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(200, ' ')]));

const otherReader = fuzzing<Uint8Array>({
  name: 'other files',
  inputs: badBytes([
    ...otherBeginnings,
    ...Array<Uint8Array>(10).fill(safetensors(JSON.stringify(header), data)),
    zipOf({ 'a/model_index.json': byteorder, 'b/x.safetensors': storage }),
    zipOf({ 'a/data.pkl': storage, 'a/code/x.py': storage }),
  ]),
  async read(bytes, path) {
    writeFileSync(path('x.ckpt'), bytes);
    const places = await findTensors(path('x.ckpt'));
    await checkTensors(places, bytes.length);
    const found = kindOfWeights(places);
    check(found === undefined || found.what.length > 0, 'kind');
  },
});

const zipReader = fuzzing<Uint8Array>({
  name: 'zip',
  inputs: badBytes([
    ...torchFiles,
    zipOf({ a: storage, 'b/c': byteorder }),
    zipOf({ a: storage, b: byteorder }, { large: true }),
  ]),
  async read(bytes, path) {
    writeFileSync(path('x.zip'), bytes);
    const members = await withFile(path('x.zip'), (file) => readZipDirectory(file, path('x.zip')));
    for (const { name, offset, byteLength } of members.values()) {
      check(offset + byteLength <= bytes.length, `place of ${name}`);
    }
  },
});

const indexReader = fuzzing<Uint8Array>({
  name: 'index',
  inputs: badJson({
    metadata: { total_size: 64 },
    weight_map: { a: '1.safetensors', ids: '1.safetensors', 'module.e': '1.safetensors' },
  }),
  async read(bytes, path) {
    writeFileSync(path('1.safetensors'), safetensors(JSON.stringify(header), data));
    writeFileSync(path('x.safetensors.index.json'), bytes);
    await checkTensors(await findTensors(path('x.safetensors.index.json')), 8 + 1000);
  },
});

const { a, 'b.weight': b, c, none } = header;
const motionTensors = { a, b, c, none };
const motionInfo = {
  baseName: 'tiny',
  baseFingerprint: 'f00d',
  prompt: 'a person walks',
  frames: 4,
  width: 64,
  height: 64,
  framesPerSecond: 8,
  steps: 3,
  variant: motionVariants.lamp,
  rank: 4,
  settings: { learningRate: 0.001, clips: ['a.mp4'] },
};
const motionFile = (metadata: object) =>
  safetensors(
    JSON.stringify({ ...motionTensors, __metadata__: { format: 'lamp-motion', version: '1', ...metadata } }),
    data.subarray(0, 40),
  );

const motionReader = fuzzing<Uint8Array>({
  name: 'motion',
  inputs: fc.oneof(
    badJson(motionInfo).map((motion) => motionFile({ motion: Buffer.from(motion).toString() })),
    badJson({ format: 'lamp-motion', version: '1', motion: JSON.stringify(motionInfo) }).map((text) =>
      safetensors(`{"__metadata__":${Buffer.from(text)}}`, new Uint8Array(0)),
    ),
    badBytes([motionFile({ motion: JSON.stringify(motionInfo) })]),
  ),
  async read(bytes, path) {
    writeFileSync(path('x.safetensors'), bytes);
    const info = await readMotionInfo(path('x.safetensors'));
    check(Number.isSafeInteger(info.frames * info.width * info.height), 'size');
    check(JSON.stringify(info).length > 0, 'settings');
    const { values } = await readMotion(path('x.safetensors'));
    for (const [name, { shape, data: numbers }] of values) check(numbers.length === sizeOf(shape), name);
  },
});

/** All of them. */
export const weightReaders: readonly Fuzzing[] = [
  safetensorsReader,
  pickleReader,
  torchReader,
  zipReader,
  otherReader,
  indexReader,
  motionReader,
];
