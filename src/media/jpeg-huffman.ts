/** @file JPEG Huffman codes (ITU-T T.81, annexes C and F.2.2), and a bit reader for them. */

/** Symbol and length of the code at the start of any 16 bits: `length << 8 | symbol`, 0 if they start with no code. */
export type HuffmanTable = Uint16Array;

/** Tables by class and number, `class << 4 | number`, with class 0 for DC and 1 for AC, as in a DHT segment. */
export type HuffmanTables = Map<number, HuffmanTable>;

/**
 * Adds the tables of a DHT segment's content to `tables`. Returns whether they are valid: `false` if the content is too
 * short, or if there are more codes of a length than possible.
 */
export function takeHuffmanTables(content: Uint8Array, tables: HuffmanTables): boolean {
  let at = 0;
  while (at < content.length) {
    const counts = content.subarray(at + 1, at + 17);
    const symbols = counts.reduce((sum, count) => sum + count, 0);
    const end = at + 17 + symbols;
    if (end > content.length) return false;
    const table = huffmanTable(counts, content.subarray(at + 17, end));
    if (!table) return false;
    tables.set(content[at]!, table);
    at = end;
  }
  return true;
}

function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | undefined {
  const table = new Uint16Array(1 << 16);
  let place = 0;
  let next = 0;
  for (let length = 1; length <= 16; length++) {
    const width = 1 << (16 - length);
    for (let i = 0; i < counts[length - 1]!; i++) {
      if (place + width > table.length) return undefined;
      table.fill((length << 8) | symbols[next++]!, place, place + width);
      place += width;
    }
  }
  return table;
}

/** Reads codes and bits from a piece of coded data. Past the end it reads zeros and sets `isPastEnd`. */
export class CodeReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = 0;

  /** `data`: coded data up to a marker, still with stuffed zeros after 0xff. */
  constructor(data: Uint8Array) {
    this.#bytes = new Uint8Array(data.length + 4);
    this.#end = 8 * unstuff(data, this.#bytes);
  }

  /** Whether it has read past the end. */
  get isPastEnd(): boolean {
    return this.#at > this.#end;
  }

  /** The next code's symbol; -1 if there is no such code. */
  symbol(table: HuffmanTable): number {
    const code = table[this.#ahead()]!;
    if (code === 0) return -1;
    this.#at += code >> 8;
    return code & 255;
  }

  /** Skips bits. */
  skip(count: number): void {
    this.#at += count;
  }

  /** A number of up to 15 bits. */
  bits(count: number): number {
    const value = this.#ahead() >> (16 - count);
    this.#at += count;
    return value;
  }

  /** The next 16 bits. */
  #ahead(): number {
    if (this.#at > this.#end) return 0;
    const byte = Math.floor(this.#at / 8);
    const bytes = this.#bytes;
    const next = (bytes[byte]! << 16) | (bytes[byte + 1]! << 8) | bytes[byte + 2]!;
    return (next >> (8 - (this.#at & 7))) & 0xffff;
  }
}

/** Copies coded data without the zeros stuffed after 0xff. Returns the number of bytes. */
function unstuff(data: Uint8Array, into: Uint8Array): number {
  let from = 0;
  let length = 0;
  for (;;) {
    const mark = data.indexOf(0xff, from);
    const end = mark < 0 ? data.length : mark;
    into.set(data.subarray(from, end), length);
    length += end - from;
    if (mark < 0) return length;
    let code = mark + 1;
    while (data[code] === 0xff) code++;
    if (data[code] !== 0) return length;
    into[length++] = 0xff;
    from = code + 1;
  }
}
