/** @file The block structure of GIF files: completeness and comments. */

const TRAILER = 0x3b;
const EXTENSION = 0x21;
const COMMENT = 0xfe;
const IMAGE = 0x2c;

/**
 * Inserts a comment (UTF-8) before the end of a GIF file's bytes. Throws `RangeError` if they do not end like a GIF.
 */
export function withGifComment(gif: Uint8Array, comment: string): Uint8Array {
  if (gif.at(-1) !== TRAILER) {
    throw new RangeError('the bytes do not end like a GIF file');
  }
  const text = Buffer.from(comment, 'utf8');
  const parts: Uint8Array[] = [gif.subarray(0, -1), Uint8Array.of(EXTENSION, COMMENT)];
  for (let at = 0; at < text.length; at += 255) {
    const block = text.subarray(at, at + 255);
    parts.push(Uint8Array.of(block.length), block);
  }
  parts.push(Uint8Array.of(0, TRAILER));
  return Buffer.concat(parts);
}

/** The result of {@link scanGif}. */
export interface GifContent {
  /** Number of complete images, which are the frames of an animation. */
  readonly images: number;
  /** Whether the bytes end within a block, so that the file is truncated. */
  readonly cutOff: boolean;
  /** The last comment. */
  readonly comment?: string;
}

/** Scans the blocks of a GIF file's bytes; `undefined` if they are not a GIF. */
export function scanGif(gif: Uint8Array): GifContent | undefined {
  const bytes = Buffer.from(gif.buffer, gif.byteOffset, gif.byteLength);
  if (bytes.toString('latin1', 0, 3) !== 'GIF' || bytes.length < 13) {
    return undefined;
  }
  let images = 0;
  let comment: string | undefined;
  let at = 13 + colourTableLength(bytes[10]!);
  while (at < bytes.length && bytes[at] !== TRAILER) {
    const isImage = bytes[at] === IMAGE;
    const isComment = bytes[at] === EXTENSION && bytes[at + 1] === COMMENT;
    // An image has a descriptor, possibly its own colour table, and a code size before its data.
    at += isImage ? 11 + colourTableLength(bytes[at + 9] ?? 0) : 2;
    const blocks: Buffer[] = [];
    for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) {
      blocks.push(bytes.subarray(at + 1, at + 1 + length));
      at += length + 1;
    }
    if (at >= bytes.length) {
      return { images, cutOff: true, ...(comment !== undefined && { comment }) };
    }
    at++;
    images += isImage ? 1 : 0;
    comment = isComment ? Buffer.concat(blocks).toString('utf8') : comment;
  }
  // Some programs omit the trailer; the file then ends after a complete block.
  return { images, cutOff: at > bytes.length, ...(comment !== undefined && { comment }) };
}

function colourTableLength(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}
