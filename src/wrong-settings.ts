/** @file Words schema errors ourselves; the schema library's own texts never reach users. */
import { z } from 'zod';
import { alternatives, type GivenParts, type Phrase, phrase, setting } from './phrases.ts';

/** What a text is, for the placeholder of an option or a suitable field of a form. */
export type TextFormat = 'path' | 'memory';

/** A schema based on a check function; see {@link expecting}. */
export function checked<T>(check: (value: unknown) => boolean, expected: string, format?: TextFormat) {
  return expecting(z.custom<T>(check, { error: expected }), expected, format);
}

/**
 * The schema with its own description, which completes "expected …" in messages. The format says what texts are: a
 * `path` (or something that may be given in place of one), or an amount of `memory`.
 */
export function expecting<Schema extends z.ZodType>(
  schema: Schema,
  expected: string,
  format?: TextFormat,
): Schema {
  return schema.meta({ description: expected, ...(format && { format }) }) as Schema;
}

/** A fault of one value. */
interface Wrong {
  /** Path within the value: `['drawing', 'samplerSteps']`. */
  readonly path: readonly PropertyKey[];
  /** What is said of the value: `is 3`. */
  readonly found: string;
  readonly expected: string;
  /** The key that it should not have, and the name that was probably meant. */
  readonly unknown?: { readonly key: string; readonly nearest: string | undefined };
}

/**
 * The first fault in settings, as parts of an error. `within` is the name of the nested object (`drawing`), or omitted
 * for a function's options.
 */
export function wrongSetting(error: z.ZodError, schema: z.ZodType, input: unknown, within = ''): GivenParts {
  // A misspelt key explains the missing right one.
  const misspelt = error.issues.find(({ code }) => code === 'unrecognized_keys');
  const { path, found, expected, unknown } = wrongOf(misspelt ?? error.issues[0]!, schema, input);
  const key = plain([...(within ? [within] : []), ...path].join('.'));
  // An option called `size` is meant, not the width and height that references of this name stand for.
  const subject: Phrase = key === 'size' ? ['"size"'] : key ? [setting(key)] : ['what is given'];
  const nearest = unknown?.nearest;
  if (nearest === undefined) return { found: phrase`${subject} ${found}`, expected, setting: key };
  const right = key ? `${key}.${nearest}` : nearest;
  return {
    found: key ? phrase`${subject} ${found}` : `there is the unknown key ${shown(unknown!.key)}`,
    expected,
    setting: key,
    advice: phrase`Did you mean ${setting(right)}?`,
  };
}

/** The faults in a file's content, as parts of an error: the first two, with their locations. */
export function wrongInFile(error: z.ZodError, schema: z.ZodType, value: unknown): GivenParts {
  const faults = error.issues.slice(0, 2).map((issue) => wrongOf(issue, schema, value));
  const more = error.issues.length - faults.length;
  const places = faults.map(({ path }) => (path.length === 0 ? 'it' : `"${plain(path.join('.'))}"`));
  const found = faults.map((fault, i): Phrase => [`${places[i]} ${fault.found}`]);
  if (more > 0) found.push([`${more} more ${more === 1 ? 'is' : 'are'} wrong`]);
  const expected = faults.map(({ expected, unknown }, i): Phrase => {
    if (faults.length === 1) return [expected];
    return [`${expected} ${unknown ? 'in' : 'for'} ${places[i]}`];
  });
  return {
    found: alternatives(found, 'and'),
    expected: alternatives(expected, 'and'),
    advice: faults.flatMap(({ unknown }) => (unknown?.nearest ? `Did you mean "${unknown.nearest}"?` : [])),
  };
}

/** The known key most similar to an unknown one, if at most a third of its letters differ. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(key.length / 3));
  const near = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name;
}

function wrongOf(found: z.core.$ZodIssue, schema: z.ZodType, input: unknown): Wrong {
  const issue = innermost(found);
  const { path } = issue;
  const node = nodeAt(nodeOf(schema), path);
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys as [string];
    const known = kindsOf(node).flatMap(({ properties = {} }) => Object.keys(properties));
    return {
      path,
      found: `has the unknown key ${shown(key)}`,
      expected: known.length === 0 ? 'no such key' : `some of ${known.join(', ')}`,
      unknown: { key, nearest: nearestKey(key, known) },
    };
  }
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  return {
    path,
    found: value === undefined ? 'is missing' : `is ${shown(value)}`,
    expected: expectedBy(issue, node),
  };
}

type Node = z.core.JSONSchema.BaseSchema;

/** For a value that matches none of several schemas: the fault with respect to the closest one, if one is close. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inside = (issues: readonly z.core.$ZodIssue[]) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys');
  const near = issue.errors.filter((issues) => issues.length > 0 && inside(issues));
  if (near.length !== 1) return issue;
  const [first] = near[0] as [z.core.$ZodIssue];
  return innermost({ ...first, path: [...issue.path, ...first.path] });
}

/** Describes the values of a schema: `a number from 0 to 1`. */
export function expectationOf(schema: z.ZodType): string {
  return describe(nodeOf(schema)) ?? 'something else';
}

