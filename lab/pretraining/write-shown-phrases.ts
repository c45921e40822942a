/**
 * @file `npx tsx lab/pretraining/write-shown-phrases.ts [base]`: writes the phrases of the built-in model's
 * training pictures into its folder.
 */
import { join } from 'node:path';
import { writeJsonAtomically } from '../../src/checkpoints/atomic-write.ts';
import { builtInBase } from '../../src/models/built-in-base.ts';
import { SHOWN_NAME } from '../../src/models/shown-words.ts';
import { shownPhrases } from './shown-phrases.ts';

const [folder = builtInBase()] = process.argv.slice(2);
await writeJsonAtomically(join(folder, SHOWN_NAME), await shownPhrases());
