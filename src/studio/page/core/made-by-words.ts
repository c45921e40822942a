/** @file What a file says of how it was made, in words: what people ask for first, and all the rest. */

/** What is said at once, in this order. */
const first = [
  'prompt',
  'negativePrompt',
  'clipPrompt',
  'motion',
  'motions',
  'base',
  'seed',
  'samplerSteps',
  'sampler',
  'guidance',
  'strength',
];

/** Names and values, of which the first matter most; what is empty is left out. */
export function madeByRows(stored: Readonly<Record<string, unknown>>): {
  readonly main: readonly (readonly [string, string])[];
  readonly others: readonly (readonly [string, string])[];
} {
  const rows = Object.entries(stored)
    .map(([name, value]) => [name, valueWords(value)] as const)
    .filter(([, words]) => words !== '');
  const main = first.flatMap((name) => rows.filter((row) => row[0] === name));
  return { main, others: rows.filter((row) => !main.includes(row)) };
}

/** A value in words. Of things with a name, the name; checksums are left out. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.map(valueWords).join(', ');
  if (typeof value !== 'object') return String(value);
  const { name, strength, ...others } = value as Record<string, unknown>;
  if (typeof name === 'string') {
    return typeof strength === 'number' && strength !== 1
      ? `${name} (${Math.round(strength * 100)} %)`
      : name;
  }
  return Object.entries(others)
    .filter(([, each]) => !/^[0-9a-f]{32,}$/.test(String(each)))
    .map(([key, each]) => `${key}: ${valueWords(each)}`)
    .filter((text) => !text.endsWith(': '))
    .join(', ');
}