/** A schema as JSON Schema; values that JSON cannot represent become a node that allows anything. */
export function nodeOf(schema: z.ZodType): Node {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** The schema of the value at a path; for several alternatives, combined. */
function nodeAt(root: Node, path: readonly PropertyKey[]): Node | undefined {
  return path.reduce<Node | undefined>((node, key) => {
    const found = kindsOf(node).flatMap(({ properties, items, additionalProperties, prefixItems }) => {
      const next =
        typeof key === 'number'
          ? (prefixItems?.[key] ?? items)
          : (properties?.[String(key)] ?? additionalProperties);
      return typeof next === 'object' && !Array.isArray(next) ? [next as Node] : [];
    });
    return found.length > 1 ? { anyOf: found } : found[0];
  }, root);
}

/** A node's alternatives, expanded recursively. */
function kindsOf(node: Node | undefined): Node[] {
  if (node === undefined) return [];
  return [node, ...branches(node).flatMap(kindsOf)];
}

function branches({ anyOf = [], oneOf = [] }: Node): Node[] {
  return [...anyOf, ...oneOf] as Node[];
}

function expectedBy(issue: z.core.$ZodIssue, node: Node | undefined): string {
  if (issue.code === 'custom') return node?.description ?? issue.message;
  if (issue.code === 'too_small' && node === undefined) return `a number from ${issue.minimum}`;
  if (issue.code === 'invalid_type' && node === undefined) {
    return issue.expected === 'int' ? 'a whole number' : `a value of the kind ${issue.expected}`;
  }
  return (node && describe(node)) ?? 'something else';
}

/** Describes what a value should be; `undefined` for a node that allows anything. */
function describe(node: Node): string | undefined {
  if (node.description !== undefined) return node.description;
  if (node.enum) return node.enum.length === 1 ? String(node.enum[0]) : `one of: ${node.enum.join(', ')}`;
  if (node.const !== undefined) return String(node.const);
  const among = branches(node);
  if (among.length > 0 && among.every((one) => one.const !== undefined)) {
    return `one of: ${among.map((one) => String(one.const)).join(', ')}`;
  }
  if (among.length > 0) {
    return [...new Set(among.flatMap((one) => describe(one) ?? []))].join(', or ') || undefined;
  }
  switch (node.type) {
    case 'integer':
      return `a whole number${rangeWords(node)}`;
    case 'number':
      return `a number${rangeWords(node)}`;
    case 'string':
      if (node.pattern !== undefined) return `a text of the form ${node.pattern}`;
      return (node.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text';
    case 'boolean':
      return 'true or false';
    case 'array':
      if (node.prefixItems) return `a list of ${node.prefixItems.length}`;
      return (node.minItems ?? 0) > 0 ? 'a list that is not empty' : 'a list';
    case 'object':
      return 'an object';
    case 'null':
      return 'null';
    default:
      return undefined;
  }
}

/** Bounds of a number, with the names of JSON Schema. */
interface Bounds {
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: number | boolean | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMaximum?: number | boolean | undefined;
  readonly multipleOf?: number | undefined;
}

/** Bounds in words, to follow "a number": ` from 0 to below 1`, ` above 0`; empty if there are none. */
export function rangeWords(bounds: Bounds): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = bounds;
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

/** Formats a value for a message, short and on one line. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return plain(JSON.stringify(value) ?? String(value));
  const kind = Array.isArray(value) ? 'a list' : 'an object';
  if (ArrayBuffer.isView(value) || Object.values(value).some(ArrayBuffer.isView)) return kind;
  try {
    return plain(JSON.stringify(value) ?? kind);
  } catch {
    // A circular value, or numbers that JSON cannot represent.
    return kind;
  }
}

/** At most 80 characters on one line, without terminal control characters. */
function plain(text: string): string {
  const clean = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
  return clean.length > 80 ? `${clean.slice(0, 80)}…` : clean;
}

/** Edit distance: insertions, deletions, substitutions and transpositions (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const [before, row] = [rows[i - 1]!, [i]];
    for (let j = 1; j <= b.length; j++) {
      const changed = before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : changed;
      row.push(Math.min(row[j - 1]! + 1, before[j]! + 1, changed, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
