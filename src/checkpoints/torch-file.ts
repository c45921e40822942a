/**
 * @file PyTorch files since version 1.6: a zip file with the pickle `<name>/data.pkl` and each storage's bytes,
 * uncompressed and aligned, in `<name>/data/<key>`, so that tensors can be mapped in place.
 */

import type { FileHandle } from 'node:fs/promises';
import { CheckpointError } from '../errors.ts';
import { sizeOf } from '../graph/host-tensor.ts';
import { namedTensors } from './named-tensors.ts';
import { onOneLine } from './one-line.ts';
import { readView, withFile } from './read-range.ts';
import { assertSensible, itemSizes, spanOf, strided, type TensorPlace } from './tensor-place.ts';
import { type TorchTensor, unpickleTorch } from './torch-pickle.ts';
import { readZipDirectory, type ZipMember } from './zip.ts';

/** Far more than half a million tensors need; a hostile size cannot exhaust memory. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20;

/** Tensors may share values, so that together they are larger than their file, but at most by this factor. */
const MAX_SHARING = 16;

/**
 * Finds the tensors of the PyTorch file `path`. Throws `CheckpointError` when it is damaged, compressed, asks for
 * anything but weights, or places a tensor outside of its storage.
 */
export async function findTorchTensors(path: string): Promise<Map<string, TensorPlace>> {
  return withFile(path, async (file) => {
    const members = await readZipDirectory(file, path);
    const pickles = [...members.keys()].filter((name) => /^[^/]*\/data\.pkl$/.test(name));
    if (pickles.length !== 1) throw otherZip(members, pickles.length, path);
    const [pickle] = pickles as [string];
    const folder = pickle.slice(0, -'data.pkl'.length);
    if ([...members.keys()].some((name) => name.startsWith(`${folder}code/`))) {
      throw new CheckpointError({
        found: `"${path}" is a program of TorchScript with its weights`,
        advice: 'Give the model as .safetensors or .ckpt, or save its state_dict.',
      });
    }
    const content = async (name: string, most: number) =>
      readMember(file, usable(members.get(name)!, path), most, path);

    if (members.has(`${folder}byteorder`)) {
      const order = new TextDecoder().decode(await content(`${folder}byteorder`, 16));
      if (order !== 'little') {
        throw new CheckpointError({
          found: `weights file "${path}" has byte order "${onOneLine(order)}"`,
          expected: '"little"',
          advice: 'Save it again on a usual machine.',
        });
      }
    }
    const root = unpickleTorch(await content(pickle, MAX_PICKLE_BYTES), path);
    const places = new Map<string, TensorPlace>();
    let bytes = 0;
    for (const [name, tensor] of namedTensors(root, path)) {
      const member = members.get(`${folder}data/${tensor.storage.key}`);
      if (!member) {
        throw damaged(path, `lacks the values of tensor "${name}" (data/${tensor.storage.key})`);
      }
      const place = placeOf(name, tensor, usable(member, path), path);
      bytes += itemSizes[place.dtype] * sizeOf(place.shape);
      places.set(name, place);
    }
    const { size } = await file.stat();
    if (bytes > MAX_SHARING * size) {
      throw damaged(path, `has ${size} bytes, of which its ${places.size} tensors make ${bytes}`);
    }
    return places;
  });
}

/** Kinds of zip files that PyTorch did not write, by the names of members. */
const contents: readonly (readonly [member: RegExp, what: string, advice: string])[] = [
  [
    /(^|\/)model_index\.json$/,
    'a diffusers folder packed into one file',
    'Unpack it and give the folder that has model_index.json.',
  ],
  [
    /\.(safetensors|ckpt|pt|pth|bin)$/i,
    'a zip file with weights in it',
    'Unpack it and give the weights file inside.',
  ],
  [
    /(^|\/)(model\.weights\.h5|saved_model\.pb|variables\.index)$/,
    'a model of Keras or TensorFlow',
    'It cannot be read; give the model as .safetensors or .ckpt, or as a diffusers folder.',
  ],
  [/\.npy$/, 'a file of NumPy arrays (.npz)', 'Save the weights as safetensors.'],
  [
    /^(word|xl|ppt)\/|^mimetype$/,
    'a document, not weights',
    "Give the weights, as .safetensors, .ckpt or .bin, or the model's folder.",
  ],
];

function otherZip(members: ReadonlyMap<string, ZipMember>, pickles: number, path: string): CheckpointError {
  const names = [...members.keys()];
  const known = contents.find(([member]) => names.some((name) => member.test(name)));
  const holds = onOneLine(names.slice(0, 3).join(', ') || 'nothing', 120);
  return new CheckpointError(
    known && pickles === 0
      ? { found: `"${path}" is ${known[1]} (it holds ${holds})`, advice: known[2] }
      : {
          found: `"${path}" is a zip file but no PyTorch file: it has ${pickles} members data.pkl and holds ${holds}`,
          advice: 'Give the weights file itself.',
        },
  );
}

async function readMember(
  file: FileHandle,
  { name, offset, byteLength }: ZipMember,
  most: number,
  path: string,
): Promise<Uint8Array> {
  if (byteLength > most) throw damaged(path, `has ${byteLength} bytes in "${name}"`, `at most ${most}`);
  return new Uint8Array((await readView(file, offset, byteLength, path)).buffer);
}

/** Returns a member that is stored uncompressed; throws for others. */
function usable(member: ZipMember, path: string): ZipMember {
  if (member.packed === undefined) return member;
  throw new CheckpointError({
    found: `weights file "${path}" is ${member.packed} ("${member.name}"), which PyTorch does not do: it was packed again`,
    advice: 'Unpack it and pack it without compression (zip -0), or save it with torch.save.',
  });
}

function placeOf(
  name: string,
  { storage, offset, shape, strides }: TorchTensor,
  member: ZipMember,
  path: string,
): TensorPlace {
  assertSensible(name, shape, path);
  const itemSize = itemSizes[storage.dtype];
  if (storage.count * itemSize > member.byteLength) {
    throw damaged(path, `has ${member.byteLength} bytes for the ${storage.count} values behind "${name}"`);
  }
  const end = offset + spanOf(shape, strides);
  if (end > storage.count) {
    throw damaged(path, `places tensor "${name}" up to value ${end} of a storage of ${storage.count}`);
  }
  if (sizeOf(shape) > storage.count) {
    throw new CheckpointError({
      found: `weights file "${path}": tensor "${name}" of shape [${shape}] repeats the ${storage.count} values of its storage`,
      advice: 'Save it after .contiguous().',
    });
  }
  return strided({ path, dtype: storage.dtype, shape, offset: member.offset + offset * itemSize }, strides);
}

function damaged(path: string, found: string, expected?: string): CheckpointError {
  return new CheckpointError({
    found: `weights file "${path}" ${onOneLine(found)}`,
    expected,
    advice: 'It is damaged; download it again.',
  });
}
