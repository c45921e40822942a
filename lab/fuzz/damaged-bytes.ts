/** @file Damaged files: bytes of valid ones after a few edits, and arbitrary bytes. */
import fc from 'fast-check';

/** One edit. Positions are taken modulo the length; with `fromEnd` they count from the end. */
type Edit =
  | { readonly kind: 'bit'; readonly at: number; readonly bit: number }
  | { readonly kind: 'number'; readonly at: number; readonly size: 1 | 2 | 4 | 8; readonly value: bigint }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove' | 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'join'; readonly at: number; readonly other: number };

/** Anywhere, or near the beginning or the end, where formats have their lengths and directories. */
const position = fc.oneof(
  fc.nat(),
  fc.nat({ max: 64 }),
  fc.nat({ max: 160 }).map((fromEnd) => -1 - fromEnd),
);

/** Numbers at which sums overflow, signs change, or a file ends. */
const lie = fc.oneof(
  fc.constantFrom(
    0n,
    1n,
    2n,
    9n,
    64n,
    127n,
    128n,
    255n,
    256n,
    0xfffen,
    0xffffn,
    0x10000n,
    99_999_999n,
    100_000_001n,
    0x7fffffffn,
    0x80000000n,
    0xffffffffn,
    0x100000000n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ),
  fc.bigInt({ min: 0n, max: 5000n }),
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('bit' as const), at: position, bit: fc.nat({ max: 7 }) }),
  fc.record({
    kind: fc.constant('number' as const),
    at: position,
    size: fc.constantFrom(1, 2, 4, 8),
    value: lie,
  }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: position,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 24 }),
  }),
  fc.record({
    kind: fc.constantFrom('remove' as const, 'repeat' as const),
    at: position,
    length: fc.integer({ min: 1, max: 200 }),
  }),
  fc.record({ kind: fc.constant('cut' as const), at: position }),
  fc.record({ kind: fc.constant('join' as const), at: position, other: fc.nat({ max: 15 }) }),
);

/** Bytes of one of the valid files after none to five edits. */
function damagedBytes(valid: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat({ max: valid.length - 1 }), fc.array(edit, { maxLength: 5 }))
    .map(([index, edits]) => edits.reduce((bytes, each) => apply(bytes, each, valid), valid[index]!));
}

/** Damaged bytes of valid files, and occasionally arbitrary ones. */
export function badBytes(valid: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 9, arbitrary: damagedBytes(valid) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
  );
}

function apply(bytes: Uint8Array, change: Edit, valid: readonly Uint8Array[]): Uint8Array {
  const length = Math.max(1, bytes.length);
  const at = ((change.at % length) + length) % length;
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (change.kind) {
    case 'bit': {
      const changed = Uint8Array.from(bytes);
      if (at < changed.length) changed[at]! ^= 1 << change.bit;
      return changed;
    }
    case 'number': {
      const number = new Uint8Array(8);
      new DataView(number.buffer).setBigUint64(0, change.value, true);
      const changed = Uint8Array.from(bytes);
      changed.set(number.subarray(0, Math.min(change.size, after.length)), at);
      return changed;
    }
    case 'insert':
      return Buffer.concat([before, change.bytes, after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(change.length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, change.length), after]);
    case 'cut':
      return Uint8Array.from(before);
    case 'join':
      return Buffer.concat([before, valid[change.other % valid.length]!.subarray(0, 4096)]);
  }
}
