/** @file Zip files in memory, without compression. */
import { crc32 } from 'node:zlib';

const ALL_ONES = 0xffffffff;

/** The bytes of a zip file with these members; `large` writes all numbers in their 64-bit form where there is one. */
export function zipOf(members: Readonly<Record<string, Uint8Array>>, { large = false } = {}): Uint8Array {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(members)) {
    const common = numbers(
      [2, 0x0800],
      [2, 0],
      [4, 0x210000],
      [4, crc32(content)],
      [4, large ? ALL_ONES : content.length],
      [4, large ? ALL_ONES : content.length],
      [2, Buffer.byteLength(name)],
    );
    const sizes = large
      ? numbers([2, 1], [2, 24], [8, content.length], [8, content.length], [8, at])
      : Buffer.alloc(0);
    const local = [
      numbers([4, 0x04034b50], [2, 20]),
      common,
      numbers([2, 0]),
      Buffer.from(name),
      Buffer.from(content),
    ];
    entries.push(
      numbers([4, 0x02014b50], [2, 45], [2, 45]),
      common,
      numbers([2, sizes.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, large ? ALL_ONES : at]),
      Buffer.from(name),
      sizes,
    );
    parts.push(...local);
    at += local.reduce((sum, { length }) => sum + length, 0);
  }
  const directory = Buffer.concat(entries);
  const [count, size] = [Object.keys(members).length, directory.length];
  const end64 = numbers(
    [4, 0x06064b50],
    [8, 44],
    [2, 45],
    [2, 45],
    [8, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, at],
  );
  const locator = numbers([4, 0x07064b50], [4, 0], [8, at + size], [4, 1]);
  const shown = large ? [0xffff, ALL_ONES, ALL_ONES] : [count, size, at];
  return Buffer.concat([
    ...parts,
    directory,
    ...(large ? [end64, locator] : []),
    numbers([4, 0x06054b50], [4, 0], [2, shown[0]!], [2, shown[0]!], [4, shown[1]!], [4, shown[2]!], [2, 0]),
  ]);
}

/** Consecutive little-endian integers. */
function numbers(...values: readonly (readonly [size: 2 | 4 | 8, value: number])[]): Buffer {
  return Buffer.concat(
    values.map(([size, value]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(value));
      return bytes.subarray(0, size);
    }),
  );
}
