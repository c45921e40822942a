import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { readFixture, testdata } from '../testing/testdata.ts';
import { type ClipTokenizer, loadTokenizer } from './tokenizer.ts';

const source = testdata('mini/tiny-sd/tokenizer');
const START = '<|startoftext|>';
const END = '<|endoftext|>';

let tokenizer: ClipTokenizer;
let vocabulary: Record<string, number>;
let folder = '';
beforeAll(async () => {
  tokenizer = await loadTokenizer(source);
  vocabulary = JSON.parse(await readFile(join(source, 'vocab.json'), 'utf8')) as Record<string, number>;
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamp-tokenizer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function copy(...names: string[]): Promise<void> {
  await Promise.all(names.map((name) => copyFile(join(source, name), join(folder, name))));
}

async function writeJson(name: string, value: unknown): Promise<void> {
  await writeFile(join(folder, name), JSON.stringify(value));
}

test('gives the reference’s token ids for 30 awkward prompts', async () => {
  const { outputs, json } = await readFixture('mini', 'tokenizer');
  const { prompts } = z.object({ prompts: z.array(z.string()) }).parse(json);
  const expected = Array.from(outputs.get('ids_ftfy')!.data, Number);
  for (const [index, prompt] of prompts.entries()) {
    expect(tokenizer.encode(prompt), prompt).toEqual(expected.slice(77 * index, 77 * (index + 1)));
  }
});

describe('special tokens', () => {
  test('in a prompt become their ids, however they are written', () => {
    for (const prompt of [
      `${END} ${START}`,
      '<|ENDOFTEXT|> <|StartOfText|>',
      '&lt;|endoftext|&gt;&lt;|startoftext|&gt;',
    ]) {
      expect(tokenizer.encodeUntruncated(prompt).slice(1, -1)).toEqual([tokenizer.eosId, tokenizer.bosId]);
    }
  });

  test('a long prompt is cut and still ends', () => {
    const prompt = 'a '.repeat(100);
    expect(tokenizer.encodeUntruncated(prompt)).toHaveLength(102);
    const ids = tokenizer.encode(prompt);
    expect(ids).toHaveLength(77);
    expect(ids.at(-1)).toBe(tokenizer.eosId);
  });

  test('SD 2 pads with "!", and "!" in a prompt is that token', async () => {
    await copy('vocab.json', 'merges.txt', 'tokenizer_config.json');
    await writeJson('special_tokens_map.json', {
      pad_token: '!',
      bos_token: { content: START },
      eos_token: END,
    });
    const other = await loadTokenizer(folder);
    expect(other.padId).toBe(vocabulary['!']);
    expect(other.encode('').slice(2)).toEqual(Array(75).fill(other.padId));
    expect(other.encodeUntruncated('a!').slice(2, -1)).toEqual([other.padId]);
    expect(tokenizer.encodeUntruncated('a!').slice(2, -1)).toEqual([vocabulary['!</w>']]);
  });
});

describe('files', () => {
  test('tokenizer.json alone suffices', async () => {
    const merges = (await readFile(join(source, 'merges.txt'), 'utf8')).trim().split('\n').slice(1);
    const added_tokens = [START, END].map((content) => ({ content, id: vocabulary[content], special: true }));
    for (const list of [merges, merges.map((merge) => merge.split(' '))]) {
      await writeJson('tokenizer.json', { model: { vocab: vocabulary, merges: list }, added_tokens });
      const other = await loadTokenizer(folder);
      for (const prompt of ['', "A horse doesn't run", `x ${END} y`]) {
        expect(other.encode(prompt)).toEqual(tokenizer.encode(prompt));
      }
    }
  });

  test('added tokens are recognised in a prompt', async () => {
    await copy('vocab.json', 'merges.txt');
    await writeJson('added_tokens.json', { '<my-horse>': 5000 });
    expect((await loadTokenizer(folder)).encodeUntruncated('<my-horse>')[1]).toBe(5000);
  });

  test('missing and damaged files are reported', async () => {
    await expect(loadTokenizer(folder)).rejects.toThrow(
      /neither vocab\.json with merges\.txt nor tokenizer\.json/,
    );
    await copy('merges.txt');
    await writeJson('vocab.json', { a: 1 });
    await expect(loadTokenizer(folder)).rejects.toThrow(
      /special token "<\|startoftext\|>", which its vocabulary of 1/,
    );
    await writeJson('vocab.json', { a: -1 });
    await expect(loadTokenizer(folder)).rejects.toThrow(/vocab\.json", is not as expected: "a" is /);
    await writeFile(join(folder, 'vocab.json'), '{"a":');
    await expect(loadTokenizer(folder)).rejects.toThrow(/is not valid JSON/);
    await copy('vocab.json');
    await writeFile(join(folder, 'merges.txt'), '#version: 0.2\nonly\n');
    await expect(loadTokenizer(folder)).rejects.toThrow(/has the merge "only"; expected two tokens/);
    await expect(loadTokenizer(join(folder, 'none'))).rejects.toThrow(CheckpointError);
  });
});
