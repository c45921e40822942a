/**
 * @file Keeps the order of folders that docs/architecture.md states: imports go upward in it only, and not in circles.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** From the foundation to what people use: a room may import the rooms before it. */
const rooms = [
  'graph',
  'runtime',
  'checkpoints',
  'hub',
  'media',
  'diffusion',
  'models',
  'motion',
  'training',
  'pipelines',
  'library',
  'studio',
  'cli',
];

interface Import {
  readonly from: string;
  readonly to: string;
  /** Whether it is gone when the program runs. */
  readonly typesOnly: boolean;
}

/** Every import of a relative path in the TypeScript files of a folder, with paths from the repository's root. */
function importsBelow(folder: string): Import[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
  return files.flatMap((from) => {
    const text = readFileSync(join(root, from), 'utf8');
    const statements = text.matchAll(
      /^\s*(?:import|export)\s+((?:(?!\bfrom\b)[^;'"])*)\bfrom\s+'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)|^import\s+'(\.[^']+)'/gm,
    );
    return [...statements].map(([, names, path, dynamic, bare]) => ({
      from,
      to: relative(root, join(root, dirname(from), (path ?? dynamic ?? bare)!)),
      typesOnly: names !== undefined && isTypesOnly(names),
    }));
  });
}

/** `type { A }` and `{ type A, type B }`. */
function isTypesOnly(names: string): boolean {
  if (/^type\b/.test(names)) return true;
  const listed = /^\{([^}]*)\}\s*$/.exec(names.trim())?.[1]?.split(',') ?? [''];
  return listed.every((name) => /^\s*type\s/.test(name) || (name.trim() === '' && listed.length > 1));
}

const isTest = (path: string) => /\.(test|slow)\.ts$/.test(path) || path.startsWith('src/testing/');
const roomOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1];
const product = importsBelow('src');

describe('imports of the product', () => {
  test('are found', () => {
    expect(product.length).toBeGreaterThan(1000);
    expect(product).toContainEqual({
      from: 'src/runtime/program.ts',
      to: 'src/errors.ts',
      typesOnly: false,
    });
    expect(product).toContainEqual({
      from: 'src/runtime/program.ts',
      to: 'src/graph/tensor.ts',
      typesOnly: true,
    });
  });

  test('never come from the laboratory or the scripts', () => {
    const wrong = product.filter(({ to }) => !to.startsWith('src/') && !to.startsWith('..'));
    expect(wrong).toEqual([]);
  });

  test('go upward in the order of rooms', () => {
    const wrong = product.filter(({ from, to }) => {
      if (isTest(from) || from === 'src/index.ts') return false;
      if (to.startsWith('src/testing/')) return true;
      const [inside, outside] = [roomOf(from), roomOf(to)];
      if (outside === undefined) return false; // what all rooms share: errors, events, versions
      return inside === undefined || rooms.indexOf(outside) > rooms.indexOf(inside);
    });
    expect(wrong).toEqual([]);
  });

  test('of every folder of the product are in that order', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
      .map(({ name }) => name);
    expect(folders.sort()).toEqual([...rooms].sort());
  });
});

test('the page runs in browsers: it imports itself, the contract of the server, and how amounts are written', () => {
  const inside = 'src/studio/page/';
  const allowed = /^src\/(studio\/(page|api)\/|amounts\.ts$|duration\.ts$)/;
  const ofPage = product.filter(({ from, typesOnly }) => from.startsWith(inside) && !typesOnly);
  expect(ofPage.length).toBeGreaterThan(20);
  expect(ofPage.filter(({ to }) => !allowed.test(to))).toEqual([]);
  expect(product.filter(({ from, to }) => to.startsWith(inside) && !from.startsWith(inside))).toEqual([]);
});

test('training/data imports nothing of the training but its settings', () => {
  const inside = 'src/training/data/';
  const others = product.filter(
    ({ from, to }) => !isTest(from) && from.startsWith(inside) && to.startsWith('src/training/'),
  );
  const outside = others.map(({ to }) => to).filter((to) => !to.startsWith(inside));
  expect([...new Set(outside)]).toEqual(['src/training/training-settings.ts']);
});

test('architecture.md states this order', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const stated = [...text.matchAll(/^\| `(\w+)\/` \|/gm)].map(([, room]) => room!);
  expect(stated.filter((room) => rooms.includes(room))).toEqual(rooms);
});

test('nothing is imported in circles, not even types, but operators that are each other’s gradients', () => {
  const all = [...product, ...importsBelow('lab')].filter(({ from }) => !isTest(from));
  const circles = circlesOf(all).map((circle) => circle.sort());
  expect(circles.sort()).toEqual([
    // A sum expands its gradient, and the gradient of what was expanded is a sum.
    ['broadcast', 'expand', 'reduce-sum'].map((name) => `src/graph/operators/${name}.ts`),
    // The gradient of a slice is padded, and that of padding is a slice.
    ['pad', 'slice'].map((name) => `src/graph/operators/${name}.ts`),
  ]);
});

/** Groups of files that can reach one another, each of more than one file (Tarjan 1972). */
function circlesOf(imports: readonly Import[]): string[][] {
  const next = new Map<string, Import[]>();
  for (const each of imports) next.set(each.from, [...(next.get(each.from) ?? []), each]);
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    lowest.set(file, index.get(file)!);
    stack.push(file);
    for (const { to } of next.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(to)!));
    }
    if (lowest.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group);
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return found;
}

test('no two files have the same name, so that each is found by it', () => {
  const names = ['src', 'lab', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => basename(name)),
  );
  const several = names.filter((name, i) => names.indexOf(name) !== i);
  // What a folder exports, and the programs of npm's scripts.
  expect(new Set(several)).toEqual(new Set(['index.ts', 'main.ts']));
});
