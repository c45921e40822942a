/** @file Identifies files given in place of weights by their first bytes: failed downloads, images, other formats. */

import { basename } from 'node:path';
import { CheckpointError } from '../errors.ts';
import { onOneLine } from './one-line.ts';

/** Number of bytes that identify a file. */
export const beginningBytes = 512;

/** Kind of a file, and advice. */
interface OtherKind {
  readonly what: string;
  readonly advice: string;
}

const another = "Give the weights, as .safetensors, .ckpt or .bin, or the model's folder.";
const unpack = 'Unpack it and give the weights inside.';
const convert = 'It cannot be read; give the model as .safetensors or .ckpt, or as a diffusers folder.';
const picture = 'a picture, not weights';
const video = 'a video, not weights';

/** Kinds by their first bytes, the more specific ones first. */
const beginnings: readonly (readonly [start: string, at: number, what: string, advice: string])[] = [
  [
    '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19',
    0,
    'in the format of PyTorch before 1.6, which is not read',
    'Load it with a newer PyTorch and save it again: torch.save(torch.load("old.ckpt"), "new.ckpt"); better still, save it as safetensors.',
  ],
  ...['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'].map(
    (start) =>
      [
        start,
        0,
        'a bare Python pickle, no PyTorch file',
        'Save its state_dict with torch.save, or as safetensors.',
      ] as const,
  ),
  [
    'ustar',
    257,
    'a tar file',
    `${unpack} If it holds "pickle", "tensors" and "storages", PyTorch before 0.1.10 wrote it: load it with PyTorch and save it again.`,
  ],
  ['PK\x03\x04', 0, 'a PyTorch or zip file, not safetensors', 'Convert it to safetensors.'],
  ['PK\x05\x06', 0, 'an empty zip file', another],
  ['\x1f\x8b', 0, 'compressed with gzip', 'Unpack it (gunzip) and give the file inside.'],
  ['7z\xbc\xaf', 0, 'a 7-Zip file', unpack],
  ['Rar!\x1a', 0, 'a RAR file', unpack],
  ['\x28\xb5\x2f\xfd', 0, 'compressed with Zstandard', unpack],
  ['\xfd7zXZ', 0, 'compressed with xz', unpack],
  ['BZh', 0, 'compressed with bzip2', unpack],
  ['GGUF', 0, 'a GGUF file, whose weights are quantised in blocks', convert],
  ...['ggml', 'lmgg', 'ggjt', 'tjgg', 'fmgg'].map((start) => [start, 0, 'a GGML file', convert] as const),
  ['\x89HDF\r\n\x1a\n', 0, 'an HDF5 file, such as Keras and TensorFlow write (.h5)', convert],
  ['TFL3', 4, 'a TensorFlow Lite model', convert],
  ['\x93NUMPY', 0, 'an array of NumPy', another],
  ['\x89PNG', 0, picture, another],
  ['\xff\xd8\xff', 0, picture, another],
  ['GIF8', 0, picture, another],
  ['II*\0', 0, picture, another],
  ['MM\0*', 0, picture, another],
  ['BM', 0, picture, another],
  ['8BPS', 0, picture, another],
  ['WEBP', 8, picture, another],
  ['AVI ', 8, video, another],
  ['WAVE', 8, 'sound, not weights', another],
  ...['heic', 'heix', 'mif1', 'msf1', 'heif', 'avif', 'avis'].map(
    (brand) => [`ftyp${brand}`, 4, picture, another] as const,
  ),
  ['ftyp', 4, video, another],
  ['\x1aE\xdf\xa3', 0, video, another],
  ['OggS', 0, video, another],
  ['%PDF', 0, 'a PDF document, not weights', another],
  ['\x7fELF', 0, 'a program, not weights', another],
  ['MZ', 0, 'a program, not weights', another],
  ['SQLite format 3', 0, 'a database, not weights', another],
  ['PAR1', 0, 'a table of data (Parquet), not weights', another],
  ['ARROW1', 0, 'a table of data (Arrow), not weights', another],
  ['\x04"M\x18', 0, 'compressed with LZ4', unpack],
  ['\x08\x01\x12', 0, "a TensorFlow model's graph (saved_model.pb)", convert],
];

/** Text files by their beginning, after white space. */
const texts: readonly (readonly [start: RegExp, what: string, advice: string])[] = [
  [
    /^version https:\/\/git-lfs|^oid sha256:/,
    'a Git LFS pointer, not the file it stands for',
    'Run "git lfs pull", or download it by itself.',
  ],
  [
    /^# xet version/,
    'a Xet pointer, not the file it stands for',
    'Download it again with a Hugging Face tool.',
  ],
  [/^(<\?xml[^>]*>\s*)?<net\b/i, "an OpenVINO model's description", convert],
  [
    /^<(!doctype|html|head|body|script|\?xml|error|!--)/i,
    'a web page, not the file',
    'The download failed; log in or check the address.',
  ],
];

/**
 * Identifies the file `path`, whose first bytes are `start`; `undefined` when unknown, so that it may be weights,
 * intact or damaged. PyTorch's own zip files are recognised before.
 */
