import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { floats } from '../graph/host-tensor.ts';
import { testFolder } from '../testing/test-folder.ts';
import { writeZip } from '../testing/torch-zip.ts';
import { readJsonFile, readText } from './json-file.ts';
import { openSafetensors, writeSafetensors } from './safetensors.ts';
import { findTensors } from './tensor-file.ts';

const inFolder = await testFolder();
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const rest = '\0'.repeat(100);
const tar = Buffer.alloc(1024);
tar.write('ustar', 257);

describe('a file of another kind in place of weights is named, whatever its extension, and never called damaged', () => {
  test.each<[name: string, content: string | Uint8Array, message: RegExp]>([
    [
      'a.safetensors',
      '{"error":"Repository not found"}',
      /is JSON text \("\{"error":"Repos.*not weights\. .*read what it says/,
    ],
    // With a brace where that of a safetensors file stands.
    ['a.safetensors', `{"a1234":{"b":1}}${' '.repeat(50)}`, /is JSON text/],
    ['a.ckpt', '[1, 2, 3]', /is JSON text/],
    [
      'model_index.json',
      '{\n  "_class_name": "StableDiffusionPipeline"\n}',
      /give the folder that has model_index\.json/,
    ],
    ['run.json', '{"finished":null}', /belongs to a run: give its folder/],
    ['a.safetensors', '\ufeff\n <!DOCTYPE html><html></html>', /is a web page.*log in or check the address/],
    ['a.ckpt', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /is a web page/],
    [
      'a.safetensors',
      'version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 12\n',
      /is a Git LFS pointer.*git lfs pull/,
    ],
    ['a.bin', '# xet version 0\n', /is a Xet pointer/],
    ['a.ckpt', 'Entry not found', /is text \("Entry not found"\), not weights/],
    ['a.ckpt', 'größer als 512 Bytes: ü'.repeat(60), /is text \("größer/],
    ['a.safetensors', latin1(`\x89PNG\r\n\x1a\n${rest}`), /is a picture, not weights/],
    ['a.safetensors', latin1(`\xff\xd8\xff\xe0${rest}`), /is a picture/],
    ['a.safetensors', latin1(`GIF89a${rest}`), /is a picture/],
    ['a.safetensors', latin1(`RIFF\0\0\0\0WEBPVP8 ${rest}`), /is a picture/],
    ['a.safetensors', latin1(`\0\0\0\x18ftypheic${rest}`), /is a picture/],
    ['a.safetensors', latin1(`\0\0\0\x18ftypisom${rest}`), /is a video/],
    ['a.gguf', latin1(`GGUF\x03\0\0\0${rest}`), /is a GGUF file.*cannot be read; give the model as/],
    ['a.h5', latin1(`\x89HDF\r\n\x1a\n${rest}`), /is an HDF5 file/],
    ['a.onnx', latin1('\x08\x07\x12\x07pytorch\x1a\x051.13.'), /is an ONNX model/],
    ['saved_model.pb', latin1(`\x08\x01\x12\x9a\x02${rest}`), /is a TensorFlow model/],
    ['a.tflite', latin1(`\x1c\0\0\0TFL3${rest}`), /is a TensorFlow Lite model/],
    [
      'model.ckpt.data-00000-of-00001',
      latin1('\x01\x99\xfe\xaa\x01\x99\xfe\xaa\x01\x99\xfe'),
      /is part of a TensorFlow checkpoint/,
    ],
    [
      'flax_model.msgpack',
      latin1(`\x83\xa4unet\x82\xa7conv_in${rest}`),
      /is a MessagePack file, such as Flax/,
    ],
    [
      'a.safetensors',
      latin1(`\xde\0\x14\xd9\x21down_blocks_0_attentions_0/kernel${rest}`),
      /is a MessagePack file/,
    ],
    [
      'a.ckpt',
      latin1(`\xdf\0\0\0\x02\xaaparameters${rest}`),
      /is a MessagePack file.*cannot be read; give the model as/,
    ],
    [
      'a.safetensors',
      utf16('\ufeffEntry not found\r\n'),
      /is text in UTF-16 \("Entry not found"\), not weights/,
    ],
    ['a.ckpt', utf16('\ufeff{"error": "größer"}').swap16(), /is JSON text in UTF-16 \("\{"error": "größer/],
    ['a.ckpt', utf16('nothing is here'), /is text in UTF-16 \("nothing is here"\)/],
    ['a.safetensors', utf16('nothing is here').swap16(), /is text in UTF-16 \("nothing is here"\)/],
    ['a.safetensors', utf16('\ufeff<!DOCTYPE html><html>'), /is a web page/],
    ['a.safetensors', utf16('\ufeff模型不存在'), /is text in UTF-16 \("模型不存在"\)/],
    ['a.ckpt', latin1('Das Modell ist gr\xf6\xdfer als erlaubt'), /is text \("Das Modell ist größer/],
    ['a.bin', '<?xml version="1.0"?>\n<net name="unet" version="11">', /is an OpenVINO model's description/],
    ['a.parquet', latin1(`PAR1\x15\x04${rest}`), /is a table of data \(Parquet\)/],
    ['a.npy', latin1(`\x93NUMPY\x01\0${rest}`), /is an array of NumPy/],
    ['a.safetensors', latin1(rest), /is empty at its beginning \(zeros\).*not finished.*Download it again/],
    ['a.ckpt', tar, /is a tar file.*before 0\.1\.10/],
    ['a.safetensors', latin1(`(\xb5/\xfd${rest}`), /compressed with Zstandard/],
    ['a.safetensors', latin1(`Rar!\x1a\x07${rest}`), /is a RAR file/],
    ['a.pkl', latin1('\x80\x04N.'), /a bare Python pickle/],
  ])('%s: %j', async (name, content, message) => {
    const path = inFolder(name);
    await writeFile(path, content);
    for (const read of [findTensors, openSafetensors]) {
      const error = (await read(path).catch((reason: unknown) => reason)) as Error;
      expect(error).toBeInstanceOf(CheckpointError);
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain('damaged');
    }
  });

  test.each<[members: string[], message: RegExp]>([
    [
      ['sd/model_index.json', 'sd/unet/config.json'],
      /is a diffusers folder packed into one file .*Unpack it and give the folder/,
    ],
    [
      ['model/anything.safetensors', 'readme.md'],
      /is a zip file with weights in it \(it holds model\/anything/,
    ],
    [['config.json', 'model.weights.h5'], /is a model of Keras or TensorFlow/],
    [['w.npy', 'b.npy'], /is a file of NumPy arrays/],
    [['[Content_Types].xml', 'word/document.xml'], /is a document, not weights/],
    [['a/data.pkl', 'a/code/__torch__.py', 'a/constants.pkl'], /is a program of TorchScript/],
  ])('a zip file of %j', async (members, message) => {
    await writeZip(inFolder('a.ckpt'), Object.fromEntries(members.map((name) => [name, Buffer.from('x')])));
    await expect(findTensors(inFolder('a.ckpt'))).rejects.toThrow(message);
  });
});

test('headers of any length are no text and no MessagePack', async () => {
  const path = inFolder('length.safetensors');
  const header = '{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  for (const length of [0x2020, 0x4141, 0xa182, 0xa383, 0xfeff, 0xfffe]) {
    const bytes = Buffer.alloc(8 + length + 1);
    bytes.writeBigUInt64LE(BigInt(length));
    bytes.write(header.padEnd(length), 8);
    await writeFile(path, bytes);
    expect((await openSafetensors(path)).tensors.size).toBe(1);
    await writeFile(path, bytes.subarray(0, 400));
    await expect(openSafetensors(path)).rejects.toThrow(/ends within its header/);
  }
});

test('a damaged safetensors file is called damaged', async () => {
  const path = inFolder('cut.safetensors');
  // Lengths of headers whose bytes begin as pictures and programs do.
  for (const [start, length] of [
    ['BM', 0x4d42],
    ['MZ', 0x5a4d],
  ] as const) {
    const header = `{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`.padEnd(length);
    const bytes = Buffer.alloc(8 + length + 1);
    bytes.writeBigUInt64LE(BigInt(length));
    bytes.write(header, 8);
    expect(bytes.subarray(0, 2).toString()).toBe(start);
    await writeFile(path, bytes);
    expect((await openSafetensors(path)).tensors.size).toBe(1);
    await writeFile(path, bytes.subarray(0, 300));
    await expect(openSafetensors(path)).rejects.toThrow(/ends within its header.*Download it again/);
  }
});

test('settings and vocabularies that are pointers or web pages are named', async () => {
  const path = inFolder('config.json');
  await writeFile(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:aa\n');
  await expect(readJsonFile(path, z.unknown(), 'the settings')).rejects.toThrow(
    /^the settings, ".*config\.json", is a Git LFS pointer.*git lfs pull/,
  );
  await writeFile(path, '<html><body>Sign in</body></html>');
  await expect(readText(path, "the tokenizer's merges")).rejects.toThrow(/merges, ".*", is a web page/);
});

describe('names that say how a network was wrapped', () => {
  const tensor = (value: number) => floats(Float32Array.of(value));
  const namesIn = async (...names: string[]) => {
    const path = inFolder('wrapped.safetensors');
    await writeSafetensors(
      path,
      names.map((name, i) => [name, tensor(i)] as const),
    );
    return [...(await findTensors(path)).keys()];
  };

  test.each([
    ['module.conv_in.weight', 'conv_in.weight'],
    ['module.module.conv_in.weight', 'conv_in.weight'],
    ['_orig_mod.conv_in.weight', 'conv_in.weight'],
    ['model.diffusion_model._orig_mod.out.0.bias', 'model.diffusion_model.out.0.bias'],
    ['_forward_module.model.diffusion_model.out.0.bias', 'model.diffusion_model.out.0.bias'],
    ['_fsdp_wrapped_module.mid._checkpoint_wrapped_module.w', 'mid.w'],
    ['modules.module_list.w', 'modules.module_list.w'],
  ])('%s is %s', async (name, expected) => {
    expect(await namesIn(name, 'other')).toEqual([expected, 'other']);
  });

  test('are left where the shorter name is there too', async () => {
    expect(await namesIn('module.w', 'w')).toEqual(['module.w', 'w']);
    expect(await namesIn('module.w', '_orig_mod.w')).toEqual(['_orig_mod.w', 'module.w']);
  });
});
