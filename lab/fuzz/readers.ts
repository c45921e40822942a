/** @file All readers of untrusted files, for `npm run fuzz` and the tests. */
import { configReader } from './config-reader.ts';
import type { Fuzzing } from './fuzz.ts';
import { mediaReaders } from './media-readers.ts';
import { singleFileReader } from './single-file-reader.ts';
import { textReaders } from './text-readers.ts';
import { tokenizerReader } from './tokenizer-reader.ts';
import { weightReaders } from './weight-readers.ts';

/** All readers that are fuzzed. */
export const fuzzedReaders: readonly Fuzzing[] = [
  ...weightReaders,
  configReader,
  tokenizerReader,
  singleFileReader,
  ...textReaders,
  ...mediaReaders,
];
