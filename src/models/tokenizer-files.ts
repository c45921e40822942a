/** @file The files of a CLIP tokenizer, in the formats of several generations of `transformers`. */

import { join } from 'node:path';
import { z } from 'zod';
import { exists } from '../checkpoints/exists.ts';
import { readJsonFile, readText } from '../checkpoints/json-file.ts';
import { onOneLine } from '../checkpoints/one-line.ts';
import { isThere } from '../checkpoints/user-file.ts';
import { CheckpointError } from '../errors.ts';

/** Contents of the files, in a common form. */
export interface TokenizerFiles {
  /** Token to id. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of tokens to merge, by descending priority. */
  readonly merges: readonly (readonly [string, string])[];
  readonly special: {
    readonly bos: string;
    readonly eos: string;
    readonly unk: string;
    readonly pad: string;
  };
  /** Special and added tokens, which are recognised in a prompt verbatim, before any cleaning. */
  readonly wholeTokens: readonly string[];
  readonly maxLength: number;
}

/** CLIP's own maximum, for folders that specify none (or "no limit" with a number such as 1e30). */
const DEFAULT_MAX_LENGTH = 77;
const LARGEST_MAX_LENGTH = 100_000;

/** Limit of verbatim tokens: more than anybody adds, and few enough for one regular expression. */
const MAX_WHOLE_TOKENS = 1000;
const MAX_WHOLE_LENGTH = 200;

const vocabularySchema = z.record(z.string(), z.int().nonnegative());
const tokenSchema = z
  .union([z.string(), z.object({ content: z.string() }).transform((token) => token.content)])
  .nullish();
const specialSchema = z.object({
  bos_token: tokenSchema,
  eos_token: tokenSchema,
  unk_token: tokenSchema,
  pad_token: tokenSchema,
  additional_special_tokens: z.array(tokenSchema).nullish(),
});
const configSchema = specialSchema.extend({ model_max_length: z.number().min(3).nullish() });
const tokenizerJsonSchema = z.object({
  model: z.object({
    vocab: vocabularySchema,
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
  added_tokens: z.array(z.object({ content: z.string(), id: z.int().nonnegative() })).nullish(),
});

/**
 * Reads the tokenizer files of `folder`. Throws `CheckpointError` when one is missing, damaged or contradicts another.
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const { vocabulary, merges, added } = await readVocabulary(folder);
  const config = await readOptional(join(folder, 'tokenizer_config.json'), configSchema);
  const map = await readOptional(join(folder, 'special_tokens_map.json'), specialSchema);
  const name = (key: 'bos_token' | 'eos_token' | 'unk_token' | 'pad_token', otherwise: string) =>
    map?.[key] ?? config?.[key] ?? otherwise;
  const special = {
    bos: name('bos_token', '<|startoftext|>'),
    eos: name('eos_token', '<|endoftext|>'),
    unk: name('unk_token', '<|endoftext|>'),
    pad: name('pad_token', '<|endoftext|>'),
  };
  for (const token of Object.values(special)) {
    if (!vocabulary.has(token)) {
      throw new CheckpointError({
        found: `tokenizer folder "${folder}" names the special token "${onOneLine(token, 80)}", which its vocabulary of ${vocabulary.size} tokens lacks`,
        advice: 'Its files do not belong together; download it again.',
      });
    }
  }
  const additional = map?.additional_special_tokens ?? config?.additional_special_tokens ?? [];
  const wholeTokens = [...Object.values(special), ...additional, ...added].filter(
    (token): token is string => !!token && vocabulary.has(token),
  );
  const long = wholeTokens.find((token) => token.length > MAX_WHOLE_LENGTH);
  if (wholeTokens.length > MAX_WHOLE_TOKENS || long !== undefined) {
    const found = long === undefined ? `${wholeTokens.length} of them` : `one of ${long.length} characters`;
    throw new CheckpointError({
      found: `tokenizer folder "${folder}" adds tokens beyond all measure (${found})`,
      advice: 'It is damaged; download it again.',
    });
  }
  const length = config?.model_max_length ?? DEFAULT_MAX_LENGTH;
  return {
    vocabulary,
    merges,
    special,
    wholeTokens,
    maxLength: length <= LARGEST_MAX_LENGTH ? Math.floor(length) : DEFAULT_MAX_LENGTH,
  };
}

interface Vocabulary {
  readonly vocabulary: Map<string, number>;
  readonly merges: [string, string][];
  readonly added: string[];
}

async function readVocabulary(folder: string): Promise<Vocabulary> {
  const [vocabPath, mergesPath, jsonPath] = ['vocab.json', 'merges.txt', 'tokenizer.json'].map((file) =>
    join(folder, file),
  ) as [string, string, string];
  if ((await exists(vocabPath)) && (await exists(mergesPath))) {
    const vocabulary = new Map(
      Object.entries(await readJsonFile(vocabPath, vocabularySchema, "the tokenizer's vocabulary")),
    );
    const addedPath = join(folder, 'added_tokens.json');
    const added = Object.entries((await readOptional(addedPath, vocabularySchema)) ?? {});
    for (const [token, id] of added) vocabulary.set(token, id);
    return { vocabulary, merges: await readMerges(mergesPath), added: added.map(([token]) => token) };
  }
  if (!(await exists(jsonPath))) {
    throw new CheckpointError({
      found: `tokenizer folder "${folder}" has neither vocab.json with merges.txt nor tokenizer.json`,
      advice: 'Give the "tokenizer" folder of a Stable Diffusion model in diffusers form.',
    });
  }
  const { model, added_tokens } = await readJsonFile(jsonPath, tokenizerJsonSchema, 'the tokenizer');
  const vocabulary = new Map(Object.entries(model.vocab));
  for (const { content, id } of added_tokens ?? []) vocabulary.set(content, id);
  return {
    vocabulary,
    merges: model.merges.map((merge) => asPair(merge, jsonPath)),
    added: (added_tokens ?? []).map((token) => token.content),
  };
}

async function readMerges(path: string): Promise<[string, string][]> {
  const text = await readText(path, "the tokenizer's merges");
  return text
    .split(/\r?\n/)
    .filter((line, index) => line.trim() !== '' && !(index === 0 && line.startsWith('#version')))
    .map((line) => asPair(line, path));
}

function asPair(merge: string | [string, string], path: string): [string, string] {
  const parts = typeof merge === 'string' ? merge.trim().split(/ +/) : merge;
  if (parts.length !== 2) {
    const found = `"${path}" has the merge ${onOneLine(JSON.stringify(merge), 80)}`;
    throw new CheckpointError({ found, expected: 'two tokens', advice: 'Download it again.' });
  }
  return parts as [string, string];
}

async function readOptional<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  return (await isThere(path)) ? readJsonFile(path, schema, "the tokenizer's settings") : undefined;
}
