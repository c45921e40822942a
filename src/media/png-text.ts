/** @file Text chunks of PNG files, which store how a picture was made. */

import { crc32 } from 'node:zlib';

const SIGNATURE_LENGTH = 8;
/** Bytes of the header chunk (length, type, 13 bytes of content, checksum), which always comes first. */
const HEADER_CHUNK_LENGTH = 25;

/**
 * Inserts an international text chunk (`iTXt`) per entry after the header of a PNG file's bytes. Keys are 1 to 79
 * printable ASCII characters, as the format requires. Throws `RangeError` for another key.
 */
export function withPngText(png: Uint8Array, entries: Readonly<Record<string, string>>): Uint8Array {
  const head = SIGNATURE_LENGTH + HEADER_CHUNK_LENGTH;
  const chunks = Object.entries(entries).map(([key, text]) => textChunk(key, text));
  return Buffer.concat([png.subarray(0, head), ...chunks, png.subarray(head)]);
}

function textChunk(key: string, text: string): Uint8Array {
  if (!/^[\x20-\x7e]{1,79}$/.test(key)) {
    throw new RangeError(`"${key}" cannot be a PNG keyword: 1 to 79 printable ASCII characters`);
  }
  // After the key: terminator, no compression, compression method, no language, no translated key.
  const body = Buffer.from(`iTXt${key}\0\0\0\0\0${text}`, 'utf8');
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** The uncompressed `iTXt` and `tEXt` entries of a PNG file's bytes; `{}` if there are none or it is not a PNG. */
export function readPngText(png: Uint8Array): Record<string, string> {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const entries: Record<string, string> = {};
  if (bytes.toString('latin1', 1, 4) !== 'PNG') {
    return entries;
  }
  for (let at = SIGNATURE_LENGTH; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    const keyEnd = content.indexOf(0);
    if (type === 'tEXt' && keyEnd > 0) {
      entries[content.toString('latin1', 0, keyEnd)] = content.toString('latin1', keyEnd + 1);
    } else if (type === 'iTXt' && keyEnd > 0 && content[keyEnd + 1] === 0) {
      const languageEnd = content.indexOf(0, keyEnd + 3);
      const translatedEnd = content.indexOf(0, languageEnd + 1);
      entries[content.toString('latin1', 0, keyEnd)] = content.toString('utf8', translatedEnd + 1);
    }
    at += length + 12;
  }
  return entries;
}
