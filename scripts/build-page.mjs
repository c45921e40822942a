/** @file Builds the page of `lamp studio`: from what a browser may load without a network, and without inline code. */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Builds the page into the folder `outDir`, which is emptied. */
export async function buildPage(outDir) {
  await build({
    configFile: false,
    root: join(root, 'src', 'studio', 'page'),
    base: './',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: ['chrome120', 'firefox121', 'safari17'],
      // Browsers of this age preload modules by themselves; the policy forbids data: in the place of files.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      // It comes from this machine: one file is as quick as several.
      chunkSizeWarningLimit: 1000,
      license: { fileName: 'licences.md' },
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await buildPage(join(root, 'dist', 'studio', 'page'));
}
