/** @file What the npm package may hold, and must. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A file of the package, as `npm pack --json` lists it. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

const allowed: readonly RegExp[] = [
  /^(package\.json|README\.md|CHANGELOG\.md|SECURITY\.md|LICENSE)$/,
  /^docs\/(research\/)?[\w-]+\.md$/,
  /^examples\/([\w-]+\.mjs|README\.md)$/,
  /^assets\/(base|demo|tokenizer)\//,
  /^dist\/(?!testing\/)([\w-]+\/)*[\w-]+(?<!\.test|\.slow)\.(js|d\.ts)$/,
  /^dist\/index\.d\.cts$/,
];

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
  'assets/base/model_index.json',
  'assets/base/unet/diffusion_pytorch_model.safetensors',
  'assets/demo/clips/captions.tsv',
  'assets/tokenizer/bpe_simple_vocab_16e6.txt.gz',
];

/** What is wrong with the list of files: what does not belong, and what is missing. `[]` when it is as it should be. */
export function faultsOf(files: readonly PackedFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  return [
    ...[...paths]
      .filter((path) => !allowed.some((kind) => kind.test(path)))
      .map((path) => `unwanted: ${path}`),
    ...[...paths].filter((path) => stale(path)).map((path) => `stale, run "npm run build": ${path}`),
    ...required.filter((path) => !paths.has(path)).map((path) => `missing: ${path}`),
  ];
}

/** Whether a built file has no source any more. */
function stale(path: string): boolean {
  const [, name] = /^dist\/(.*)\.(js|d\.ts)$/.exec(path) ?? [];
  return name !== undefined && !existsSync(`src/${name}.ts`);
}

/** What users import and what is started as a program of its own. */
const entrances = [
  'dist/index.js',
  'dist/cli/main.js',
  'dist/library/machine/probe-main.js',
  'dist/library/engine-process.js',
];

/**
 * What is wrong with the modules in `folder`: those that nothing in the package uses, and those that are used and not
 * in it.
 */
export function moduleFaults(folder: string, files: readonly PackedFile[]): string[] {
  const modules = new Set(files.map(({ path }) => path).filter((path) => path.endsWith('.js')));
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
