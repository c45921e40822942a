import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { publicFace } from './public-face.ts';
import { apiReference } from './reference.ts';

const exported = publicFace();
const reference = apiReference(exported);

test('docs/api.md is up to date; otherwise run "npm run api"', () => {
  const path = fileURLToPath(new URL('../../docs/api.md', import.meta.url));
  expect(readFileSync(path, 'utf8')).toBe(reference);
});

test('everything that is exported has a docblock', () => {
  expect(exported.filter(({ text }) => text === '').map(({ name }) => name)).toEqual([]);
  for (const { name } of exported) expect(reference).toMatch(new RegExp(`^####? ${name}$`, 'm'));
});

test('every option of the functions says what it is', () => {
  const functions = reference.slice(reference.indexOf('## Functions'), reference.indexOf('## Pieces'));
  expect(
    functions.split('\n').filter((line) => / \|\s*\|$/.test(line) && !line.includes('| name |')),
  ).toEqual([]);
  expect(functions).toMatch(
    /\| `samplerSteps\?` \| `number` \| Number of sampling steps\. A whole number from 1 to 1000\. Default: 50; for .* 25.* \|/,
  );
  expect(functions).toMatch(/\| `learningRate\?` \| `number` \| .* Default: `0\.00003`\. \|/);
});

test('it contains no paths of the machine that generated it', () => {
  expect(reference).not.toContain(process.cwd());
  expect(reference).not.toContain('import(');
});
