import { execFileSync } from 'node:child_process';
import { truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { writeTorchZip } from '../testing/torch-zip.ts';
import { findDuplicateKey } from './duplicate-key.ts';
import { readJsonFile } from './json-file.ts';
import { parseJson } from './json-text.ts';
import { namedTensors } from './named-tensors.ts';
import { onOneLine } from './one-line.ts';
import { openSafetensors } from './safetensors.ts';
import { MAX_HEADER_BYTES } from './safetensors-header.ts';
import { findTensors } from './tensor-file.ts';
import { unpickleTorch } from './torch-pickle.ts';

const inFolder = await testFolder();

async function fileWith(header: string, data = 0): Promise<string> {
  const path = inFolder('x.safetensors');
  const bytes = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  await writeFile(path, Buffer.concat([length, bytes, Buffer.alloc(data)]));
  return path;
}

/** Fails where something takes gigabytes; what takes minutes fails at the test's own time limit. */
async function cheaply(work: () => unknown): Promise<void> {
  const memory = process.memoryUsage.rss();
  await work();
  expect(process.memoryUsage.rss() - memory).toBeLessThan(1.5 * 2 ** 30);
}

describe('JSON that would take memory out of proportion', () => {
  test('is refused before it is parsed', () => {
    const limits = { values: 100, depth: 3 };
    expect(parseJson('{"a":[1,{"b":"[[[[,,,,"}]}', limits)).toEqual({ a: [1, { b: '[[[[,,,,' }] });
    expect(() => parseJson('[[[[]]]]', limits)).toThrow(/more than 3 deep/);
    expect(() => parseJson(`[${'1,'.repeat(200)}1]`, limits)).toThrow(/more than 100 values/);
    expect(() => parseJson('["a', limits)).toThrow(SyntaxError);
    expect(() => parseJson(`["${'\\"'.repeat(9)}`, limits)).toThrow(SyntaxError);
  });

  test('in a header of brackets, of lists, of shapes, of metadata', async () => {
    const size = 30_000_000;
    for (const header of [
      '['.repeat(size),
      `{"a":[${'{},'.repeat(size / 3)}{}]}`,
      `{"a":{"dtype":"F32","shape":[${'-1,'.repeat(5_000_000)}1],"data_offsets":[0,4]}}`,
      `{"__metadata__":{"a":[${'0,'.repeat(5_000_000)}0]}}`,
    ]) {
      const path = await fileWith(header);
      await cheaply(() => expect(openSafetensors(path)).rejects.toThrow(CheckpointError));
    }
    expect(size).toBeLessThan(MAX_HEADER_BYTES);
  });

  test('in settings: too large a file, too many values', async () => {
    const path = inFolder('config.json');
    await writeFile(path, `[${'1,'.repeat(600_000)}1]`);
    await expect(readJsonFile(path, z.unknown(), 'x')).rejects.toThrow(/more than 500000 values/);
    await truncate(path, 2 ** 34);
    await expect(readJsonFile(path, z.unknown(), 'x')).rejects.toThrow(
      /has 17179869184 bytes; expected at most/,
    );
  });

  test('a key given twice is found however far its colon is', () => {
    expect(findDuplicateKey(`{"a":1,"a"${' '.repeat(200)}:2}`)).toBe('a');
  });
});

describe('safetensors', () => {
  test('whose elements cannot be counted', async () => {
    const shapes = [
      [2 ** 40, 2 ** 40, 0],
      [0, 2 ** 52, 2 ** 52],
    ];
    for (const shape of shapes) {
      const path = await fileWith(JSON.stringify({ x: { dtype: 'F32', shape, data_offsets: [0, 0] } }));
      await expect(openSafetensors(path)).rejects.toThrow(/tensor "x" of shape .* cannot be counted/);
    }
  });

  test('whose names are no text for a message', async () => {
    const name = 'a\n\u001b[2J\u2028b';
    const path = await fileWith(
      JSON.stringify({ [name]: { dtype: 'F33', shape: [], data_offsets: [0, 0] } }),
    );
    const error = (await openSafetensors(path).catch((reason: unknown) => reason)) as Error;
    expect(error.message).toContain('tensor "a [2J b" of kind "F33"');
    const long = JSON.stringify({ ['x'.repeat(5000)]: { dtype: 'F32', shape: [], data_offsets: [0, 4] } });
    await expect(openSafetensors(await fileWith(long, 4))).rejects.toThrow(/whose name has 5000 characters/);
    expect(onOneLine('ok "ü" 🐎')).toBe('ok "ü" 🐎');
  });

  test('of 100 000 tensors are read in seconds', async () => {
    const entries = Array.from({ length: 100_000 }, (_, i) => [
      `blocks.${i}.weight`,
      { dtype: 'F32', shape: [1], data_offsets: [4 * i, 4 * i + 4] },
    ]);
    const path = await fileWith(JSON.stringify(Object.fromEntries(entries)), 400_000);
    await cheaply(async () => {
      const file = await openSafetensors(path);
      expect((await file.readAll()).size).toBe(100_000);
    });
  });

  test.skipIf(process.platform === 'win32')('that are a pipe: nothing is waited for', async () => {
    execFileSync('mkfifo', [inFolder('pipe.safetensors')]);
    await expect(findTensors(inFolder('pipe.safetensors'))).rejects.toThrow(/it is a pipe, not a file/);
  });
});

describe('pickles', () => {
  const load = (text: string) => namedTensors(unpickleTorch(Buffer.from(text, 'latin1'), 'a.pt'), 'a.pt');
  const storage = 'U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x06t';
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n((${storage}QK\x00K\x06\x85K\x01\x85\x89)tR`;

  test('with a tensor in place of a storage class', () => {
    const confused = `\x80\x02(U\x07storage${tensor}U\x010U\x03cpuK\x06tQ.`;
    expect(() => load(confused)).toThrow(/has a storage of no known kind/);
  });

  test('with keys that are not text are reported all the same', () => {
    // Two dictionaries of tensors under a name of torch and a list within itself.
    const inner = `}U\x01w${tensor}s`;
    expect(() => load(`\x80\x02}ctorch\nfloat32\n${inner}s]q\x00h\x00a${inner}s.`)).toThrow(
      /holds weights under/,
    );
    // A list of lists of lists, each the same one twice: 2^60 of them when written out.
    const byte = (i: number) => String.fromCharCode(i);
    const twice = (i: number) => `0]q${byte(i + 1)}h${byte(i)}ah${byte(i)}a`;
    const doubling = `]q\0${Array.from({ length: 60 }, (_, i) => twice(i)).join('')}`;
    expect(() => load(`\x80\x02}${doubling}${inner}sN${inner}s.`)).toThrow(/holds weights under "a key"/);
  });

  test('with one dictionary under many keys: it is searched once', async () => {
    const names = Array.from(
      { length: 20_000 },
      (_, i) => `X\x05\0\0\0${String(i).padStart(5, '0')}h\x01`,
    ).join('');
    const keys = Array.from(
      { length: 60_000 },
      (_, i) => `M${String.fromCharCode(i & 255, i >> 8)}h\x02`,
    ).join('');
    const pickle = `\x80\x02${tensor}q\x010}q\x02(${names}u0}(${keys}u.`;
    await cheaply(() => expect(load(pickle).size).toBe(20_000));
  });

  test('of millions of containers', async () => {
    await cheaply(() =>
      expect(() => load(`\x80\x02]${'}a'.repeat(5_000_000)}.`)).toThrow(/makes more than 4000000/),
    );
  });

  test('whose tensors need more bytes than the file has', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `X\x04\0\0\0${String(i).padStart(4, '0')}h\x01`).join(
      '',
    );
    const count = 'J\x40\x42\x0f\x00';
    const large = tensor.replaceAll('K\x06', count);
    const pickle = Buffer.from(`\x80\x02${large}q\x010}(${many}u.`, 'latin1');
    await writeTorchZip(inFolder('bomb.pt'), pickle, { 0: Buffer.alloc(4_000_000) });
    await expect(findTensors(inFolder('bomb.pt'))).rejects.toThrow(
      /of which its 5000 tensors make 20000000000/,
    );
  });
});
