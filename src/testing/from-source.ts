/** @file How processes that tests start run this repository's TypeScript. */

/** Options of Node.js, which are also those of processes that such a process starts. */
export const fromSource: readonly string[] = [
  '--import',
  new URL('./source-loader.mjs', import.meta.url).href,
];
