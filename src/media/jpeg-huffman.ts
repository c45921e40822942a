/** @file The Huffman codes of JPEG (ITU-T T.81, annexes C and F.2.2), and a reader of the bits they are written in. */

/**
 * A code's symbol and length for every 16 bits that may lie ahead: `length << 8 | symbol`, 0 where no code begins with
 * them.
 */
export type HuffmanTable = Uint16Array;

/** Tables by class and number: `class << 4 | number`, class 0 for DC and 1 for AC, as a DHT segment names them. */
export type HuffmanTables = Map<number, HuffmanTable>;

/**
 * Takes the tables of a DHT segment's content into `tables`. Returns whether they can be codes at all: `false` where
 * the content is too short, or where there are more codes of a length than there is room for.
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

/** Reads codes and bits of one piece of coded data. Past the end there are zeros; `isPastEnd` tells. */
export class CodeReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at = 0;

  /** `data`: coded data up to a marker, its zeros behind 0xff still in it. */
  constructor(data: Uint8Array) {
    this.#bytes = new Uint8Array(data.length + 4);
    this.#end = 8 * unstuff(data, this.#bytes);
  }

  /** Whether more bits were asked for than there are. */
  get isPastEnd(): boolean {
    return this.#at > this.#end;
  }

  /** The next code's symbol; -1 where there is no such code. */
  symbol(table: HuffmanTable): number {
    const code = table[this.#ahead()]!;
    if (code === 0) return -1;
    this.#at += code >> 8;
    return code & 255;
  }

  /** Passes over bits. */
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

/** Copies coded data without the zeros that follow its bytes of 0xff. Returns how many bytes there are. */
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
