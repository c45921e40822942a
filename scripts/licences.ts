/** @file `npm run licences`: writes the list of licences in `docs/dependencies.md` from what is installed. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dependenciesPage, listedSystem, withLicences } from './licences/section.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const system = `${process.platform}-${process.arch}`;
if (system !== listedSystem) {
  process.stderr.write(`licences: the list has the native files of ${listedSystem}; this is ${system}.\n`);
  process.exit(1);
}
const { path, text } = dependenciesPage(root);
writeFileSync(path, withLicences(text, root));
