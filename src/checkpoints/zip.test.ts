import { open, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { CheckpointError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { writeZip } from '../testing/torch-zip.ts';
import { readZipDirectory, type ZipMember } from './zip.ts';

const inFolder = await testFolder();
const members = { 'a/one': Buffer.from('first'), 'a/two': Buffer.alloc(100, 7), ü: Buffer.alloc(0) };
const path = inFolder('plain.zip');
await writeZip(path, members);
const plain = await readFile(path);
/** Where the directory begins and its end record stands; there is no comment. */
const end = plain.length - 22;
const start = plain.readUInt32LE(end + 16);

async function directoryOf(bytes: Uint8Array): Promise<ReadonlyMap<string, ZipMember>> {
  const changed = inFolder('changed.zip');
  await writeFile(changed, bytes);
  const file = await open(changed);
  try {
    return await readZipDirectory(file, 'a.zip');
  } finally {
    await file.close();
  }
}

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(plain);
  change(bytes);
  return bytes;
}

/** The same members under 64-bit records: every size and place in the directory is in an extra field. */
function with64Bits(): Buffer {
  const parts: Buffer[] = [plain.subarray(0, start)];
  let at = start;
  while (at < end) {
    const length = 46 + plain.readUInt16LE(at + 28);
    const entry = Buffer.from(plain.subarray(at, at + length));
    const extra = Buffer.alloc(28);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [i, field] of [24, 20, 42].entries()) {
      extra.writeBigUInt64LE(BigInt(entry.readUInt32LE(field)), 4 + 8 * i);
      entry.writeUInt32LE(0xffffffff, field);
    }
    entry.writeUInt16LE(28, 30);
    parts.push(entry, extra);
    at += length;
  }
  const size = parts.slice(1).reduce((sum, part) => sum + part.length, 0);
  const record = Buffer.alloc(56 + 20 + 22, 0);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  for (const [field, value] of [
    [24, 3],
    [32, 3],
    [40, size],
    [48, start],
  ] as const) {
    record.writeBigUInt64LE(BigInt(value), field);
  }
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(start + size), 56 + 8);
  record.writeUInt32LE(0x06054b50, 76);
  record.fill(0xff, 76 + 8, 76 + 20);
  return Buffer.concat([...parts, record]);
}

describe('the directory of a zip file', () => {
  test('says where the members are, at multiples of 64', async () => {
    const found = await directoryOf(plain);
    expect([...found.keys()]).toEqual(Object.keys(members));
    for (const [name, content] of Object.entries(members)) {
      const { offset, byteLength, packed } = found.get(name)!;
      expect(plain.subarray(offset, offset + byteLength)).toEqual(content);
      expect([offset % 64, packed]).toEqual([0, undefined]);
    }
  });

  test('may have 64-bit records, or a comment after it', async () => {
    const usual = await directoryOf(plain);
    expect(await directoryOf(with64Bits())).toEqual(usual);
    const comment = changed((bytes) => bytes.writeUInt16LE(4, end + 20));
    expect(await directoryOf(Buffer.concat([comment, Buffer.from('PK\x05\x06')]))).toEqual(usual);
  });

  test('marks what is compressed or encrypted', async () => {
    const compressed = await directoryOf(changed((bytes) => bytes.writeUInt16LE(8, start + 10)));
    expect(compressed.get('a/one')?.packed).toBe('compressed');
    const encrypted = await directoryOf(changed((bytes) => bytes.writeUInt16LE(1, start + 8)));
    expect(encrypted.get('a/one')?.packed).toBe('encrypted');
  });
});

describe('a damaged zip file is refused', () => {
  test.each([
    [
      'without its end',
      plain.subarray(0, end),
      /cut off: it is a zip file of \d+ bytes without the directory/,
    ],
    ['empty', Buffer.alloc(0), /cut off/],
    ['a part of several', changed((bytes) => bytes.writeUInt16LE(1, end + 4)), /one part of a divided/],
    [
      'a directory beyond the end',
      changed((bytes) => bytes.writeUInt32LE(2 ** 31, end + 16)),
      /does not fit/,
    ],
    [
      'more members than there are',
      changed((bytes) => bytes.writeUInt16LE(9, end + 10)),
      /has 3 members in a directory of 9/,
    ],
    [
      'a member elsewhere',
      changed((bytes) => bytes.writeUInt32LE(3, start + 42)),
      /nothing where "a\/one" should be/,
    ],
    [
      'a member in the directory',
      changed((bytes) => bytes.writeUInt32LE(end, start + 42)),
      /outside of its data/,
    ],
    [
      'a member larger than the file',
      changed((bytes) => {
        bytes.writeUInt32LE(2 ** 30, start + 20);
        bytes.writeUInt32LE(2 ** 30, start + 24);
      }),
      /gives "a\/one" 1073741824 bytes/,
    ],
    [
      '64-bit sizes that are missing',
      changed((bytes) => bytes.writeUInt32LE(0xffffffff, start + 20)),
      /gives "a\/one" 4294967295 bytes/,
    ],
    [
      'a name twice',
      changed((bytes) => {
        const second = bytes.indexOf('a/two', start);
        bytes.write('a/one', second);
      }),
      /"a\/one" twice/,
    ],
    [
      'a 64-bit directory elsewhere',
      changeAfter64((bytes, at) => bytes.writeUInt32LE(0, at)),
      /no directory where it says/,
    ],
    [
      'an impossible place',
      changeAfter64((bytes, at) => bytes.writeBigUInt64LE(2n ** 63n, at + 48)),
      /names an impossible place/,
    ],
    [
      'a place beyond the file',
      changeAfter64((bytes, at) => bytes.writeBigUInt64LE(2n ** 40n, at + 56 + 8)),
      /points beyond its end/,
    ],
    [
      'a million members',
      changeAfter64((bytes, at) => bytes.writeBigUInt64LE(10n ** 6n + 1n, at + 32)),
      /a directory of 1000001 members/,
    ],
  ] as const)('%s', async (_, bytes, message) => {
    await expect(directoryOf(bytes)).rejects.toThrow(CheckpointError);
    await expect(directoryOf(bytes)).rejects.toThrow(message);
  });

  test('wherever it is cut off, and whichever byte is changed', async () => {
    for (let length = 0; length < plain.length; length += 3) {
      await expect(directoryOf(plain.subarray(0, length))).rejects.toThrow(CheckpointError);
    }
    const whole = with64Bits();
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 0xff;
      await directoryOf(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(CheckpointError));
    }
  });
});

function changeAfter64(change: (bytes: Buffer, record: number) => void): Buffer {
  const bytes = with64Bits();
  change(bytes, bytes.length - 98);
  return bytes;
}
