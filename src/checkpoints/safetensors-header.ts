/**
 * @file The header of a safetensors file: 8 bytes of length (little-endian), then JSON that names every tensor with its
 * kind, shape and place. Everything in it is checked before a byte of data is read.
 * Format: https://github.com/huggingface/safetensors#format
 */

import { z } from 'zod';
import { CheckpointError } from '../errors.ts';
import { introduced } from '../phrases.ts';
import { wrongInFile } from '../wrong-settings.ts';
import { findDuplicateKey } from './duplicate-key.ts';
import { JsonLimitError, parseJson } from './json-text.ts';
import { onOneLine } from './one-line.ts';
import { refuseOtherKind } from './other-kind.ts';
import {
  assertSensible,
  itemSizes,
  type StoredDType,
  type TensorPlace,
  type TensorPlaces,
} from './tensor-place.ts';

/** Contents of a header. `tensors` are in the order of their data. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: TensorPlaces;
}

type NamedPlace = TensorPlace & { readonly name: string };

/** The format's own limit of the header, 100 MB, so that a hostile length cannot exhaust memory. */
export const MAX_HEADER_BYTES = 100_000_000;

/** First byte of the header. */
const OPENING_BRACE = 0x7b;

/** Half a million tensors take four million values in the header. */
const MAX_VALUES = 6_000_000;
/** The header, a tensor's description, its shape. */
const MAX_DEPTH = 3;

const KINDS: ReadonlyMap<string, StoredDType> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E5M2', 'float8_e5m2'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

/** Checked first, since a schema would report an issue for each of millions of elements. */
const few = z
  .unknown()
  .refine((value) => !Array.isArray(value) || value.length <= 64, 'a list of at most 64');

const entrySchema = z.object({
  dtype: z.string(),
  shape: few.pipe(z.array(z.int().nonnegative())),
  data_offsets: few.pipe(z.tuple([z.int().nonnegative(), z.int().nonnegative()])),
});

/**
 * Reads the length of the header from a file's first bytes. Throws `CheckpointError` when the file is too short, the
 * length is impossible, or the file is recognisably of another kind.
 */
export function headerLength(start: Uint8Array, fileSize: number, path: string): number {
  if (fileSize === 0) throw damaged(path, 'is empty (0 bytes)', AGAIN);
  if (fileSize < 10) {
    refuseOtherKind(start, path);
    throw damaged(path, `has ${fileSize} bytes`, AGAIN, 'at least 10, as in the shortest safetensors file');
  }
  const length = new DataView(start.buffer, start.byteOffset, start.byteLength).getBigUint64(0, true);
  // A small number followed by a brace is a header, possibly truncated.
  if (length > BigInt(MAX_HEADER_BYTES) || start[8] !== OPENING_BRACE) refuseOtherKind(start, path);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw damaged(path, `claims a header of ${length} bytes`, NOT_SAFETENSORS, `at most ${MAX_HEADER_BYTES}`);
  }
  if (length > BigInt(fileSize - 8)) {
    const missing = length - BigInt(fileSize - 8);
    throw damaged(
      path,
      `ends within its header: ${fileSize} bytes, ${missing} too few for a header of ${length}`,
      AGAIN,
    );
  }
  return Number(length);
}

/**
 * Reads and checks the header's JSON. `bytes` are the header's, without the 8 bytes of length before it. Throws
 * `CheckpointError` naming the file and the tensor when anything in it is wrong or inconsistent with the file's size.
 */
export function parseHeader(bytes: Uint8Array, fileSize: number, path: string): SafetensorsHeader {
  const text = decodeText(bytes, path);
  const value = parseObject(text, path);
  const twice = findDuplicateKey(text);
  if (twice !== undefined) throw damaged(path, `names "${twice}" twice in its header`, 'Write it again.');

  const dataStart = 8 + bytes.byteLength;
  let metadata: Readonly<Record<string, string>> = {};
  const tensors: NamedPlace[] = [];
  for (const [name, entry] of Object.entries(value)) {
    if (name === '__metadata__') {
      metadata = checkMetadata(entry, path);
    } else {
      tensors.push(readEntry(name, entry, dataStart, path));
    }
  }
  tensors.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  checkPlaces(tensors, dataStart, fileSize, path);
  return { metadata, tensors: new Map(tensors.map(({ name, ...place }) => [name, place])) };
}

