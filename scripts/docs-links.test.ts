/**
 * @file Checks that every relative link of README, docs and the pages beside them leads to a file, and every fragment
 * to one of its headings.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const pages = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'examples/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Links and pictures to files of the repository, outside of code. */
function linksOf(page: string): { readonly page: string; readonly link: string }[] {
  const text = readFileSync(join(root, page), 'utf8')
    .replace(/^```.*?^```$/gms, '')
    .replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => ({ page, link: link! }))
    .filter(({ link }) => !/^[a-z]+:/.test(link));
}

/** The names that GitHub gives the headings of a page: lower case, spaces as hyphens, no other signs. */
function headingsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8').replace(/^```.*?^```$/gms, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

test('links in README and docs lead somewhere', () => {
  const links = pages.flatMap(linksOf);
  expect(links.length).toBeGreaterThan(60);
  const broken = links.filter(({ page, link }) => {
    const [path, fragment] = link.split('#') as [string, string?];
    const target = path === '' ? join(root, page) : join(root, dirname(page), path);
    if (!existsSync(target) || relative(root, target).startsWith('..')) return true;
    return fragment !== undefined && !headingsOf(target).includes(fragment);
  });
  expect(broken).toEqual([]);
});

test('the files that CONTRIBUTING names are there', () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const named = [...text.matchAll(/`((?:src|lab|scripts|docs|examples|testdata)\/[\w./-]*)`/g)].map(
    ([, path]) => path!,
  );
  expect(named.length).toBeGreaterThan(15);
  // The walk-through creates this file.
  const made = 'src/graph/operators/softplus.ts';
  expect(named.filter((path) => path !== made && !existsSync(join(root, path)))).toEqual([]);
});

test('what README shows and leads to is in the package', () => {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] };
  const isPacked = (path: string) =>
    files.some((each) => {
      if (each.endsWith('/*.md')) return dirname(path) === dirname(each) && path.endsWith('.md');
      return path === each || path.startsWith(`${each}/`);
    });
  const targets = linksOf('README.md').map(({ link }) => link.split('#')[0]!);
  expect(targets).toContain('docs/media/demo.gif');
  expect(targets.filter((path) => path !== '' && !isPacked(path))).toEqual([]);
});
