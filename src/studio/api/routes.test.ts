import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { workFormSchema } from './form-api.ts';
import { baseIdSchema, itemIdSchema } from './identifiers.ts';
import { addressOf, routes } from './routes.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

test('the contract can be bundled for a browser: nothing of it needs Node.js', () => {
  const seen = new Set<string>();
  const wrong: string[] = [];
  const follow = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(path, 'utf8').replace(/^import type [^;]*;/gm, '');
    for (const [, from] of text.matchAll(/\bfrom '([^']+)'/g)) {
      if (from!.startsWith('.')) follow(join(path, '..', from!));
      else if (from !== 'zod') wrong.push(`${path}: ${from}`);
    }
  };
  for (const name of readdirSync(here)) if (!name.endsWith('.test.ts')) follow(join(here, name));
  expect(wrong).toEqual([]);
  expect(seen.size).toBeGreaterThan(10);
});

test('no two requests have the same method and form of address', () => {
  const all = Object.values(routes).map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`);
  expect(new Set(all).size).toBe(all.length);
});

test('an address has identifiers and a query in it, encoded', () => {
  expect(addressOf('metrics', { id: '0123456789abcdef' }, { from: 4 })).toBe(
    '/api/motions/0123456789abcdef/metrics?from=4',
  );
  expect(addressOf('video', { id: '../x' })).toBe('/api/videos/..%2Fx');
  expect(addressOf('base', {}, { id: 'hub:a/b' })).toBe('/api/base?id=hub%3Aa%2Fb');
  expect(() => addressOf('video')).toThrow('needs "id"');
});

test('what names a file is no identifier', () => {
  for (const wrong of ['../motions', '/etc/passwd', 'walk', '0123456789abcdeg', '']) {
    expect(itemIdSchema.safeParse(wrong).success).toBe(false);
    expect(baseIdSchema.safeParse(wrong).success).toBe(false);
  }
  for (const wrong of ['hub:../x', 'hub:a', 'hub:a/b/c', 'hub:a/b@../c']) {
    expect(baseIdSchema.safeParse(wrong).success, wrong).toBe(false);
  }
  for (const right of ['built-in', 'hub:a/b', 'hub:a/b@main', '0123456789abcdef']) {
    expect(baseIdSchema.safeParse(right).success).toBe(true);
  }
});

test('a form says everything with identifiers', () => {
  const form = { kind: 'generate', motions: [{ motion: '0123456789abcdef' }], prompt: 'a fox' };
  expect(workFormSchema.parse(form)).toEqual({
    ...form,
    motions: [{ motion: '0123456789abcdef', strength: 1 }],
    settings: {},
  });
  expect(workFormSchema.safeParse({ ...form, out: '/etc/x' }).success).toBe(false);
  expect(workFormSchema.safeParse({ ...form, motions: [{ motion: 'runs/walk' }] }).success).toBe(false);
});