const AGAIN = 'Download it again.';
const NOT_SAFETENSORS = 'It is damaged or no safetensors file: download it again, or give another.';

function damaged(path: string, found: string, advice: string, expected?: string): CheckpointError {
  return new CheckpointError({ found: `weights file "${path}" ${onOneLine(found)}`, expected, advice });
}

function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged(path, 'has a header that is not UTF-8 text', NOT_SAFETENSORS);
  }
}

function parseObject(text: string, path: string): object {
  let value: unknown;
  try {
    value = parseJson(text, { values: MAX_VALUES, depth: MAX_DEPTH });
  } catch (error) {
    // The parser quotes the text, which is unreadable for a long header; only exceeded limits are reported.
    const limit = error instanceof JsonLimitError ? ` (${error.message})` : '';
    throw damaged(path, `has a header that is not valid JSON${limit}`, NOT_SAFETENSORS);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw damaged(path, 'has a header that is not a JSON object', NOT_SAFETENSORS);
  }
  return value;
}

/** Not by a schema: the issues of millions of values would take gigabytes. */
function checkMetadata(entry: unknown, path: string): Readonly<Record<string, string>> {
  const texts = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  const wrong = texts
    ? Object.entries(entry).find(([, value]) => typeof value !== 'string')
    : (['', entry] as const);
  if (!wrong) return entry as Readonly<Record<string, string>>;
  const found = texts ? `"${onOneLine(wrong[0], 80)}" is not a string` : 'it is not an object';
  throw damaged(path, `has bad metadata (${found})`, NOT_SAFETENSORS);
}

function readEntry(name: string, entry: unknown, dataStart: number, path: string): NamedPlace {
  assertSensible(name, [], path);
  const result = entrySchema.safeParse(entry);
  if (!result.success) {
    const before = `weights file "${path}" describes tensor "${onOneLine(name, 80)}" wrongly: `;
    const wrong = introduced(before, wrongInFile(result.error, entrySchema, entry));
    throw new CheckpointError({ ...wrong, advice: NOT_SAFETENSORS });
  }
  const { dtype, shape, data_offsets } = result.data;
  assertSensible(name, shape, path);
  const kind = KINDS.get(dtype);
  if (kind === undefined) {
    throw damaged(
      path,
      `holds tensor "${name}" of kind ${JSON.stringify(dtype)}`,
      'Convert the file to F16 or F32.',
      `one of: ${[...KINDS.keys()].join(', ')}`,
    );
  }
  const [begin, end] = data_offsets;
  if (end < begin)
    throw damaged(path, `places tensor "${name}" at bytes ${begin} to ${end}`, NOT_SAFETENSORS);
  const needed = shape.reduce((product, dimension) => product * dimension, itemSizes[kind]);
  if (needed !== end - begin) {
    const found = `gives tensor "${name}", ${dtype} of shape [${shape}], ${end - begin} bytes`;
    throw damaged(path, found, NOT_SAFETENSORS, `${needed}`);
  }
  return { name, path, dtype: kind, shape, offset: dataStart + begin, byteLength: end - begin };
}

/** The data must fill the file from the header to its end without overlaps and gaps, as the format requires. */
function checkPlaces(
  tensors: readonly NamedPlace[],
  dataStart: number,
  fileSize: number,
  path: string,
): void {
  let end = dataStart;
  let before = '';
  for (const { name, offset, byteLength } of tensors) {
    if (offset < end)
      throw damaged(path, `has tensors "${before}" and "${name}" in the same place`, NOT_SAFETENSORS);
    if (offset > end) {
      throw damaged(path, `has ${offset - end} unused bytes before tensor "${name}"`, NOT_SAFETENSORS);
    }
    end = offset + byteLength;
    before = name;
  }
  if (end > fileSize) {
    const found = `is cut off: ${fileSize} bytes of ${end}, ${end - fileSize} are missing (tensor "${before}" is the last)`;
    throw damaged(path, found, AGAIN);
  }
  if (end < fileSize) {
    throw damaged(path, `has ${fileSize - end} bytes after its last tensor`, NOT_SAFETENSORS);
  }
}
