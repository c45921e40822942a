/** @file What the npm package may contain, and what it must. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A file of the package, as `npm pack --json` lists it. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

const allowed: readonly RegExp[] = [
  /^(package\.json|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|SECURITY\.md|LICENSE)$/,
  /^docs\/((research\/)?[\w-]+\.md|media\/(demo|people)\.gif)$/,
  /^examples\/([\w-]+\.mjs|README\.md)$/,
  /^assets\/(base|demo|tokenizer)\//,
  /^dist\/(?!testing\/)([\w-]+\/)*[\w-]+(?<!\.test|\.slow)\.(js|d\.ts)$/,
  /^dist\/index\.d\.cts$/,
  /^dist\/studio\/page\/(index\.html|icon\.svg|licences\.md|assets\/[\w-]+\.(js|css))$/,
];

/** Where the page of \`lamp studio\` is, which browsers load, and the most bytes that it may have. */
const page = 'dist/studio/page/';
const mostOfPage = 3_000_000;

const required: readonly string[] = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'LICENSE',
  'docs/api.md',
  'docs/library.md',
  'examples/learn-and-generate.mjs',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/index.d.cts',
  'dist/cli/main.js',
  'dist/library/engine-process.js',
  'dist/studio/page/index.html',
  'dist/studio/page/licences.md',
  'assets/base/model_index.json',
  'assets/base/unet/diffusion_pytorch_model.safetensors',
  'assets/demo/clips/captions.tsv',
  'assets/tokenizer/bpe_simple_vocab_16e6.txt.gz',
];

/** Problems of the list of files: unexpected and missing ones. `[]` if there are none. */
export function faultsOf(files: readonly PackedFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  const ofPage = files.filter(({ path }) => path.startsWith(page)).reduce((sum, { size }) => sum + size, 0);
  return [
    ...[...paths]
      .filter((path) => !allowed.some((kind) => kind.test(path)))
      .map((path) => `unwanted: ${path}`),
    ...[...paths].filter((path) => stale(path)).map((path) => `stale, run "npm run build": ${path}`),
    ...required.filter((path) => !paths.has(path)).map((path) => `missing: ${path}`),
    ...(ofPage > mostOfPage
      ? [`too large: the page has ${ofPage} bytes; expected ${mostOfPage} at most`]
      : []),
  ];
}

/** Whether the source of a built file no longer exists. */
function stale(path: string): boolean {
  if (path.startsWith(page)) return false;
  const [, name] = /^dist\/(.*)\.(js|d\.ts)$/.exec(path) ?? [];
  return name !== undefined && !existsSync(`src/${name}.ts`);
}

/** Modules that users import, and those that are started as processes. */
const entrances = [
  'dist/index.js',
  'dist/cli/main.js',
  'dist/library/machine/probe-main.js',
  'dist/library/engine-process.js',
  'dist/cli/studio-catalogue.js',
  'dist/studio/jobs/job-process.js',
  'dist/studio/server/look-process.js',
];

/**
 * Problems of the modules in `folder`: unused ones, and missing ones that are imported.
 */
export function moduleFaults(folder: string, files: readonly PackedFile[]): string[] {
  const modules = new Set(
    files.map(({ path }) => path).filter((path) => path.endsWith('.js') && !path.startsWith(page)),
  );
  const used = new Set(entrances);
  for (const path of used) {
    for (const file of [path, path.replace(/\.js$/, '.d.ts')]) {
      const text = readFileSync(join(folder, file), 'utf8');
      for (const [, other] of text.matchAll(/(?:from|import|import\()\s*['"](\.[^'"]+)['"]/g)) {
        used.add(normalize(join(dirname(path), other!)).replace(/\.ts$/, '.js'));
      }
    }
  }
  const unused = [...modules].filter((path) => !used.has(path));
  const missing = [...used].filter((path) => !modules.has(path));
  return [
    ...unused.map((path) => `used by nothing in the package, run "npm run build": ${path}`),
    ...missing.map((path) => `used, but not packed: ${path}`),
  ];
}
