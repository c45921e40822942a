/** @file Says what a schema found wrong, in our words: the schema library's own texts never reach a user. */
import { z } from 'zod';
import { type GivenParts, type Phrase, phrase, setting } from './phrases.ts';

/** What is wrong with one value. */
interface Wrong {
  /** Where in the value: `['drawing', 'samplerSteps']`. */
  readonly path: readonly PropertyKey[];
  readonly found: string;
  readonly expected: string;
  /** The right name of a key that was misspelt. */
  readonly nearest?: string | undefined;
}

/**
 * The first thing that is wrong with settings, as parts of an error. `within` is the key of the object that they are
 * (`drawing`); none for the options of a function.
 */
export function wrongSetting(error: z.ZodError, schema: z.ZodType, input: unknown, within = ''): GivenParts {
  const { path, found, expected, nearest } = wrongOf(error.issues[0]!, schema, input);
  const key = plain([...(within ? [within] : []), ...path].join('.'));
  const subject: Phrase = key ? [setting(key)] : ['what is given'];
  if (nearest === undefined) return { found: phrase`${subject} ${found}`, expected, setting: key };
  const right = key ? `${key}.${nearest}` : nearest;
  return {
    found: key ? phrase`${subject} ${found}` : `${found.replace(/^has/, 'there is')}`,
    expected,
    setting: key,
    advice: phrase`Did you mean ${setting(right)}?`,
  };
}

/** What is wrong with what a file holds, on one line: the first two faults with their places. */
export function wrongInFile(error: z.ZodError, schema: z.ZodType, value: unknown): string {
  const lines = error.issues.slice(0, 2).map((issue) => {
    const { path, found, expected, nearest } = wrongOf(issue, schema, value);
    const meant = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
    return `${path.length === 0 ? 'it' : `"${plain(path.join('.'))}"`} ${found}; expected ${expected}${meant}`;
  });
  const more = error.issues.length - lines.length;
  return `${lines.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** The key that is most like one that is not known, if any is like it at all: at most a third of its letters differ. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(key.length / 3));
  const near = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name;
}

function wrongOf(issue: z.core.$ZodIssue, schema: z.ZodType, input: unknown): Wrong {
  const { path } = issue;
  const node = nodeAt(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), path);
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys as [string];
    const known = [node, ...((node?.anyOf ?? []) as Node[])].flatMap((one) =>
      Object.keys(one?.properties ?? {}),
    );
    return {
      path,
      found: `has the unknown key ${shown(key)}`,
      expected: known.length === 0 ? 'no such key' : `some of ${known.join(', ')}`,
      nearest: nearestKey(key, known),
    };
  }
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  const found = value === undefined ? 'is missing' : `is ${shown(value)}`;
  return { path, found, expected: expectedBy(issue, node) };
}

type Node = z.core.JSONSchema.BaseSchema;

function nodeAt(root: Node, path: readonly PropertyKey[]): Node | undefined {
  return path.reduce<Node | undefined>((node, key) => {
    const branches = [node, ...((node?.anyOf ?? []) as Node[])];
    for (const branch of branches) {
      const { properties, items, additionalProperties } = branch ?? {};
      const next = properties?.[String(key)] ?? (typeof key === 'number' ? items : additionalProperties);
      if (typeof next === 'object' && !Array.isArray(next)) return next as Node;
    }
    return undefined;
  }, root);
}

function expectedBy(issue: z.core.$ZodIssue, node: Node | undefined): string {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'too_small' && node === undefined) return `a number from ${issue.minimum}`;
  if (issue.code === 'invalid_type' && node === undefined) {
    return issue.expected === 'int' ? 'a whole number' : `a value of the kind ${issue.expected}`;
  }
  return (node && describe(node)) ?? 'something else';
}

/** What a value should be, in words; `undefined` for a node that allows anything. */
function describe(node: Node): string | undefined {
  if (node.enum) return node.enum.length === 1 ? String(node.enum[0]) : `one of: ${node.enum.join(', ')}`;
  if (node.const !== undefined) return String(node.const);
  const branches = (node.anyOf ?? node.oneOf ?? []) as Node[];
  if (branches.length > 0) {
    return branches.flatMap((branch) => describe(branch) ?? []).join(', or ') || undefined;
  }
  switch (node.type) {
    case 'integer':
      return `a whole number${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'string':
      return (node.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return (node.minItems ?? 0) > 0 ? 'a list that is not empty' : 'a list';
    case 'object':
      return 'an object';
    case 'null':
      return 'null';
    default:
      return undefined;
  }
}

function range({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: Node): string {
  const isBound = (bound: unknown) => typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const lower = isBound(exclusiveMinimum)
    ? ` above ${exclusiveMinimum}`
    : isBound(minimum)
      ? ` from ${minimum}`
      : '';
  const upper = isBound(exclusiveMaximum)
    ? ` below ${exclusiveMaximum}`
    : isBound(maximum)
      ? ` ${lower.startsWith(' from') ? 'to' : 'up to'} ${maximum}`
      : '';
  const between = lower && upper.startsWith(' below') ? `${lower} to${upper}` : `${lower}${upper}`;
  return multipleOf === undefined ? between : `${between}, a multiple of ${multipleOf}`;
}

/** A value as a message can show it: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value));
  return plain(text);
}

/** At most 80 characters on one line, without what could steer a terminal. */
function plain(text: string): string {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
  return clean.length > 80 ? `${clean.slice(0, 80)}…` : clean;
}

/** Levenshtein's distance: how many letters must be added, taken away or changed. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, changed));
    }
    row = next;
  }
  return row[b.length]!;
}
