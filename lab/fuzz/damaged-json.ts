/**
 * @file Damaged JSON: a valid value with some of its parts replaced, removed, duplicated, or nested too deeply.
 */
import fc from 'fast-check';

/** JSON text, or something that resembles it. */
type Raw = string;

interface Edit {
  /** Index of the edited value, in the order of serialisation, modulo their number. */
  readonly at: number;
  readonly kind: 'replace' | 'remove' | 'twice' | 'add';
  readonly raw: Raw;
  readonly key: string;
}

const brackets = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const raw: fc.Arbitrary<Raw> = fc.oneof(
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    '1e400',
    '-1e400',
    '-1',
    '-0',
    '0',
    '1',
    '2',
    '7',
    '0.5',
    '1e-320',
    '1e30',
    '4294967296',
    '9007199254740991',
    '9007199254740993',
    '18446744073709551616',
    'null',
    'true',
    'false',
    '""',
    '"\\ud800"',
    '"a\\nb\\u001b[2J"',
    '{}',
    '[]',
    '[null]',
    '{"__proto__":1}',
    '"__proto__"',
    '"constructor"',
    '[0,4294967296,4294967296]',
    '[9007199254740991,9007199254740991,0]',
    brackets(40),
    brackets(5000),
    `[${'1,'.repeat(500)}1]`,
    `"${'x'.repeat(3000)}"`,
    '',
    '{"a":',
    'undefined',
    "'x'",
    '"\\x"',
  ),
  fc.integer({ min: -3, max: 300 }).map(String),
  fc.json(),
  fc.string().map((text) => JSON.stringify(text)),
);

const key = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    '',
    '__metadata__',
    'a\nb',
    '\u202e',
    'x'.repeat(2000),
  ),
  fc.string(),
);

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'twice', 'add'),
  raw,
  key,
});

/** The text of one of the valid values after none to four edits. */
function damagedJson(...valid: readonly unknown[]): fc.Arbitrary<string> {
  const sizes = valid.map(countValues);
  return fc
    .tuple(fc.nat({ max: valid.length - 1 }), fc.array(edit, { maxLength: 4 }))
    .map(([index, edits]) => {
      const byPlace = new Map(edits.map((each) => [each.at % sizes[index]!, each]));
      return write(valid[index], byPlace, { next: 0 });
    });
}

/** Such texts as bytes, occasionally with invalid UTF-8, and arbitrary texts. */
export function badJson(...valid: readonly unknown[]): fc.Arbitrary<Uint8Array> {
  const text = fc.oneof(
    { weight: 12, arbitrary: damagedJson(...valid) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  return fc
    .tuple(text, fc.option(fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 })), { freq: 12 }))
    .map(([content, noise]) => {
      const bytes = Buffer.from(content);
      if (noise && bytes.length > 0) {
        const at = noise[0] % bytes.length;
        bytes.set(noise[1].subarray(0, bytes.length - at), at);
      }
      return bytes;
    });
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + countValues(each), 1);
}

function write(value: unknown, edits: ReadonlyMap<number, Edit>, place: { next: number }): Raw {
  const change = edits.get(place.next++);
  if (change?.kind === 'replace') return change.raw;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts = Object.entries(value).flatMap(([name, each]) => {
    const inner = edits.get(place.next);
    const text = write(each, edits, place);
    const entry = isList ? text : `${JSON.stringify(name)}:${text}`;
    return inner?.kind === 'remove' ? [] : inner?.kind === 'twice' ? [entry, entry] : [entry];
  });
  if (change?.kind === 'add') parts.push(isList ? change.raw : `${JSON.stringify(change.key)}:${change.raw}`);
  return isList ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}
