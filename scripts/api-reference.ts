/** @file Writes the reference of the library, `docs/api.md`, from its docblocks. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { apiReference } from './api/reference.ts';

writeFileSync(fileURLToPath(new URL('../docs/api.md', import.meta.url)), apiReference());