function otherKind(start: Uint8Array, path: string): OtherKind | undefined {
  const text = Buffer.from(start).toString('latin1');
  const known = beginnings.find(([bytes, at]) => text.startsWith(bytes, at));
  if (known) return { what: known[2], advice: known[3] };
  const [first, second, third] = start;
  // A version from 3 on, then the tag of another field.
  if (
    first === 8 &&
    second! >= 3 &&
    second! <= 32 &&
    [0x12, 0x1a, 0x22, 0x2a, 0x32, 0x3a, 0x42].includes(third!)
  ) {
    return { what: 'an ONNX model', advice: convert };
  }
  if (isMessagePack(text) || (first! >= 0x80 && /\.msgpack$/i.test(path))) {
    return { what: 'a MessagePack file, such as Flax writes its weights to', advice: convert };
  }
  if (/\.data-\d{5}-of-\d{5}$|\.ckpt(-\d+)?\.(index|meta)$/.test(path)) {
    return { what: 'part of a TensorFlow checkpoint', advice: convert };
  }
  if (start.length >= 64 && start.subarray(0, 64).every((byte) => byte === 0)) {
    return {
      what: 'empty at its beginning (zeros): its download was not finished',
      advice: 'Download it again.',
    };
  }
  return textKind(start, path);
}

/** A map (a few, 16 or 32 bits of entries) whose first key is a word: what MessagePack files of weights begin with. */
function isMessagePack(latin1: string): boolean {
  const key = /^(?:[\x81-\x8f]|\xde..|\xdf.{4})(?:([\xa1-\xbf])|\xd9(.))(.*)/s.exec(latin1);
  if (!key) return false;
  const length = key[1] ? key[1].charCodeAt(0) & 31 : key[2]!.charCodeAt(0);
  return length > 0 && new RegExp(`^[\\w./:-]{${length}}`).test(key[3]!);
}

/** Encodings of text, tried in this order; `null`: by no mark. */
const encodings: readonly (readonly [mark: string | null, encoding: string, name?: string])[] = [
  ['\xff\xfe', 'utf-16le', 'UTF-16'],
  ['\xfe\xff', 'utf-16be', 'UTF-16'],
  [null, 'utf-8'],
  [null, 'utf-16le', 'UTF-16'],
  [null, 'utf-16be', 'UTF-16'],
  [null, 'windows-1252'],
];

/** The text that a file begins with, and its encoding where that is uncommon; `undefined` for other files. */
function textIn(start: Uint8Array): { text: string; encoding: string | undefined } | undefined {
  const head = Buffer.from(start.subarray(0, 2)).toString('latin1');
  for (const [mark, encoding, name] of encodings) {
    if (mark !== null && mark !== head) continue;
    // A character may be cut at the end.
    const text = new TextDecoder(encoding).decode(start).replace(/\ufffd$/, '');
    const wrong = /[^\P{Cc}\t\n\r\f]|[\p{Cn}\p{Co}\p{Cs}]|\ufffd/u.test(text);
    if (text.length < 2 || wrong) continue;
    // In these encodings nearly anything is text: most of it must be plain.
    const isSure = mark !== null || encoding === 'utf-8';
    if (isSure || text.replace(/[^\x20-\x7e\s]/g, '').length > 0.8 * text.length) {
      return { text, encoding: name };
    }
  }
  return undefined;
}

/** Identifies a text file; `undefined` for other files. */
function textKind(start: Uint8Array, path: string): OtherKind | undefined {
  const found = textIn(start);
  if (!found) return undefined;
  const { text, encoding } = found;
  const trimmed = text.trimStart();
  const known = texts.find(([beginning]) => beginning.test(trimmed));
  if (known) return { what: known[1], advice: known[2] };
  const how = encoding ? ` in ${encoding}` : '';
  const shown = `"${onOneLine(trimmed.trimEnd(), 40)}"`;
  if (/^[{[]\s*(["{[\]}0-9tfn-]|$)/.test(trimmed))
    return { what: `JSON text${how} (${shown}), not weights`, advice: jsonAdvice(path) };
  return { what: `text${how} (${shown}), not weights`, advice: another };
}

function jsonAdvice(path: string): string {
  const name = basename(path);
  if (/^(model_index|config|scheduler_config|tokenizer(_config)?|lamp)\.json$/.test(name)) {
    return `${name} is one of the settings of a model: give the folder that has model_index.json.`;
  }
  if (name === 'run.json') return 'It belongs to a run: give its folder.';
  return `${another} If it was downloaded, read what it says: the download may have failed.`;
}

/** Throws `CheckpointError`, naming the kind, if the file `path` with the first bytes `start` is not weights. */
export function refuseOtherKind(start: Uint8Array, path: string): void {
  const found = otherKind(start, path);
  if (!found) return;
  throw new CheckpointError({ found: `weights file "${path}" is ${found.what}`, advice: found.advice });
}

/** Identifies the result of a failed download in place of a settings or vocabulary file: a pointer or a web page. */
export function failedDownload(text: string): OtherKind | undefined {
  const beginning = text
    .slice(0, beginningBytes)
    .replace(/^\ufeff/, '')
    .trimStart();
  const known = texts.find(([start]) => start.test(beginning));
  return known && { what: known[1], advice: known[2] };
}
