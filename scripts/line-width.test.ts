/** @file No line of comments or docs is longer than 120 columns, outside of tables and blocks of code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { longLines } from './line-width.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** All files and folders with comments or docs. */
const covered = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...['assets', 'docs', 'examples', 'lab', 'scripts', 'src', 'testdata'],
];

const files = covered.flatMap((path) => {
  if (/\.\w+$/.test(path)) return [path];
  const names = readdirSync(join(root, path), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.(ts|mjs|md)$/.test(name)).map((name) => `${path}/${name}`);
});

test('no line of comments or docs is longer than 120 columns', () => {
  const long = files.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return longLines(path, text).map((line) => `${path}:${line}`);
  });
  expect(files.length).toBeGreaterThan(300);
  expect(long).toEqual([]);
});

const words = `${'a word '.repeat(17)}x`; // 120 columns

test('a line may have 120 columns, however many bytes that is', () => {
  expect(longLines('a.md', `${words}\né ${'é'.repeat(118)}\n`)).toEqual([]);
  expect(longLines('a.md', `fine\n${words}x\né ${'é'.repeat(119)}\n`)).toEqual([2, 3]);
});

test('tables and code in pages, and a line that is one link, may be longer', () => {
  const link = `[x](https://example.org/${'a'.repeat(120)})`;
  expect(longLines('a.md', `| ${words} |\n\n\`\`\`\n${words}x\n\`\`\`\n${words}x\n${link}\n`)).toEqual([6]);
});

test('comments of every kind count in code, other lines do not', () => {
  const code = [
    `const text = '${words}';`,
    `// ${words}`,
    `/** ${words} */`,
    '/**',
    ` * ${words}`,
    ' * ```',
    ` * ${words}`,
    ' */',
    `const a = 1; // ${words}`,
    `const b = 'https://${words}';`,
    `  | ${words}`,
  ];
  expect(longLines('a.ts', code.join('\n'))).toEqual([2, 3, 5, 7, 9]);
});

test("Biome's layout is taken as it is", () => {
  const ignored = ['src', 'lab', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`)
      .filter((path) => path.endsWith('.ts') && path !== 'scripts/line-width.test.ts')
      .filter((path) => readFileSync(join(root, path), 'utf8').includes('biome-ignore format')),
  );
  expect(ignored).toEqual([]);
});
