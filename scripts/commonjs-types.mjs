/**
 * @file Types for CommonJS. `require('lamp-video')` loads the same module as `import` (Node can since 20.19), but
 * TypeScript needs a declaration file of its own, in which values are declared one by one, since only types may be
 * imported from a module.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Writes `index.d.cts` beside the built `index.js` in `folder`. */
export async function writeCommonJsTypes(folder) {
  const library = await import(pathToFileURL(join(folder, 'index.js')).href);
  const mode = `with { 'resolution-mode': 'import' }`;
  const lines = Object.entries(library).flatMap(([name, value]) => [
    `export declare const ${name}: Library['${name}'];`,
    ...(isClass(value) ? [`export type ${name} = InstanceType<Library['${name}']>;`] : []),
  ]);
  const text = [
    '/** @file Types for `require`, made from those for `import`. */',
    `export type * from './index.js' ${mode};`,
    `type Library = typeof import('./index.js', { ${mode.replace('with', 'with:')} });`,
    ...lines,
  ];
  writeFileSync(join(folder, 'index.d.cts'), `${text.join('\n')}\n`);
}

function isClass(value) {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}
